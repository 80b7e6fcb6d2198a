"""Placeholder."""
from dualcirc.translate.ir import Model
from dualcirc.errors import Problem
def check_units(model: Model) -> list[Problem]: return []

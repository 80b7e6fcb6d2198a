"""From a Vensim model file to a checked, typed expression graph.

Nothing here knows what a model is about.
"""

from __future__ import annotations

from dualcirc.translate.check_units import check_units
from dualcirc.translate.ir import Model, Series, State, TimeSettings, Variable
from dualcirc.translate.load import load

__all__ = ["Model", "Series", "State", "TimeSettings", "Variable", "check_units", "load"]

"""Passes over a model before it is computed: each a pure function, none changes what a model says.

``optimised`` rewrites equations so that less is left to compute; ``plan`` sorts out what is computed when.
"""

from __future__ import annotations

from dualcirc.engine.passes.optimise import optimised
from dualcirc.engine.passes.plan import Equation, Plan, factors, plan

__all__ = ["Equation", "Plan", "factors", "optimised", "plan"]

"""Batch engine: one compiled program for many runs of a model, and the reference it is measured against.

Nothing here knows what a model is about.
"""

from __future__ import annotations

from dualcirc.engine.engine import Engine
from dualcirc.engine.inputs import Overrides
from dualcirc.engine.results import Code, RunOutputs

__all__ = ["Code", "Engine", "Overrides", "RunOutputs"]

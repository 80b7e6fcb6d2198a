"""Feedback loops and their dominance by the method "Loops that Matter"; nothing here knows what a model is about."""

from __future__ import annotations

from dualcirc.loops.analysis import Analysis, analyse

__all__ = ["Analysis", "analyse"]

"""Engines of one model with every pass, with each pass left out in turn, and with none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from unittest.mock import patch

from dualcirc.engine import Engine
from dualcirc.engine.passes.inline import inlined_matrices
from dualcirc.engine.passes.optimise import REWRITES
from dualcirc.translate.ir import Model

Rewrite = Callable[[Model, Sequence[str]], Model]


def engines(model: Model, outputs: Sequence[str]) -> Iterator[tuple[str, Engine]]:
    """What is left out, and the engine without it; one at a time, so that each is measured alone."""
    passes: dict[str, Rewrite] = {"inlined_matrices": inlined_matrices}
    passes |= {rewrite.__name__: partial(_without_outputs, rewrite) for rewrite in REWRITES}
    left_out = {"nothing": (), **{name: (name,) for name in passes}, "every pass": tuple(passes)}
    for told, names in left_out.items():
        chosen = [rewrite for name, rewrite in passes.items() if name not in names]
        with patch("dualcirc.engine.engine.optimised", partial(_through, chosen)):
            yield told, Engine(model, outputs, threads=1)


def _without_outputs(rewrite: Callable[[Model], Model], model: Model, _: Sequence[str]) -> Model:
    return rewrite(model)


def _through(chosen: Sequence[Rewrite], model: Model, outputs: Sequence[str]) -> Model:
    for rewrite in chosen:
        model = rewrite(model, outputs)
    return model

"""Room for the states whose number of compartments an expression tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import jax.numpy as jnp
import numpy as np

from dualcirc.engine.blocks import Value
from dualcirc.engine.draws import Draws
from dualcirc.engine.emit import Emitter
from dualcirc.engine.integrate import Machine
from dualcirc.engine.passes import Equation
from dualcirc.engine.states import begin
from dualcirc.errors import DualcircError, Problem
from dualcirc.translate.ir import FloatArray

_LARGEST_ORDER = 1000


def sized(machine: Machine, base: Mapping[str, FloatArray]) -> Machine:
    """
    Machine whose states have as many compartments as the base values of the inputs ask for.

    A run that asks for fewer leaves some empty; one that asks for more fails, and its status says so.

    Raises
    ------
    DualcircError
        If a number of compartments is none.
    """
    plan = machine.plan
    if all(state.count is None for state in plan.states):
        return machine
    static = machine.static({name: jnp.asarray(base[name])[..., None] for name in plan.constants})
    first = {name: Value(jnp.asarray(base[name][0])[..., None], machine.dims[name]) for name in plan.data}
    draws = Draws(jnp.zeros(1, dtype=int), jnp.zeros(1, dtype=int))
    emitter = Emitter(machine.sizes, {**static, **first}, {}, machine.clock.initial, plan.tables, draws)
    orders: dict[str, int] = {}
    for entry in plan.initial:
        if isinstance(entry, Equation):
            emitter.keep(entry)
            continue
        if entry.count is not None:
            asked = float(np.asarray(emitter.spread(entry.count, ()))[0])
            if not 1 <= asked <= _LARGEST_ORDER:
                what = f"variable '{entry.owner}': the order of a smooth or delay is {asked:g}"
                raise DualcircError(Problem(what, expected=f"1 to {_LARGEST_ORDER}"))
            orders[entry.name] = int(asked)
            entry = replace(entry, order=int(asked))
        emitter.levels.update(begin(entry, emitter, machine.clock.step, machine.clock.steps).levels)
    states = tuple(replace(state, order=orders.get(state.name, state.order)) for state in plan.states)
    initial = tuple(
        entry if isinstance(entry, Equation) else replace(entry, order=orders.get(entry.name, entry.order))
        for entry in plan.initial
    )
    return replace(machine, plan=replace(plan, states=states, initial=initial))

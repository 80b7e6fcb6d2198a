"""Simulate a model many times."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any, get_args

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from dualcirc.engine.faults import fault_text
from dualcirc.engine.gradient import Gradient, Loss, compiled_gradient, to_numpy, trajectory
from dualcirc.engine.groups import GROUP, GROUP_AND_BACK, Form, form_of
from dualcirc.engine.inputs import Inputs, Overrides, inputs_of
from dualcirc.engine.integrate import Clock, Integrator, Machine, Outcome, Simulate, simulator
from dualcirc.engine.passes import Plan, optimised, plan
from dualcirc.engine.results import Code, RunOutputs, collect, empty_outputs, mark
from dualcirc.engine.settings import Precision, as_one, available_cores, compiled, in_precision, prepare_jax
from dualcirc.engine.sizes import sized
from dualcirc.engine.trace import Trace
from dualcirc.errors import DualcircError, Problem, did_you_mean
from dualcirc.translate.clock import number_of_steps, steps_between, steps_per_save
from dualcirc.translate.constructs import fold
from dualcirc.translate.ir import FloatArray, Model, Number, is_inner

Progress = Callable[[int], None]
"""Called with the number of runs finished since the last call."""


class Engine:
    """
    A model compiled for many runs.

    Every run goes through one compiled program for a block of fixed size, its empty lanes filled with the base case:
    the result of a run is the same, bit for bit, whatever runs stand beside it, in any number and order.

    Parameters
    ----------
    model
        Model from ``dualcirc.translate.load``.
    outputs
        Names of the variables to return; all that move over time if none are given.
    time_step
        Step, instead of the model's.
    block
        Runs computed together.
    threads
        Blocks computed at the same time; as many as there are cores if none is given.
    integrator
        ``euler``, as PySD and the model's own choice, or ``rk4``, the classical method of Runge and Kutta. What jumps
        (DELAY FIXED, SAMPLE IF TRUE, INITIAL, random draws) holds over a step in both.
    precision
        ``float32`` screens many runs in about half the time, to some six digits: outputs are single precision and say
        so (``RunOutputs.precision``). Derivatives and whatever is stored take ``float64``.

    Raises
    ------
    DualcircError
        If an output is unknown, the step does not divide the run, or the integrator does not fit the data.
    """

    def __init__(
        self,
        model: Model,
        outputs: Sequence[str] | None = None,
        time_step: float | None = None,
        block: int = 16,
        *,
        threads: int | None = None,
        integrator: Integrator = "euler",
        precision: Precision = "float64",
    ) -> None:
        prepare_jax()
        self.precision = _precision(precision)
        self.model = _with_step(model, time_step)
        self.outputs = _outputs(model, outputs)
        self.block = block
        self.threads = threads or available_cores()
        self._clock = _clock(self.model)
        self.integrator = _integrator(self.model, integrator)
        self._inputs: Inputs = inputs_of(self.model, self._clock)
        self._machine = self._machine_of(plan(optimised(self.model, self.outputs), self.outputs))
        self._plan: Plan = self._machine.plan
        self._programs: dict[int, Any] = {}
        self._base: dict[str, Array] = {}
        self._lock = threading.Lock()
        self._compiling = threading.Lock()

    @property
    def grid(self) -> FloatArray:
        """(step,): times of the integration, from the initial to the final one."""
        return self._clock.grid

    @property
    def saved_times(self) -> FloatArray:
        """(saved time,): times at which outputs are returned."""
        return self.grid[:: self._clock.steps_per_save]

    def data_path(self, name: str) -> FloatArray:
        """(step, *dims): base path of a data variable on the grid."""
        return self._input(name, "data").copy()

    def constant(self, name: str) -> FloatArray:
        """(*dims): base value of a constant."""
        return self._input(name, "constant").copy()

    def run(
        self, runs: Sequence[Overrides], progress: Progress | None = None, seeds: Sequence[int] | None = None
    ) -> RunOutputs:
        """
        Outputs of many runs.

        Parameters
        ----------
        runs
            For each run the inputs that it replaces.
        progress
            Called after every block with the number of runs in it.
        seeds
            For each run the seed of its random draws; 0 for all if none are given, so that runs differ by what they
            replace and not by noise.

        Returns
        -------
        RunOutputs
            For every output (run, saved time, *dims), and the status of every run.

        Raises
        ------
        DualcircError
            If an override names no input, has a wrong shape or holds what is no number, or the seeds do not fit.
        """
        seed_of = _checked_seeds(seeds, len(runs))
        self._inputs.check_all(runs)
        outputs = empty_outputs(self.model, self.outputs, len(runs), self._clock.saves, self.precision)
        program = self._program(self.block)

        def compute(members: list[int]) -> None:
            self._fill(outputs, members, program, runs, seed_of)
            if progress is not None:
                progress(len(members))

        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(compute, self._blocks(runs)))
        self._explain(runs, outputs, seed_of)
        return outputs

    def blocks(
        self, runs: Iterable[Overrides], seeds: Sequence[int] | None = None
    ) -> Iterator[tuple[slice, RunOutputs]]:
        """
        Outputs of many runs, block by block and in their order, so that memory does not grow with their number.

        Parameters
        ----------
        runs
            For each run the inputs that it replaces; taken as they are needed, a block for each thread ahead.
        seeds
            As in ``run``, where ``runs`` is a sequence.

        Yields
        ------
        tuple of slice and RunOutputs
            Numbers of the runs of a block, and their outputs: bit for bit those of ``run``.

        Raises
        ------
        DualcircError
            As ``run``, when the block of the faulty run is reached.
        """
        seed_of = None if seeds is None else _checked_seeds(seeds, len(seeds))
        waiting: deque[tuple[slice, Future[RunOutputs]]] = deque()
        with ThreadPoolExecutor(self.threads) as pool:
            for places, batch in self._batches(runs):
                seeds_here = np.zeros(len(batch), dtype=np.int64) if seed_of is None else seed_of[places]
                waiting.append((places, pool.submit(self.batch, batch, seeds_here)))
                if len(waiting) > self.threads:
                    first, done = waiting.popleft()
                    yield first, done.result()
            for places, done in waiting:
                yield places, done.result()

    def check(self, runs: Sequence[Overrides], first: int = 0) -> None:
        """
        Refuse runs whose overrides do not fit, before they are computed.

        Raises
        ------
        DualcircError
            If an override names no input, has a wrong shape or holds what is no number.
        """
        self._inputs.check_all(runs, first)

    def batch(self, runs: Sequence[Overrides], seeds: NDArray[np.int64]) -> RunOutputs:
        """Outputs of some runs that were checked, one block after the other in this thread."""
        outputs = empty_outputs(self.model, self.outputs, len(runs), self._clock.saves, self.precision)
        for members in self._blocks(runs):
            self._fill(outputs, members, self._program(self.block), runs, seeds)
        self._explain(runs, outputs, seeds)
        return outputs

    def _batches(self, runs: Iterable[Overrides]) -> Iterator[tuple[slice, list[Overrides]]]:
        """Runs of one block each, checked, with their numbers."""
        source = iter(runs)
        start = 0
        while batch := list(islice(source, self.block)):
            self._inputs.check_all(batch, start)
            yield slice(start, start + len(batch)), batch
            start += len(batch)

    def _fill(
        self,
        outputs: RunOutputs,
        members: list[int],
        program: Callable[..., Outcome],
        runs: Sequence[Overrides],
        seeds: NDArray[np.int64],
    ) -> None:
        """Compute one block and put its outputs in their places."""
        outcome = self._call(program, [runs[i] for i in members], self.block, seeds[members])
        collect(outcome, members, outputs)
        mark(outcome, members, self.saved_times, outputs)

    def run_one(self, overrides: Overrides, seed: int = 0) -> dict[str, FloatArray]:
        """
        Outputs of one run, (saved time, *dims), by a program compiled for a single run.

        Quick, for interactive use; it agrees with ``run`` to about 1e-12, not bit for bit.
        """
        self._inputs.check(overrides, 0)
        outputs = empty_outputs(self.model, self.outputs, 1, self._clock.saves, self.precision)
        outcome = self._call(self._program(1), [overrides], 1, _checked_seeds([seed], 1))
        collect(outcome, [0], outputs)
        mark(outcome, [0], self.saved_times, outputs)
        self._explain([overrides], outputs, _checked_seeds([seed], 1))
        if outputs.failed[0]:
            raise DualcircError(Problem(f"the run failed: {outputs.status[0]}"))
        return {name: array[0] for name, array in outputs.items()}

    def simulate(self, overrides: Mapping[str, Array], seed: int = 0) -> dict[str, Array]:
        """
        Outputs of one run, (saved time, *dims), as a pure function that JAX can differentiate and compile.

        Names are those of constants and of data variables, with the shapes that ``run`` takes; others are refused.
        :meth:`value_and_grad` has the gradient ready made.

        Raises
        ------
        DualcircError
            If an override names no input or has a wrong shape.
        """
        self._inputs.check_shapes(overrides)
        return self._simulated(self._as_written, overrides, seed)

    def _simulated(self, machine: Machine, overrides: Mapping[str, Array], seed: int = 0) -> dict[str, Array]:
        """Outputs of one run."""
        read = (*machine.plan.constants, *machine.plan.data)
        values = {name: jnp.asarray(overrides.get(name, self._inputs.base[name]))[..., None] for name in read}
        constants = {name: values[name] for name in machine.plan.constants}
        data = {name: values[name] for name in machine.plan.data}
        outputs = trajectory(machine, constants, data, jnp.full((1,), seed, dtype=int))
        return {name: outputs[name] for name in self.outputs}

    def value_and_grad(self, loss: Loss, names: Sequence[str], fixed: Overrides | None = None) -> Gradient:
        """
        Compiled function that gives a loss and its gradient with respect to some inputs.

        Parameters
        ----------
        loss
            From the outputs of a run, (saved time, *dims) by name, to one number, in functions of ``jax.numpy``.
        names
            Constants and data variables to derive by.
        fixed
            Values of other inputs, where they are not the model's own.

        Returns
        -------
        Gradient
            From the values of the named inputs, the model's own where one is left out, to the loss and to its
            derivatives by name, in their shapes.

        Raises
        ------
        DualcircError
            If a name is no input, or a value does not fit it; also when the gradient is called.

        Notes
        -----
        Where MIN, MAX or IF THEN ELSE changes sides the loss has a kink: at a tie MIN and MAX give half of each side's
        derivative, IF THEN ELSE that of the branch taken. SQRT has the derivative 0 at 0.
        """
        held: dict[str, Any] = dict(fixed or {})
        base = {name: self._base_value(name) for name in names}
        self._inputs.check(held, 0)
        machine = replace(self._as_written, group=GROUP_AND_BACK)
        program = compiled_gradient(lambda values: self._simulated(machine, {**held, **values}), loss, base)

        def gradient(values: Overrides) -> tuple[float, dict[str, FloatArray]]:
            self._inputs.check(values, 0)
            return to_numpy(*program({name: np.asarray(values.get(name, base[name]), dtype=float) for name in base}))

        return gradient

    def _explain(self, runs: Sequence[Overrides], outputs: RunOutputs, seeds: NDArray[np.int64]) -> None:
        """Say which value was the first that is no number, from a second look, which draws with the seed 0."""
        for number in np.flatnonzero((outputs.codes == Code.NOT_FINITE) & (seeds == 0)).tolist():
            text = fault_text(self._trace, runs[number], self.outputs, self._clock.steps_per_save)
            if text is not None:
                outputs.status[number] = f"not finite: {text}"

    @cached_property
    def _as_written(self) -> Machine:
        """Machine of the equations as they stand, whose derivatives are told of."""
        return replace(self._machine_of(plan(self.model, self.outputs)), guards=True)

    @cached_property
    def _trace(self) -> Trace:
        return Trace(self.model, self.outputs)

    def _base_value(self, name: str) -> FloatArray:
        """Base value of an input of either kind; an unknown name is refused as an override would be."""
        value = self._inputs.base.get(name)
        if value is None:
            self._inputs.check({name: np.zeros(())}, 0)
        assert value is not None, "refused by the check"
        return value

    def _input(self, name: str, kind: str) -> FloatArray:
        """Base value of an input of the given kind."""
        variable = self.model.variables.get(name)
        if variable is None or variable.kind != kind:
            names = [known for known, other in self.model.variables.items() if other.kind == kind]
            raise DualcircError(Problem(f"'{name}' is no {kind} of the model", mend=did_you_mean(name, names)))
        return self._inputs.base[name]

    def _blocks(self, runs: Sequence[Overrides]) -> list[list[int]]:
        """Numbers of the runs of each block; runs of one block share every matrix."""
        groups: dict[tuple[tuple[str, bytes], ...], list[int]] = {}
        for number, run in enumerate(runs):
            own = sorted(name for name in run if name in self._inputs.shared)
            groups.setdefault(tuple((name, np.asarray(run[name]).tobytes()) for name in own), []).append(number)
        return [group[i : i + self.block] for group in groups.values() for i in range(0, len(group), self.block)]

    def _call(
        self, program: Callable[..., Outcome], runs: Sequence[Overrides], block: int, seeds: NDArray[np.int64]
    ) -> Outcome:
        """Run one block."""
        constants = {name: self._lanes(name, runs, block) for name in self._plan.constants}
        data = {name: self._lanes(name, runs, block) for name in self._plan.data}
        with in_precision(self.precision):
            return program(constants, data, np.pad(seeds, (0, block - len(seeds))).astype(self._whole))

    def _lanes(self, name: str, runs: Sequence[Overrides], block: int) -> Array | NDArray[np.float64]:
        """Values of one input for a block; what no run replaces is kept on the device."""
        replaced = any(name in run for run in runs)
        if name in self._inputs.shared:
            value = runs[0][name] if replaced else self._inputs.base[name]
            return np.asarray(value, dtype=self.precision)[..., None]
        if replaced:
            return self._inputs.lanes(name, runs, block).astype(self.precision, copy=False)
        key = f"{block} {name}"
        with self._lock, in_precision(self.precision):
            if key not in self._base:
                self._base[key] = jnp.asarray(self._inputs.lanes(name, [], block), dtype=self.precision)
            return self._base[key]

    def _program(self, block: int) -> Callable[..., Outcome]:
        """Compiled program for a block of this size."""
        with self._compiling:
            return self._compiled(block)

    def _compiled(self, block: int) -> Callable[..., Outcome]:
        if block not in self._programs:
            arguments = (
                {name: self._lanes(name, [], block) for name in self._plan.constants},
                {name: self._lanes(name, [], block) for name in self._plan.data},
                np.zeros(block, dtype=self._whole),
            )
            plain, fast = self._simulators(block)
            with in_precision(self.precision):
                self._programs[block] = compiled(fast, plain, arguments)
        return self._programs[block]  # type: ignore[no-any-return]

    @property
    def _whole(self) -> type[np.integer[Any]]:
        """Whole numbers of the precision."""
        return np.int64 if self.precision == "float64" else np.int32

    def _simulators(self, runs: int) -> tuple[Simulate, Simulate]:
        """Simulation of a block of runs, plain and in its fastest form."""
        machine = replace(self._machine, runs=runs)
        plain = simulator(machine)
        form = form_of((*machine.plan.static, *machine.plan.record), machine.sizes)
        if form is Form.GROUPS:
            return plain, simulator(replace(machine, group=GROUP))
        return plain, as_one(plain) if form is Form.WHOLE else plain

    def _machine_of(self, plan: Plan) -> Machine:
        """Plan bound to the sizes and times of the model."""
        sizes = {name: len(elements) for name, elements in self.model.subscripts.items()}
        dims = {name: variable.dims for name, variable in self.model.variables.items()}
        moves = {name: v.interpolation for name, v in self.model.variables.items() if v.interpolation is not None}
        machine = Machine(plan, dims, sizes, self._clock, 1, self.integrator, moves)
        return sized(machine, self._inputs.base)


def _checked_seeds(seeds: Sequence[int] | None, runs: int) -> NDArray[np.int64]:
    """(run): seed of every run."""
    given = np.zeros(runs, dtype=np.int64) if seeds is None else np.asarray(seeds)
    whole = np.issubdtype(given.dtype, np.integer) or given.size == 0
    if given.shape != (runs,) or not whole or (given < 0).any():
        raise DualcircError(Problem("the seeds do not fit", expected=f"{runs} whole numbers from 0 on"))
    return given.astype(np.int64)


def _precision(precision: Precision) -> Precision:
    """Checked name of the precision."""
    if precision not in get_args(Precision):
        raise DualcircError(Problem(f"unknown precision '{precision}'", expected=" or ".join(get_args(Precision))))
    return precision


def _integrator(model: Model, integrator: Integrator) -> Integrator:
    """Checked name of the method."""
    if integrator not in get_args(Integrator):
        raise DualcircError(Problem(f"unknown integrator '{integrator}'", expected=" or ".join(get_args(Integrator))))
    raw = [name for name, variable in model.variables.items() if variable.interpolation == "raw"]
    if integrator == "rk4" and raw:
        what = f"data variable '{raw[0]}' is raw: it has no value within a step, where rk4 looks"
        raise DualcircError(Problem(what, mend="Use another keyword for it, or the integrator euler."))
    return integrator


def _with_step(model: Model, time_step: float | None) -> Model:
    """Model with another Euler step; SAVEPER follows where the model says so."""
    if time_step is None:
        return model
    step = float(time_step)
    time = replace(model.time, step=step, saveper=step if model.time.saveper_is_step else model.time.saveper)
    fits = step > 0 and steps_between(time.initial, time.final, step) and steps_between(0.0, time.saveper, step)
    if not fits:
        what = (
            f"time step {time.step} does not divide the run ({time.initial} to {time.final}) and SAVEPER {time.saveper}"
        )
        raise DualcircError(Problem(what, mend="Halve the model's own step."))
    variables = {
        name: replace(variable, expression=Number(step)) if fold(name) == "time_step" else variable
        for name, variable in model.variables.items()
    }
    return replace(model, time=time, variables=variables)


def _clock(model: Model) -> Clock:
    """Whole numbers of steps."""
    per_save = steps_per_save(model.time)
    assert per_save is not None, "checked when the model was loaded"
    return Clock(model.time.initial, model.time.step, number_of_steps(model.time), per_save)


def _outputs(model: Model, outputs: Sequence[str] | None) -> tuple[str, ...]:
    """Names of the outputs, checked."""
    if outputs is None:
        variables = [name for name, v in model.variables.items() if v.kind not in ("constant", "control", "lookup")]
        return tuple(name for name in variables if not is_inner(name))
    unknown = [name for name in outputs if name not in model.variables or model.variables[name].kind == "lookup"]
    if unknown:
        problems = [
            Problem(f"'{n}' is no variable of the model", mend=did_you_mean(n, model.variables)) for n in unknown
        ]
        raise DualcircError(problems)
    return tuple(dict.fromkeys(outputs))

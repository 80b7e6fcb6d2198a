"""Settings of JAX that the engine needs, made on first use so that importing the package changes nothing."""

from __future__ import annotations

import ctypes
import functools
import operator
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

import jax
import jax.numpy as jnp
from jax.experimental.xla_metadata import set_xla_metadata

Precision = Literal["float64", "float32"]


@functools.cache
def prepare_jax() -> None:
    """Use double precision, and keep compiled programs in the user's cache folder for the next process."""
    set_option: Callable[[str, Any], None] = jax.config.update
    set_option("jax_enable_x64", True)
    if jax.config.values["jax_compilation_cache_dir"] is None:
        set_option("jax_compilation_cache_dir", str(cache_folder()))
        set_option("jax_persistent_cache_min_compile_time_secs", 0.5)


def in_precision(precision: Precision) -> AbstractContextManager[Any]:
    """Context in which JAX makes and takes arrays of this precision."""
    double: Callable[[bool], AbstractContextManager[Any]] = jax.enable_x64
    return double(precision == "float64")


def cache_folder() -> Path:
    """Folder of compiled programs; ``XDG_CACHE_HOME`` moves it."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "dualcirc" / "compiled"


def available_cores() -> int:
    """Number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compiler_options() -> dict[str, bool | str]:
    """
    Options of XLA for a processor; none of them changes what an operation means.

    Notes
    -----
    No sum hangs on the number of cores: no threads inside one matrix product, and no library of its own for sums and
    products, which would also keep the time loop from becoming one function (:func:`as_one`). Vectors are as long
    as the processor has them.
    """
    if jax.default_backend() != "cpu":
        return {}
    return {
        "xla_cpu_multi_thread_eigen": False,
        "xla_cpu_prefer_vector_width": "512",
        "xla_cpu_experimental_ynn_fusion_type": "",
    }


_NOT_IN_ONE_FUNCTION = ("stablehlo.scatter", "stablehlo.sort", "stablehlo.custom_call", "stablehlo.fft")
"""What XLA cannot compile within a function of its own (``small_while_loop_hoisting_pass.cc``)."""


def compiled(fast: Callable[..., Any], plain: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """
    Compile the fast form of a function, or the plain one where XLA cannot compile the other.

    Parameters
    ----------
    fast, plain
        The same function, with parts made by :func:`as_one` and without.
    arguments
        Arrays of the shapes that it will take.
    """
    lowered = jax.jit(fast).lower(*arguments)
    if fast is not plain and any(operation in lowered.as_text() for operation in _NOT_IN_ONE_FUNCTION):
        lowered = jax.jit(plain).lower(*arguments)
    program = lowered.compile(compiler_options=compiler_options())
    return_freed_memory()
    return program


def return_freed_memory() -> None:
    """Give back to the system what the compiler has freed: the C library of Linux would keep gigabytes of it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def as_one(function: Callable[..., Any]) -> Callable[..., Any]:
    """Function from arrays to a dictionary of arrays that XLA compiles as one."""
    return _apart(lambda *arguments: _reading_all(function(*arguments), arguments))


def _apart(function: Callable[..., Any]) -> Callable[..., Any]:
    """Function that XLA compiles as one."""
    inner = jax.jit(function)
    attributes: Callable[..., Any] = set_xla_metadata

    def call(*arguments: Any) -> Any:
        return attributes(inner(*arguments), xla_cpu_small_call="true", inlineable="false")

    return call


def _reading_all(results: Any, arguments: tuple[Any, ...]) -> Any:
    """
    Results that read every argument, in a condition that never holds.

    XLA 0.10 aborts the process on a function of its own that does not read an argument (``ir_emitter.cc``, "All or
    none of the slices should have an explicit index"), which its simplifications may bring about at any time. It leaves
    ``x != x`` alone, for x may be no number; the compiler of machine code then takes the condition away. Every result
    has the condition, for a result that nothing reads is left out. The condition is a function too: XLA would copy its
    hundreds of comparisons to each result.
    """
    leaves, form = jax.tree.flatten(results)
    filled = [leaf for leaf in jax.tree.leaves(arguments) if jnp.size(leaf)]
    never = _apart(_never)(filled)
    others = [~leaf if leaf.dtype == bool else leaf + 1 for leaf in leaves]
    return jax.tree.unflatten(form, [jnp.where(never, *pair) for pair in zip(others, leaves, strict=True)])


def _never(arrays: list[Any]) -> Any:
    """False, from the first number of every array."""
    firsts = [jnp.ravel(array)[0].astype(float) for array in arrays]
    return functools.reduce(operator.or_, [(x != x) & (x == x) for x in firsts], jnp.zeros((), bool))

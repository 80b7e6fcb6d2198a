"""Functions that XLA compiles as one, with their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
from jax.custom_derivatives import CustomVJPPrimal, SymbolicZero
from jax.extend.core import Primitive, jaxpr_as_fun
from jax.interpreters import mlir

from dualcirc.engine.settings import as_one


def derived_as_one(function: Callable[..., Any]) -> Callable[..., Any]:
    """
    Function that XLA compiles as one, and whose way back is another such function.

    The way back computes the function again from its arguments. Arguments that nothing is derived by have no
    derivatives, and results that nothing hangs on bring none. The function reads nothing but its arguments.

    Notes
    -----
    Left to itself XLA computes the chains of hundreds of operations that end in a derivative again for each of them,
    in a thousand small functions for a step of a large model.
    """
    shape: Any = None
    outer = jax.custom_vjp(_sealed(function))

    def forward(*arguments: Any) -> Any:
        form = jax.tree.structure(arguments, is_leaf=_is_primal)
        leaves = jax.tree.leaves(arguments, is_leaf=_is_primal)
        values = [leaf.value for leaf in leaves]
        moved = {i: leaf.value for i, leaf in enumerate(leaves) if leaf.perturbed}
        rest = {i: leaf.value for i, leaf in enumerate(leaves) if not leaf.perturbed}
        return _sealed(function)(*jax.tree.unflatten(form, values)), (moved, rest)

    def backward(kept: Any, changes: Any) -> Any:
        moved, rest = kept
        ways = jax.tree.leaves(changes, is_leaf=_is_zero)
        live = {i: change for i, change in enumerate(ways) if not _is_zero(change)}

        def back(moved: Any, rest: Any, live: Any) -> Any:
            def of(moved: Any) -> Any:
                leaves = {**moved, **rest}
                results = function(*jax.tree.unflatten(shape, [leaves[i] for i in range(len(leaves))]))
                flat = jax.tree.leaves(results)
                return {i: flat[i] for i in live}

            return jax.vjp(of, moved)[1](live)[0]

        found = _sealed(back)(moved, rest, live) if live and moved else {}
        return jax.tree.unflatten(shape, [found.get(i) for i in range(len(moved) + len(rest))])

    def call(*arguments: Any) -> Any:
        nonlocal shape
        shape = jax.tree.structure(arguments)
        return outer(*arguments)

    outer.defvjp(forward, backward, symbolic_zeros=True)
    return call


def _sealed(function: Callable[..., Any]) -> Callable[..., Any]:
    """
    Function that XLA compiles as one, and that JAX does not take apart when it derives what calls it.

    A part that JAX leaves over, of a function within ``jax.jit``, would not read all its arguments (``as_one``).
    """

    def call(*arguments: Any) -> Any:
        jaxpr, shapes = jax.make_jaxpr(function, return_shape=True)(*arguments)
        bind: Callable[..., Any] = _SEALED.bind
        results = bind(*jax.tree.leaves(arguments), jaxpr=jaxpr)
        return jax.tree.unflatten(jax.tree.structure(shapes), results)

    return call


def _lowered(*arguments: Any, jaxpr: Any) -> Any:
    return as_one(jaxpr_as_fun(jaxpr))(*arguments)


_SEALED = Primitive("as_one")
_SEALED.multiple_results = True
_abstract: Callable[..., Any] = _SEALED.def_abstract_eval
_abstract(lambda *_, jaxpr: jaxpr.out_avals)
mlir.register_lowering(_SEALED, mlir.lower_fun(_lowered, multiple_results=True))


def _is_primal(leaf: Any) -> bool:
    return isinstance(leaf, CustomVJPPrimal)


def _is_zero(leaf: Any) -> bool:
    return isinstance(leaf, SymbolicZero)

"""How far the effect of several packages is more than the sum, which pairs make it so, and what each is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import comb
from typing import Literal

import xarray as xr

from dualcirc.errors import DataError, Problem
from dualcirc.files.combinations import subsets

SEPARATOR = "+"
"""Between the packages of a combination."""

Part = frozenset[str]


def superadditivity(effects: xr.DataArray) -> xr.DataArray:
    """Effect of each union less the sum of the effects of its packages alone, (combination, ...).

    Parameters
    ----------
    effects
        Effects by combination, (combination, ...); labels are packages joined by ``+``.

    Notes
    -----
    Above zero the packages complement each other; below they substitute. Unions of two and more packages only.
    """
    unions = [part for part in _parts(effects) if len(part) > 1]
    if not unions:
        raise DataError(Problem("the result holds single packages only", expected="at least one union of packages"))
    rests = [_weighted(effects, {part: 1.0} | {Part({name}): -1.0 for name in part}) for part in unions]
    whole = _stacked(rests, "combination", [_label(part) for part in unions])
    return whole.assign_attrs(effects.attrs | {"long_name": "Effect of the union less the sum of single effects"})


def interactions(effects: xr.DataArray, kind: Literal["pair", "average"] = "pair") -> xr.DataArray:
    """What two packages do together beyond what each does, (first, second, ...), symmetric.

    Parameters
    ----------
    effects
        Effects by combination, (combination, ...).
    kind
        ``pair``: of the two packages alone, ``v(ij) - v(i) - v(j)``; the diagonal holds ``v(i)``. ``average``: mean
        over the presence of the others, which needs all combinations; the diagonal holds the Shapley value.

    Notes
    -----
    ``average`` is the Shapley interaction index, the sum over S without i and j of
    ``s! (n - s - 2)! / (n - 1)! (v(S ij) - v(S i) - v(S j) + v(S))``.

    References
    ----------
    grabisch1999
    """
    names = _packages(effects)
    rows = []
    for first in names:
        row = [_weighted(effects, _interaction(Part({first, second}), names, kind)) for second in names]
        rows.append(_stacked(row, "second", names))
    label = "Interaction of two packages" + (", mean over the presence of the others" if kind == "average" else "")
    return _stacked(rows, "first", names).assign_attrs(effects.attrs | {"long_name": label})


def shapley(effects: xr.DataArray) -> xr.DataArray:
    """Share of each package in the effect of all together, (package, ...); they sum to that effect.

    Parameters
    ----------
    effects
        Effects of all combinations, (combination, ...).

    Notes
    -----
    ``sum over S without i of s! (n - s - 1)! / n! (v(S i) - v(S))``: what a package adds, averaged over all orders in
    which the packages can be put together.

    References
    ----------
    shapley1953; shorrocks2013
    """
    names = _packages(effects)
    values = [_weighted(effects, _interaction(Part({name}), names, "average")) for name in names]
    whole = _stacked(values, "package", names)
    return whole.assign_attrs(effects.attrs | {"long_name": "Shapley value of the package"})


def _interaction(inner: Part, names: Iterable[str], kind: str) -> dict[Part, float]:
    """Weights of every combination in the Shapley value of one package, or in the interaction of two.

    Notes
    -----
    Both are means of the difference, of first or second order, that joining makes to a set S of the others:
    ``s! (m - s)! / (m + 1)! = 1 / ((m + 1) C(m, s))`` with m others. The sign is minus where an odd number stays out.
    """
    others = sorted(set(names) - inner)
    around = subsets(others) if kind == "average" else [()]
    weights: dict[Part, float] = {}
    for part in around:
        share = 1.0 / ((len(others) + 1) * comb(len(others), len(part))) if kind == "average" else 1.0
        for joined in subsets(inner):
            weights[Part((*part, *joined))] = share * (-1.0) ** (len(inner) - len(joined))
    return weights


def _weighted(effects: xr.DataArray, weights: Mapping[Part, float]) -> xr.DataArray:
    """Weighted sum over combinations; nothing is the effect of no package."""
    held = _parts(effects)
    needed = [part for part in weights if part]
    missing = [_label(part) for part in needed if part not in held]
    if missing:
        mend = "Run every combination of the packages."
        raise DataError(Problem(f"no scenario holds {', '.join(missing)} alone", expected="all unions", mend=mend))
    chosen = effects.sel(combination=[held[part] for part in needed])
    factors = xr.DataArray([weights[part] for part in needed], dims="combination")
    return (chosen.drop_vars("combination") * factors).sum("combination", skipna=False)


def _stacked(values: Sequence[xr.DataArray], dim: str, labels: Sequence[str]) -> xr.DataArray:
    return xr.concat(list(values), dim=dim).assign_coords({dim: list(labels)})


def _parts(effects: xr.DataArray) -> dict[Part, str]:
    """Label of every combination by its packages."""
    return {Part(str(label).split(SEPARATOR)): str(label) for label in effects["combination"].values}


def _packages(effects: xr.DataArray) -> list[str]:
    return sorted(Part().union(*_parts(effects)))


def _label(part: Part) -> str:
    return SEPARATOR.join(sorted(part))

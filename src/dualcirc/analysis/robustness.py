"""Policies under uncertainty: expected value, regret, and how often all thresholds are met."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal, NamedTuple

import xarray as xr

from dualcirc.errors import DataError, Problem, did_you_mean


class Threshold(NamedTuple):
    """What an outcome has to reach, or may not exceed."""

    variable: str
    relation: Literal[">=", "<="]
    value: float

    def __str__(self) -> str:
        return f"{self.variable} {self.relation} {self.value:g}"


def regret(outcome: xr.DataArray, *, option: str, direction: Literal["max", "min"]) -> xr.DataArray:
    """What is lost in each state of the world by not having chosen the option that is best there, 0 or more.

    Parameters
    ----------
    outcome
        (option, ...), in any unit; all dims but that of the options are states of the world.
    option
        Dim of the policies to choose from, as ``scenario`` or ``point``.
    direction
        Whether more (``max``) or less (``min``) is better.

    Returns
    -------
    xarray.DataArray
        Dims and unit of the outcome; missing in states in which the outcome of any option is missing, as where its run
        failed: there is no telling what would have been best.

    References
    ----------
    savage1951
    """
    _checked(outcome, option, direction)
    best = outcome.max(option, skipna=False) if direction == "max" else outcome.min(option, skipna=False)
    label = f"Regret of {outcome.attrs.get('long_name', outcome.name)}"
    return abs(outcome - best).rename("regret").assign_attrs(outcome.attrs | {"long_name": label})


def robustness(
    outcome: xr.DataArray, *, option: str, direction: Literal["max", "min"], quantile: float = 0.9
) -> xr.Dataset:
    """Expected value, worst case and regret of every policy over the states of the world, (option,).

    Parameters
    ----------
    outcome
        (option, ...); all other dims, as draw and scenarios of the outside world, are states, and count alike.
    option
        Dim of the policies to choose from.
    direction
        Whether more (``max``) or less (``min``) is better.
    quantile
        Quantile of regret beside its maximum; 0.9 is the 90th percentile.

    Returns
    -------
    xarray.Dataset
        In the unit of the outcome: ``expected``, mean over the states; ``worst``, least good outcome;
        ``largest_regret``; ``regret_quantile`` (linear between states). ``attrs``: ``states`` that count,
        ``states_left_out`` in which some run failed, and the option that is chosen by the largest expected value
        (``best_expected``), by minimax regret (``minimax_regret``) and by the quantile (``best_regret_quantile``); of
        several that are equally good, the first.

    Notes
    -----
    The states have equal weight: draws of a prior carry its probabilities, scenarios of the outside world carry none,
    so that an expected value over those is a plain mean and no forecast.

    References
    ----------
    savage1951
    """
    if not 0.0 <= quantile <= 1.0:
        raise DataError(Problem(f"got the quantile {quantile:g}", expected="from 0 to 1"))
    by_state = regret(outcome, option=option, direction=direction)
    losses, left_out = _whole_states(by_state, option)
    values, _ = _whole_states(outcome.where(by_state.notnull()), option)
    parts = {
        "expected": (values.mean("state"), "Mean over the states of the world"),
        "worst": (values.min("state") if direction == "max" else values.max("state"), "Least good outcome"),
        "largest_regret": (losses.max("state"), "Largest regret"),
        "regret_quantile": (losses.quantile(quantile, "state").drop_vars("quantile"), f"Regret, quantile {quantile:g}"),
    }
    units = str(outcome.attrs.get("units", ""))
    found = {
        name: values.drop_attrs().assign_attrs(units=units, long_name=label) for name, (values, label) in parts.items()
    }
    result = xr.Dataset(found).assign_attrs(states=losses.sizes["state"], states_left_out=left_out, quantile=quantile)
    expected = result["expected"]
    best = expected.idxmax(option) if direction == "max" else expected.idxmin(option)
    names = {"minimax_regret": "largest_regret", "best_regret_quantile": "regret_quantile"}
    chosen = {key: result[name].idxmin(option).item() for key, name in names.items()}
    return result.assign_attrs(best_expected=best.item(), **chosen)


def satisficing(outcomes: xr.Dataset, thresholds: Sequence[Threshold], *, option: str) -> xr.Dataset:
    """Share of the states of the world in which a policy meets all thresholds (domain criterion), (option,).

    Parameters
    ----------
    outcomes
        One variable for each outcome, (option, ...); all other dims are states. A variable without one of them holds
        in all states along it.
    thresholds
        What has to be met, at least one; several for one variable give a range.
    option
        Dim of the policies to choose from.

    Returns
    -------
    xarray.Dataset
        ``share``, all thresholds at once, (option,); ``share_of_each``, (threshold, option); both of unit 1, over the
        states in which no run failed. ``attrs``: ``states``, ``states_left_out``.

    References
    ----------
    starr1963
    """
    if not thresholds:
        raise DataError(Problem("no threshold is given", expected="at least one"))
    used = [_named(outcomes, item.variable) for item in thresholds]
    for values in used:
        _checked(values, option, "max")
    met = [_meets(values, item) for values, item in zip(used, thresholds, strict=True)]
    known = [values.notnull() for values in used]
    labels = [str(item) for item in thresholds]
    each = xr.concat(xr.broadcast(*met), dim="threshold").assign_coords(threshold=labels)
    whole = xr.concat(xr.broadcast(*known), dim="threshold").all("threshold").all(option)
    states, left_out = _whole_states(each.astype(float).where(whole), option, "threshold")
    shares = {"share": states.min("threshold").mean("state"), "share_of_each": states.mean("state")}
    text = {"share": "Share of states in which all thresholds are met", "share_of_each": "Share of states that meet it"}
    found = {name: values.drop_attrs().assign_attrs(units="1", long_name=text[name]) for name, values in shares.items()}
    return xr.Dataset(found).assign_attrs(states=states.sizes["state"], states_left_out=left_out)


def _meets(values: xr.DataArray, threshold: Threshold) -> xr.DataArray:
    return values >= threshold.value if threshold.relation == ">=" else values <= threshold.value


def _whole_states(values: xr.DataArray, option: str, *kept: str) -> tuple[xr.DataArray, int]:
    """All states along one dim ``state``, without those that are missing, and how many these are."""
    dims: list[Hashable] = [dim for dim in values.dims if dim not in (option, *kept)]
    if not dims:
        raise DataError(Problem("there are no states of the world", expected=f"a dim beside '{option}', as draw"))
    stacked = values.drop_vars([name for name, coord in values.coords.items() if name not in (option, *kept)])
    stacked = stacked.stack(state=dims, create_index=False)
    good = stacked.notnull().all([dim for dim in stacked.dims if dim != "state"])
    if not good.any():
        raise DataError(Problem("in every state some run failed", expected="states in which all options ended well"))
    return stacked.isel(state=good.values), int((~good).sum())


def _named(outcomes: xr.Dataset, name: str) -> xr.DataArray:
    if name in outcomes.data_vars:
        return outcomes[name]
    raise DataError(Problem(f"there is no outcome '{name}'", mend=did_you_mean(name, map(str, outcomes.data_vars))))


def _checked(outcome: xr.DataArray, option: str, direction: str) -> None:
    if option not in outcome.dims:
        got = ", ".join(map(str, outcome.dims)) or "none"
        raise DataError(Problem(f"the outcome has the dims {got}", expected=f"the dim '{option}' of the policies"))
    if direction not in ("max", "min"):
        raise DataError(Problem(f"got the direction '{direction}'", expected="'max' or 'min'"))

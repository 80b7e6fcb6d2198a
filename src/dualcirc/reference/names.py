"""From what a user calls a variable to its name in the model."""

from __future__ import annotations

from dualcirc.errors import Problem, RegistryError, did_you_mean
from dualcirc.files.registry import Registry
from dualcirc.translate.constructs import fold
from dualcirc.translate.ir import Model

_TOTALS = ("national_", "region_")
_LISTING = "All names are in model/variables.csv, the levers in `dualcirc levers`."


def find_variable(asked: str, model: Model, registry: Registry) -> str:
    """
    Exact name of a variable of the model.

    Parameters
    ----------
    asked
        The name as in the model file or as in a result, in any case; a total of a result, as ``national_exports``; or
        the id of a lever.

    Raises
    ------
    RegistryError
        With the nearest valid name.
    """
    names = {fold(name): name for name in model.variables}
    levers = {fold(lever.id): lever.variable for lever in registry.levers.values()}
    key = fold(asked.strip().strip('"'))
    if key in names:
        return names[key]
    if key in levers:
        return levers[key]
    for prefix in _TOTALS:
        if key.startswith(prefix) and key.removeprefix(prefix) in names:
            return names[key.removeprefix(prefix)]
    parts = [lever.id for lever in registry.levers.values() if fold(lever.id).startswith(f"{key}.")]
    if parts:
        what, mend = f"got '{asked}', a lever of several parts", f"Name one of them: {', '.join(parts)}."
        raise RegistryError(Problem(what, expected="the id of a part", mend=mend))
    valid = [*model.variables, *registry.levers] if "_" not in asked else [*names, *registry.levers]
    what = f"got '{asked}', which is no variable of the model and no lever"
    expected = "a name of the model file, of a result, or a lever id"
    raise RegistryError(Problem(what, expected=expected, mend=did_you_mean(asked, valid, listing=_LISTING)))

"""What is to be run, checked before anything runs and without an engine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dualcirc.errors import DualcircError, Problem, ScenarioError
from dualcirc.files.band import Band, read_band
from dualcirc.files.combinations import Combination
from dualcirc.files.paths import data_dir, project_root
from dualcirc.files.registry import Registry, read_registry
from dualcirc.files.scenario import Scenario, ScenarioSource, load_scenarios
from dualcirc.files.version import package_version
from dualcirc.results.io import ready_folder
from dualcirc.results.schema import BASELINE
from dualcirc.sweep.model import load_model
from dualcirc.sweep.packages import package_scenario
from dualcirc.sweep.sample import latin_hypercube, refitted

MAX_DRAWS = 10_000
"""More draws than any band needs; a larger design is a sweep, kept in blocks."""


@dataclass(frozen=True)
class Plan:
    """Scenarios times draws."""

    registry: Registry
    scenarios: tuple[Scenario, ...]
    drawn: Mapping[str, NDArray[np.float64]]
    """(draw,) by exact parameter name; empty without draws."""
    seed: int
    out: Path | None = None
    refitted: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    """(draw after the central one,) by exact name; what is fitted again with a drawn parameter."""
    remarks: tuple[str, ...] = ()
    """What the user should know of the draws before reading a band."""

    @property
    def runs(self) -> int:
        """Number of runs of each scenario, the central one included."""
        return max((len(values) for values in self.drawn.values()), default=1)


def make_plan(
    scenarios: ScenarioSource | Iterable[ScenarioSource],
    draws: int | None = 0,
    out: str | Path | None = None,
    *,
    with_baseline: bool = False,
) -> Plan:
    """Read and check everything that a run needs from the user.

    Parameters
    ----------
    scenarios
        One or several: names of scenarios of the project, names of packages as ``packages_a_c_central``, paths, or
        mappings of the same form.
    draws
        Draws of the uncertain parameters of ``experiments/band.yaml`` besides the central run; its own number if None.
    out
        Folder for the results; it is made now, so that a folder that cannot be written stops nothing half-way.
    with_baseline
        Put the baseline before the others where it is not among them.
    """
    registry = read_registry()
    named = [scenarios] if isinstance(scenarios, str | Path | Mapping) else list(scenarios)
    sources = [_packages(source, registry) or source for source in named]
    if not sources:
        raise ScenarioError(Problem("got no scenario", expected="at least one", mend="Name one, as baseline."))
    if draws is not None and not 0 <= draws <= MAX_DRAWS:
        raise DualcircError(Problem(f"got {draws} draws", expected=f"from 0 to {MAX_DRAWS:,} draws"))
    found = load_scenarios(sources, registry)
    if with_baseline and BASELINE not in {scenario.name for scenario in found}:
        found = [*load_scenarios([BASELINE], registry), *found]
    band = read_band(registry)
    number = band.draws if draws is None else draws
    settled = _settled(found, band) if number else {}
    drawn = latin_hypercube(band.parameters, number, band.seed) if number else {}
    # Left out of the whole design, not drawn anew: the other parameters take the values that they have in every run.
    drawn = {name: values for name, values in drawn.items() if name not in settled}
    refits = {name: table for name, table in band.refits.items() if name in drawn}
    folder = ready_folder(Path(out)) if out is not None else None
    follow = refitted(drawn, refits)
    return Plan(registry, tuple(found), drawn, band.seed, folder, follow, tuple(settled.values()))


def _packages(source: ScenarioSource, registry: Registry) -> ScenarioSource | None:
    """Scenario of policy packages that is named as a `Combination`; none for any other source."""
    combination = Combination.parse(source) if isinstance(source, str) else None
    if combination is None or not combination.packages:
        return None
    return package_scenario(combination, registry, load_model())


def _settled(scenarios: Iterable[Scenario], band: Band) -> dict[str, str]:
    """Parameters of the band that a scenario settles for the whole run, each with a remark.

    Notes
    -----
    Were it drawn for the other scenarios, the difference to the baseline would show the draws of the baseline alone.
    The same holds where a scenario sets what is fitted again with a drawn parameter.
    """
    moved = {change.target.name for scenario in scenarios for change in scenario.changes}
    settled = {}
    for parameter in band.parameters:
        name = parameter.name
        followers = [str(other) for other in band.refits.get(name, ()) if other in moved]
        if name in moved:
            settled[name] = f"{name} is set by a scenario and is not drawn"
        elif followers:
            settled[name] = f"{followers[0]} is set by a scenario; {name}, with which it is fitted, is not drawn"
    return settled


def source_hashes() -> dict[str, str]:
    """SHA-256 of the parameters and of the published tables, and the version of the package."""
    return {
        "dualcirc_version": package_version(),
        "parameters_hash": _digest([project_root() / "model" / "parameters.csv"]),
        "data_hash": _digest(sorted(data_dir().glob("*.csv"))),
    }


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()

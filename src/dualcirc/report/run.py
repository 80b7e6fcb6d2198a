"""Content of the report on a run: its pictures drawn anew in the language of the page, its tables, its assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import xarray as xr

from dualcirc.analysis.indicators import headline_table, indicator_table
from dualcirc.analysis.summary import SUMMARY_YEAR, summary
from dualcirc.errors import ScenarioError
from dualcirc.files.assumptions import package_record, parameter_records, scenario_record
from dualcirc.files.combinations import Combination
from dualcirc.files.registry import Registry, read_registry
from dualcirc.files.scenario import load_scenario
from dualcirc.plots import draw_all, style
from dualcirc.plots.words import Language, say
from dualcirc.report.content import Content, Picture, Sheet
from dualcirc.results.io import open_results
from dualcirc.results.schema import BASELINE

MANY = 12
"""More scenarios than this, as all combinations of packages, are not set side by side in a table."""
_FACTS = ("dualcirc_version", "command", "seed", "time_step", "integrator", "jaxlib_version", "machine")


def run_content(folder: Path, language: Language) -> Content:
    """Read a run and draw its pictures."""
    dataset, registry = open_results(folder), read_registry()
    remarks: list[str] = []
    drawn = [str(name) for name in dataset["parameter"].values] if "parameter" in dataset.coords else []
    titles = [style.title_of(dataset, name) for name in style.scenario_names(dataset) if name != BASELINE]
    several = len(titles) <= MANY
    attrs = dataset.attrs
    status = [str(value) for value in dataset["status"].values.ravel()]
    return Content(
        title=say("Scenarios of China's dual circulation and its pilot free trade zones"),
        question=say("What do these scenarios change: {titles}?", titles="; ".join(titles))
        if titles and several
        else "",
        source="",
        caveats=[],
        findings=[],
        pictures=list(_pictures(dataset, language)),
        sheets=list(_sheets(dataset)) if several else [],
        scenarios=[_scenario(dataset, name, registry, remarks) for name in style.scenario_names(dataset)],
        parameters=parameter_records(drawn, registry),
        factors=[],
        runs={text: status.count(text) for text in dict.fromkeys(status)},
        provenance={say(key.replace("_", " ")): str(attrs[key]) for key in _FACTS if key in attrs}
        | {
            say("hash of the {what}", what=say(str(key).removesuffix("_hash"))): str(value)
            for key, value in attrs.items()
            if str(key).endswith("_hash")
        },
        uncertainty="priors of parameters.csv" if drawn else "none: central parameters",
        remarks=remarks,
    )


def _pictures(dataset: xr.Dataset, language: Language) -> Iterator[Picture]:
    captions = {
        "0_overview": say("National output with its history, and what each scenario changes."),
        "1_national_paths": say("National aggregates: published statistics, baseline with its band, scenarios."),
        "2_differences": say("Difference of each scenario to the baseline."),
        "3_regions": say("The four macro-regions: level above, difference to the baseline below."),
        "4_tiles": say("Effect on output by province."),
        "5_circulation": say("Share of output that domestic demand calls for."),
        "6_packages": say("Interaction of policy packages, and what each is worth."),
        "7_combinations": say("Every combination of the policy packages."),
    }
    with style.styled(language), TemporaryDirectory() as folder:
        for name, draw in draw_all(dataset).items():
            svg = style.save(draw(), Path(folder), name)[1]
            yield Picture(name, captions.get(name, ""), svg.read_bytes())


def _sheets(dataset: xr.Dataset) -> Iterator[Sheet]:
    table = summary(dataset)
    changed = table[table["scenario"] != BASELINE] if "difference" in table else table.iloc[:0]
    if len(changed):
        shown = changed.assign(scenario=[style.title_of(dataset, name) for name in changed["scenario"]])
        columns = [name for name in ("scenario", "label", "difference", "low", "high") if name in shown]
        caption = say(
            "Difference to the baseline in {year}, per cent; low and high: range over the draws.", year=SUMMARY_YEAR
        )
        yield Sheet("summary", caption, shown[columns].rename(columns={"label": "outcome"}))
    national = headline_table(indicator_table(dataset, [SUMMARY_YEAR]), SUMMARY_YEAR)
    national.columns = pd.Index([style.title_of(dataset, str(name)) for name in national.columns])
    yield Sheet(
        "indicators",
        say("The nation in {year}, central run.", year=SUMMARY_YEAR),
        national.reset_index().rename(columns={"label": "outcome"}),
    )


def _scenario(dataset: xr.Dataset, name: str, registry: Registry, remarks: list[str]) -> dict[str, Any]:
    """Changes of a scenario as its file has them now, if that file is still the one that was run."""
    title = {"en": name, "zh": name}
    for language in title:
        with style.styled("zh" if language == "zh" else "en"):
            title[language] = style.title_of(dataset, name)
    digest = str(dataset["scenario_hash"].sel(scenario=name).values)
    bare = {"name": name, "title": title, "source": "", "hash": digest, "changes": []}
    combination = Combination.parse(name)
    if combination is not None:
        return package_record(combination, registry) | {"hash": digest}
    try:
        scenario = load_scenario(name, registry)
    except ScenarioError:
        remarks.append(say("The file of the scenario '{name}' is not among those of the project.", name=name))
        return bare
    if scenario.digest != digest:
        remarks.append(say("The file of the scenario '{name}' has changed since the run.", name=name))
        return bare
    return scenario_record(scenario, registry)

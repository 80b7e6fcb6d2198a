"""The form of an experiment file; what names and numbers mean is checked in ``experiment``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from dualcirc.files.scenario_schema import Name, Number, Text, TitleForm
from dualcirc.files.strict import Strict

DesignKind = Literal["grid", "one_at_a_time", "latin_hypercube", "sobol", "saltelli", "morris", "points"]
Ambition = Literal["low", "central", "high"]


class FactorForm(Strict):
    """One thing that the design varies: a lever, a package of levers, an external driver or a parameter."""

    other_words: ClassVar[Mapping[str, str]] = dict.fromkeys(("driver", "parameter", "param", "var"), "variable")

    lever: Text | None = None
    """id of a lever, as `dualcirc levers` lists them, or all"""
    package: Text | None = None
    """letter of a package, as A, whose levers move together, or all"""
    variable: Text | None = None
    """exact name of an external driver or of a parameter"""
    to: Ambition | None = None
    """ambition of the registry that is reached at 1; 0 is business as usual; for levers without low and high"""
    unit: Text | None = None
    """unit of low and high, in quotes where it is a number"""
    low: Number | None = None
    """least value; the range of parameters.csv where a parameter has none"""
    high: Number | None = None
    """largest value"""
    from_year: Number | None = None
    """calendar year in which a lever or driver leaves business as usual; its first possible one when left out"""
    full_year: Number | None = None
    """calendar year from which it has its value; 2030 when left out"""
    provinces: list[str] | None = None
    """provinces for which the value holds; all of them when left out"""
    domains: list[str] | None = None
    """the same for what is set by domain"""
    alliances: list[str] | None = None
    """the same for what is set by alliance"""
    levels: list[Number] | int | None = None
    """values of a grid, or their number from low to high"""
    why: Text | None = None
    """reason for the range"""


class DesignForm(Strict):
    """Points at which the factors are taken together."""

    kind: DesignKind
    """grid, one_at_a_time, latin_hypercube, sobol, saltelli (indices of Sobol), morris, or points (of a file)"""
    points: Annotated[int, Field(ge=1, le=100_000_000)] | None = None
    """number of points; base number for saltelli and sobol (a power of two); trajectories for morris"""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = None
    """seed of the design; 0 when left out"""
    file: Text | None = None
    """table of points (.csv) beside the experiment, one column for each factor, for the kind points"""
    factors: Annotated[list[FactorForm], Field(min_length=1)]
    """list of what is varied"""


class DrawsForm(Strict):
    """Draws of the uncertain parameters of the band, the same for every scenario and point."""

    number: Annotated[int, Field(ge=0, le=10_000)]
    """number of draws besides the central one"""


class TimesForm(Strict):
    """Saved times that are kept."""

    start: Number
    """first model year"""
    end: Number
    """last model year"""
    every: Annotated[int, Field(ge=1, le=100)] = 1
    """years between two of them"""


class ReduceForm(Strict):
    """What is kept of the draws where full paths are not needed."""

    quantiles: Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=1, max_length=20)]
    """quantiles over the draws, from 0 to 1, in rising order"""


class ExperimentForm(Strict):
    """An experiment: scenarios times points of a design times draws."""

    name: Name
    """short name, used for files and labels"""
    title: TitleForm
    """title in English and Chinese, as {en: "...", zh: "..."}"""
    question: TitleForm | None = None
    """question that the experiment answers, in both languages"""
    source: Text | None = None
    """where the question comes from"""
    caveats: list[Text] = Field(default_factory=list)
    """what a reader must know before using the answer"""
    scenarios: Annotated[list[Text | dict[str, Any]], Field(min_length=1)]
    """list of names, paths beside the experiment, whole scenarios, or packages_all_central for all combinations"""
    design: DesignForm | None = None
    """points at which levers, drivers and parameters are taken besides what the scenarios set"""
    draws: DrawsForm | None = None
    """draws of the uncertain parameters; none when left out"""
    outputs: Annotated[list[Text], Field(min_length=1)]
    """names of the variables to keep, as in variables.csv or as in the Dataset"""
    times: TimesForm | None = None
    """model years to keep; all saved ones when left out"""
    reduce: ReduceForm | None = None
    """quantiles over the draws instead of every draw"""
    block: Annotated[int, Field(ge=1, le=65_536)] | None = None
    """runs that are computed and stored together; chosen by size when left out"""

"""The form of a file of checks; what its names and expressions mean is checked where the model is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from dualcirc.files.scenario_schema import ChangeForm, Name, Number, Text
from dualcirc.files.strict import Strict

Outputs = Annotated[list[Text], Field(min_length=1)]
Direction = Literal["up", "down"]
Measure = Literal["relative", "absolute"]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class StartForm(Strict):
    """The initial value of a stock changed."""

    stock: Text
    """exact name of a stock of the model"""
    factor: Number | None = None
    """number by which its initial value is multiplied"""
    value: Number | None = None
    """initial value itself, in the unit of the stock, instead of a factor"""
    places: list[Text] | None = None
    """provinces, regions or other elements for which it holds; all of them when left out"""
    why: Text
    """reason for the change"""


class ArmForm(Strict):
    """What a run is given: changes written exactly as in a scenario file, and other initial values of stocks."""

    extends: Name | None = None
    """name of a scenario of the project whose changes are made first"""
    counterfactual: bool = False
    """true where the past is changed: changes may then begin before 2026"""
    changes: list[ChangeForm] = Field(default_factory=list)
    """list of changes, each with lever or variable, unit, value or path, and reason"""
    start: list[StartForm] = Field(default_factory=list)
    """list of stocks that start at another value, each with factor or value, and reason"""


class CheckForm(ArmForm):
    """What every check has."""

    name: Name
    """short name, used once among all checks"""
    why: Text
    """economic reason for which the model must pass"""


class WindowForm(Strict):
    """Where and when a check looks."""

    years: list[Number] | None = None
    """years that are looked at, 2030 meaning the middle of 2030, at which results are saved"""
    since: Number | None = None
    """first year that is looked at; the whole run when neither 'years' nor 'since' stands"""
    until: Number | None = None
    """last year that is looked at"""
    where: list[Text] | None = None
    """provinces, regions or other elements that are looked at; all of them when left out"""


class BoundsForm(CheckForm, WindowForm):
    """Outputs stay within bounds, in every element and year."""

    kind: Literal["bounds"]
    """what is checked"""
    outputs: Outputs
    """list of expressions"""
    low: Number | None = None
    """smallest value allowed"""
    high: Number | None = None
    """largest value allowed"""


class ExpectForm(WindowForm):
    """The difference that the changes make to outputs."""

    outputs: Outputs
    """list of expressions"""
    direction: Direction
    """up or down: the sign of the difference"""
    measure: Measure = "relative"
    """relative, a fraction of the level without the changes, or absolute"""
    at_least: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """smallest size of the difference; it is never zero"""
    at_most: Positive | None = None
    """largest size of the difference"""


class SignForm(CheckForm, ExpectForm):
    """Outputs move in one direction against another run, the baseline if none is given."""

    kind: Literal["sign"]
    """what is checked"""
    than: ArmForm | None = None
    """run that is compared with, the baseline when left out"""


class ExtremeForm(CheckForm):
    """At an extreme every output stays finite and no stock becomes negative; outputs move as expected."""

    kind: Literal["extreme"]
    """what is checked"""
    expect: list[ExpectForm] = Field(default_factory=list)
    """list of differences to the baseline, each with outputs and direction"""


class DelayForm(CheckForm):
    """The difference that changes make takes its time."""

    kind: Literal["delay"]
    """what is checked"""
    outputs: Outputs
    """list of expressions"""
    where: list[Text] | None = None
    """provinces, regions or other elements that are looked at; all of them when left out"""
    direction: Direction
    """up or down: the sign of the difference in the late year"""
    measure: Measure = "relative"
    """relative, a fraction of the level without the changes, or absolute"""
    late: Number
    """year by which the difference has unfolded"""
    early: Number | None = None
    """year in which only a part of it is seen"""
    share: Positive | None = None
    """largest part of the late difference that the early one may be"""
    change_date: Number | None = None
    """calendar date of the change, from which the half-time counts"""
    half_time: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    """least and largest number of years until half of the late difference is reached, as [1, 4]"""


class ConservationForm(CheckForm):
    """An expression that must be zero, whatever policy does."""

    kind: Literal["conservation"]
    """what is checked"""
    zero: Text
    """expression that must be zero at every time and in every element"""
    scale: Text
    """expression by which its size is judged"""
    tolerance: Positive = 1e-9
    """largest size relative to the scale"""


class PlaceboTimeForm(CheckForm):
    """Nothing moves before the changes are made, bit for bit, and something does afterwards."""

    kind: Literal["placebo_time"]
    """what is checked"""
    before: Number
    """calendar date of the first change"""
    than: ArmForm | None = None
    """run that is compared with, the baseline when left out"""


class PlaceboPlaceForm(CheckForm, WindowForm):
    """Outputs that the changes do not reach stay where they are."""

    kind: Literal["placebo_place"]
    """what is checked"""
    outputs: Outputs
    """list of expressions"""
    at_most: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """largest relative difference; zero means the same bit for bit"""
    treated: list[Text] | None = None
    """elements that the changes reach: each moves more than any that is looked at"""
    than: ArmForm | None = None
    """run that is compared with, the baseline when left out"""


class OrderingForm(CheckForm, WindowForm):
    """The changes make a larger difference to the baseline than others do, in the same direction."""

    kind: Literal["ordering"]
    """what is checked"""
    outputs: Outputs
    """list of expressions"""
    measure: Measure = "relative"
    """relative, a fraction of the level without the changes, or absolute"""
    times: Positive = 1.0
    """least ratio of the larger to the smaller difference; it is always more than one"""
    than: ArmForm
    """changes that make the smaller difference"""


class IdenticalForm(CheckForm):
    """Two runs are the same bit for bit in every variable."""

    kind: Literal["identical"]
    """what is checked"""
    than: ArmForm | None = None
    """run that is compared with, the baseline when left out"""


class StocksForm(CheckForm):
    """Every stock is finite and none is negative but those named."""

    kind: Literal["stocks"]
    """what is checked"""
    may_be_negative: dict[Text, Text] = Field(default_factory=dict)
    """stocks that may be negative, each with the reason; extreme checks and identity tests go by the same list"""


Check = (
    BoundsForm
    | SignForm
    | ExtremeForm
    | DelayForm
    | ConservationForm
    | PlaceboTimeForm
    | PlaceboPlaceForm
    | OrderingForm
    | IdenticalForm
    | StocksForm
)

KINDS: Mapping[str, type[Check]] = {
    "bounds": BoundsForm,
    "sign": SignForm,
    "extreme": ExtremeForm,
    "delay": DelayForm,
    "conservation": ConservationForm,
    "placebo_time": PlaceboTimeForm,
    "placebo_place": PlaceboPlaceForm,
    "ordering": OrderingForm,
    "identical": IdenticalForm,
    "stocks": StocksForm,
}


class ChecksForm(Strict):
    """A file of checks: what the model must do for it to be an economy."""

    checks: list[Annotated[Check, Field(discriminator="kind")]] = Field(min_length=1)
    """list of checks, each with name, why, kind and what the kind needs"""

from pathlib import Path

import pytest

from dualcirc.translate import Model, check_units, load
from dualcirc.translate.order import initial_order, step_order, varying

MODELS = Path(__file__).parents[1] / "models"
CONTROL = "".join(
    f"{name} = {value}\n\t~\tyear\n\t~\n\t|\n\n"
    for name, value in (("INITIAL TIME", 0), ("FINAL TIME", 2), ("TIME STEP", 0.5), ("SAVEPER", "TIME STEP"))
)


def model_of(folder: Path, *equations: tuple[str, str]) -> Model:
    """Model with these equations and units."""
    path = folder / "model.mdl"
    entries = "".join(f"{equation}\n\t~\t{unit}\n\t~\tWhat it is\n\t|\n\n" for equation, unit in equations)
    path.write_text("{UTF-8}\nRegion: north, south\n\t~\n\t~\n\t|\n\n" + entries + CONTROL, encoding="utf-8")
    return load(path)


def test_names_units_and_texts_are_as_written(tmp_path: Path) -> None:
    model = model_of(
        tmp_path, ("GDP per Head[Region] = 1, 2", "billion CNY/(year*million person)"), ("x = Time", "year")
    )
    variable = model.variables["GDP per Head"]
    assert (variable.dims, variable.kind, variable.documentation) == (("Region",), "constant", "What it is")
    assert variable.unit == "billion CNY/(year*million person)"
    assert variable.line == 7
    assert model.subscripts == {"Region": ("north", "south")}
    assert (model.time.initial, model.time.final, model.time.step, model.time.saveper) == (0, 2, 0.5, 0.5)
    assert model.shape("GDP per Head") == (2,)


def test_kinds_follow_the_equations() -> None:
    model = load(MODELS / "data_from_table" / "data_from_table.mdl")
    assert {name: v.kind for name, v in model.variables.items() if v.kind != "control"} == {
        "line": "data", "held": "data", "plain": "data", "by region": "data", "held by region": "data",
        "use": "auxiliary", "Gathered": "stock",
    }  # fmt: skip
    assert model.variables["held"].interpolation == "hold"


def test_digest_changes_with_a_table(tmp_path: Path) -> None:
    for file in (MODELS / "constants_from_table").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = load(tmp_path / "constants_from_table.mdl")
    table = tmp_path / "constants.csv"
    assert [path.name for path in before.tables] == ["constants.csv", "matrix.csv"]
    table.write_text(table.read_text().replace("4.5", "4.6"))
    assert load(tmp_path / "constants_from_table.mdl").digest != before.digest


def test_order_puts_every_variable_after_what_it_reads() -> None:
    model = load(MODELS / "initial_order" / "initial_order.mdl")
    steps = step_order(model)
    assert steps.index("First") < steps.index("a")
    starts = initial_order(model)
    # First starts from b, b from Second, Second from c, c from Third, Third from d only.
    chain = ["d", "Third #1", "Third", "c", "Second #1", "Second", "b", "First #1", "First", "a"]
    assert [name for name in starts if name in chain] == chain


def test_varying_names_what_moves_over_time() -> None:
    model = load(MODELS / "sum" / "sum.mdl")
    assert {"x", "moving", "total", "columns"} <= varying(model)
    assert varying(model).isdisjoint({"vector", "matrix", "rows", "TIME STEP"})


@pytest.mark.parametrize(
    ("equation", "unit"),
    [
        ("y = money * share", "CNY"),
        ("y = money / span", "CNY/year"),
        ("y = MAX(money, 0)", "CNY"),
        ("y = money + money * share ^ 1.7 * (1 + share)", "CNY"),
        ("y = EXP(LN(share) * 2)", "Dmnl"),
        ("y = SQRT(money * money)", "CNY"),
        ("y = money ^ 2", "CNY^2"),
        ("y = IF THEN ELSE(money > 0 :AND: Time > span, money, 0)", "CNY"),
        ("y = XIDZ(money, span, 0)", "CNY/year"),
        ("y = SUM(parts[Region!] / span)", "CNY/year"),
        ("y = INTEG(money / span, 0)", "CNY"),
        ("y = INTEG(money / span, money)", "CNY"),
        ("y = SMOOTHI(money, span, 0)", "CNY"),
        ("y = 2 * DELAY3I(money, span, money)", "CNY"),
        ("y = DELAY3I(money, span, 0)", "CNY"),
        ("y = DELAY N(money, span, 0, 3) + SMOOTH N(money, span, money, 2)", "CNY"),
        ("y = DELAY FIXED(money, span, 0)", "CNY"),
        ("y = TREND(money, span, 1 / span)", "1/year"),
        ("y = FORECAST(money, span, span)", "CNY"),
        ("y = SAMPLE IF TRUE(Time > span, money, 0)", "CNY"),
        ("y = INITIAL(money / span)", "CNY/year"),
        ("y = ACTIVE INITIAL(money, 0)", "CNY"),
        ("y = STEP(money, span) + RAMP(money / span, span, 2 * span)", "CNY"),
        ("y = PULSE(span, span) + PULSE TRAIN(span, span, span, span)", "Dmnl"),
        ("y = MODULO(money, money) + QUANTUM(money, money) + INTEGER(money)", "CNY"),
        ("y = SIN(share) + ARCCOS(share) + LOG(share, share)", "Dmnl"),
        ("y = PROD(parts[Region!])", "CNY^2"),
        ("y = RANDOM NORMAL(money, money, money, money, 1)", "CNY"),
        ("y = GET TIME VALUE(0, span, 0)", "year"),
        ("y = SUM(VECTOR RANK(parts[Region!], 1))", "Dmnl"),
    ],
)
def test_check_units_accepts_what_balances(tmp_path: Path, equation: str, unit: str) -> None:
    assert check_units(with_money(tmp_path, equation, unit)) == []


@pytest.mark.parametrize(
    ("equation", "unit", "told"),
    [
        ("y = money * share", "Dmnl", "its equation has the unit CNY"),
        ("y = money + span", "CNY", "the two sides of + have the units CNY and year"),
        ("y = money + 1", "CNY", "the two sides of + have the units CNY and 1"),
        ("y = Time - 3", "year", "the two sides of - have the units year and 1"),
        ("y = MAX(money, 1)", "CNY", "the two sides of MAX"),
        ("y = EXP(money)", "Dmnl", "the argument of EXP"),
        ("y = LN(money)", "Dmnl", "the argument of LN"),
        ("y = money ^ (share * 2)", "CNY", "its exponent is no number"),
        ("y = share ^ money", "Dmnl", "the exponent of ^"),
        ("y = IF THEN ELSE(money > span, 1, 0)", "Dmnl", "the two sides of >"),
        ("y = IF THEN ELSE(money > 0, money, span)", "CNY", "the two branches of IF THEN ELSE"),
        ("y = XIDZ(money, span, 1)", "CNY/year", "the last argument of XIDZ"),
        ("y = INTEG(money, money)", "CNY", "the flow of INTEG times year"),
        ("y = INTEG(money, 0)", "CNY", "its equation has the unit CNY*year"),
        ("y = SMOOTHI(money, share, money)", "CNY", "the time of SMOOTH"),
        ("y = SMOOTHI(money, span, share)", "CNY", "the input and the initial value of SMOOTH"),
        ("y = DELAY3I(money, span, share)", "CNY", "the input and the initial value of DELAY"),
        ("y = DELAY FIXED(money, span, share)", "CNY", "the input and the initial value of DELAY FIXED"),
        ("y = SMOOTH N(money, span, money, INTEGER(money))", "CNY", "the order of SMOOTH"),
        ("y = FORECAST(money, span, share)", "CNY", "the two sides of +"),
        ("y = STEP(money, share)", "CNY", "the two sides of >"),
        ("y = RAMP(money, span, span)", "CNY", "its equation has the unit CNY*year"),
        ("y = SAMPLE IF TRUE(share > 0, money, span)", "CNY", "the two branches of IF THEN ELSE"),
        ("y = SIN(money)", "Dmnl", "the argument of SIN"),
        ("y = MODULO(money, span)", "CNY", "the two sides of MODULO"),
        ("y = RANDOM UNIFORM(money, share, 0)", "CNY", "the arguments of RANDOM UNIFORM"),
        ("y = money", "", "cannot be read"),
    ],
)
def test_check_units_names_what_does_not_balance(tmp_path: Path, equation: str, unit: str, told: str) -> None:
    problems = check_units(with_money(tmp_path, equation, unit))
    assert len(problems) == 1
    assert "unit of 'y'" in problems[0].what
    assert told in problems[0].what
    assert problems[0].line == 27


def with_money(folder: Path, equation: str, unit: str) -> Model:
    constants = [("money = 3", "CNY"), ("share = 0.5", "Dmnl"), ("span = 2", "year"), ("parts[Region] = 1, 2", "CNY")]
    return model_of(folder, *constants, (equation, unit))

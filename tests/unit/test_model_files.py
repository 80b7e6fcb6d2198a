"""The registers and tables beside the model say the same as its equations, both ways."""

from __future__ import annotations

import csv
import re

import numpy as np

from dualcirc.files import paths, series
from dualcirc.files.registry import Registry
from dualcirc.translate import Model, check_units
from dualcirc.units import parse_unit


def test_units_balance_in_every_equation(model: Model) -> None:
    assert not check_units(model)


def test_variables_of_the_register_are_those_of_the_model(model: Model, registry: Registry) -> None:
    assert list(registry.variables) == list(model.variables)


def test_units_and_definitions_of_the_register_are_those_of_the_model(model: Model, registry: Registry) -> None:
    for name, variable in model.variables.items():
        row = registry.variables[name]
        assert parse_unit(row.unit) == parse_unit(variable.unit), name
        assert row.definition == re.sub(r"\s+", " ", variable.documentation), name


def test_every_variable_is_explained(model: Model) -> None:
    assert [name for name, variable in model.variables.items() if not variable.documentation.strip()] == []


def test_scalars_of_the_model_are_the_parameters_both_ways(model: Model, registry: Registry) -> None:
    tables = {name for name, variable in model.variables.items() if variable.kind == "constant" and variable.dims}
    scalars = {
        name: float(variable.value)
        for name, variable in model.variables.items()
        if variable.kind == "constant" and name not in tables and variable.value is not None
    }
    assert scalars == {name: row.value for name, row in registry.parameters.items()}


def test_units_of_parameters_levers_and_drivers_are_those_of_the_model(model: Model, registry: Registry) -> None:
    rows = [(row.name, row.unit) for row in registry.parameters.values()]
    rows += [(row.variable, row.unit) for row in (*registry.levers.values(), *registry.drivers.values())]
    for name, unit in rows:
        assert parse_unit(unit) == parse_unit(model.variables[name].unit), name


def test_levers_and_drivers_move_along_time_as_the_model_reads_them(model: Model, registry: Registry) -> None:
    for row in (*registry.levers.values(), *registry.drivers.values()):
        variable = model.variables[row.variable]
        assert variable.dims == ((row.dimension,) if row.dimension else ()), row.variable
        expected = variable.interpolation if variable.kind == "data" else "constant"
        assert row.interpolation == expected, row.variable


def test_parameter_values_lie_in_their_ranges(registry: Registry) -> None:
    for row in registry.parameters.values():
        assert row.low is not None, row.name
        assert row.high is not None, row.name
        assert row.low <= row.value <= row.high, row.name


def test_sources_of_parameters_and_levers_exist(registry: Registry) -> None:
    known = {str(key) for key in series.table("evidence")["id"]} | {
        str(key) for key in series.table("sources")["source_id"]
    }
    known |= {str(key) for name in ("ftz_policy_history", "judged_ranges") for key in series.table(name)["id"]}
    known |= {path.name for path in paths.data_dir().glob("*.csv")}
    cited = {(row.name, key) for row in registry.parameters.values() for key in row.source.split(";") if key}
    cited |= {(row.id, key) for row in registry.levers.values() for key in re.split(r"[;-]", row.evidence) if key}
    assert [pair for pair in sorted(cited) if pair[1] not in known] == []


def test_a_parameter_from_the_literature_names_its_source(registry: Registry) -> None:
    missing = [row.name for row in registry.parameters.values() if row.status == "literature" and not row.source]
    assert missing == []


def test_elements_of_ranges_are_those_of_the_model(model: Model, registry: Registry) -> None:
    for name in model.subscripts.keys() & registry.elements.keys():
        assert list(registry.elements[name]) == list(model.subscripts[name]), name


def test_ranges_of_what_is_saved_have_labels(model: Model, registry: Registry) -> None:
    labelled = {tuple(elements) for elements in registry.elements.values()}
    saved = {dim for name, row in registry.variables.items() if row.saved for dim in model.variables[name].dims}
    assert {name for name in saved if model.subscripts[name] not in labelled} == set()


def test_tables_stand_in_the_order_of_the_elements(model: Model) -> None:
    """Tables are read by position: a reordered row would shift values silently."""
    orders = {tuple(elements) for elements in model.subscripts.values()}
    known = set(model.variables) | {"base imports", "base net domestic outflow"}
    for path in model.tables:
        with path.open(newline="") as handle:
            rows = list(csv.reader(handle))
        header, first = tuple(rows[0][1:]), tuple(row[0] for row in rows[1:])
        assert header in orders or set(header) <= known, path.name
        if rows[0][0] == "time":
            assert np.all(np.diff(np.array(first, dtype=float)) > 0), path.name
        else:
            elements = model.subscripts[rows[0][0]]
            assert first == elements * (len(first) // len(elements)), path.name


def test_columns_of_tables_feed_the_variables_they_are_named_after(model: Model) -> None:
    """GET DIRECT reads a letter; the header over that letter must be the variable's own name."""
    text = paths.model_file().read_text()
    name = r"^([\w ]+?)(?:\[[\w, ]+\])?\s*(?::[A-Z ]+:)?\s*:?="
    place = r"\('([^']+)',\s*','\s*,\s*(?:'A',\s*)?'([A-Z]+)2\*?'\)"
    pattern = name + r"\s*GET DIRECT \w+" + place
    found = re.findall(pattern, text, flags=re.M)
    assert len(found) == text.count("GET DIRECT")
    for name, file, column in found:
        header = (paths.model_file().parent / file).read_text().splitlines()[0].split(",")
        if tuple(header[1:]) not in model.subscripts.values():
            assert header[ord(column) - ord("A")] == name


def test_tables_over_time_have_two_rows_or_more() -> None:
    """PySD takes a table of one row along time for an empty one and stops."""
    rows = {path.name: path.read_text().splitlines() for path in paths.tables_dir().glob("*.csv")}
    over_time = {name: lines for name, lines in rows.items() if lines[0].startswith("time,")}
    assert len(over_time) > 10
    assert [name for name, lines in over_time.items() if len(lines) < 3] == []


def test_tables_have_no_blank_cell_and_their_years_rise() -> None:
    """The reader fills blanks and sorts times, as PySD does; in this model either would be a slip."""
    for path in sorted((paths.model_file().parent / "tables").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as text:
            header, *rows = list(csv.reader(text))
        assert all(cell.strip() for row in rows for cell in row), path.name
        assert {len(row) for row in rows} == {len(header)}, path.name
        if header[0] in ("time", "year"):
            years = [float(row[0]) for row in rows]
            assert years == sorted(set(years)), path.name

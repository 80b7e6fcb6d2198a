from __future__ import annotations

import pytest

from dualcirc.errors import RegistryError
from dualcirc.files.registry import Registry
from dualcirc.reference.card import Cards, as_record, cards_of
from dualcirc.reference.citations import read_citations, resolve
from dualcirc.reference.names import find_variable
from dualcirc.translate import Model
from dualcirc.translate.order import uses


@pytest.fixture(scope="module")
def cards(model: Model, registry: Registry) -> Cards:
    return cards_of(model, registry)


def test_every_variable_has_a_card_with_equation_unit_and_sector(cards: Cards, model: Model):
    for name in model.variables:
        card = cards.card(name)
        assert card.equation.casefold().startswith(name.casefold())
        assert card.unit
        assert card.definition
        assert card.sector in cards.graph.text.groups


def test_causes_and_uses_are_each_others_mirror(cards: Cards, model: Model):
    graph = cards.graph
    for name in model.variables:
        for cause in (*graph.causes[name], *graph.initial_causes[name]):
            assert name in graph.uses[cause]
    assert sum(map(len, graph.uses.values())) == sum(
        len(graph.causes[name]) + len(graph.initial_causes[name]) for name in model.variables
    )


def test_causes_are_all_that_the_equation_names(cards: Cards, model: Model):
    for name, variable in model.variables.items():
        read = uses(variable.expression)[0] if variable.expression is not None else set()
        assert read - {name} <= set(cards.graph.causes[name])


def test_stock_is_caused_by_its_flow_and_started_by_its_base(cards: Cards):
    card = cards.card("Foreign capital")
    starts = {cause.name: cause.at_start for cause in card.causes}
    assert starts["foreign capital completion"] is False
    assert starts["base foreign capital"] is True


def test_parameter_shows_range_status_and_the_text_of_its_source(cards: Cards):
    card = cards.card("trade elasticity")
    assert card.parameter is not None
    assert (card.parameter.value, card.parameter.low, card.parameter.status) == (4, 3, "literature")
    assert [source.key for source in card.sources] == ["E55"]
    assert "Simonovska" in card.sources[0].text


def test_every_source_of_a_parameter_or_lever_is_known(cards: Cards, registry: Registry):
    names = [*registry.parameters, *(lever.variable for lever in registry.levers.values())]
    unknown = {source.key for name in names for source in cards.card(name).sources if not source.text}
    assert not unknown


def test_range_of_keys_is_one_citation():
    found = resolve("P001-P025; E55", read_citations())
    assert [citation.key for citation in found] == ["P001-P025", "E55"]
    assert "rows P001 to P025" in found[0].text


def test_variable_that_reads_a_table_names_file_and_column(cards: Cards):
    assert cards.card("duty free quota").table == "tables/duty_free.csv, column B ('duty free quota')"
    assert cards.card("hidden barrier cleanup").table.startswith("tables/hidden_barrier_cleanup.csv, columns from B")
    assert cards.card("GDP").table == ""


def test_lever_is_told_where_it_stands_is_read_moves_and_costs(cards: Cards, registry: Registry):
    for lever in registry.levers.values():
        roles = {
            name: link.role
            for name in {lever.variable, lever.enters, lever.target, lever.cost_enters} - {""}
            for link in cards.card(name).levers
            if link.id == lever.id
        }
        assert roles[lever.variable] == "is the lever"
        assert set(roles) >= {lever.target, lever.cost_enters} - {""}


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("GDP", "GDP"),
        ("foreign_capital", "Foreign capital"),
        ("Foreign  CAPITAL", "Foreign capital"),
        ("B2", "domestic indicator weight"),
        ("b8.QUOTA", "duty free quota"),
        ("national_exports", "exports"),
        ("national_gdp", "national GDP"),
    ],
)
def test_variable_is_found_by_any_of_its_names(model: Model, registry: Registry, asked: str, name: str):
    assert find_variable(asked, model, registry) == name


@pytest.mark.parametrize(
    ("asked", "hint"), [("Foregin capital", "Foreign capital"), ("fdi_inflo", "fdi_inflow"), ("C1.zoen", "C1.zone")]
)
def test_misspelt_name_is_refused_with_the_nearest(model: Model, registry: Registry, asked: str, hint: str):
    with pytest.raises(RegistryError, match=f"Did you mean '{hint}'"):
        find_variable(asked, model, registry)


def test_record_is_plain_and_whole(cards: Cards):
    record = as_record(cards.card("market elasticity"))
    assert record["parameter"]["status"] == "assumed"
    assert record["uses"] == [
        {"name": "investment appeal", "unit": "Dmnl", "sector": "Foreign capital", "at_start": False}
    ]

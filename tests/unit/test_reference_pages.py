from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from dualcirc.errors import OutputError
from dualcirc.files.registry import Registry
from dualcirc.reference.card import Cards, cards_of
from dualcirc.reference.markdown import html_page, plain, table
from dualcirc.reference.pages import write_reference
from dualcirc.translate import Model

Pages = dict[str, str]


@pytest.fixture(scope="module")
def cards(model: Model, registry: Registry) -> Cards:
    return cards_of(model, registry)


@pytest.fixture(scope="module")
def pages(cards: Cards, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Text of every file of the reference by its path in the folder."""
    folder = tmp_path_factory.mktemp("reference")
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in write_reference(cards, folder)}


def test_there_is_a_page_for_each_sector_and_an_index(cards: Cards, pages: Pages):
    for ending in (".md", ".html"):
        names = [name for name in pages if name.endswith(ending)]
        assert len(names) == len(cards.graph.sectors) + 1
        assert f"index{ending}" in names


def test_every_variable_stands_on_one_sector_page(cards: Cards, pages: Pages):
    for name in cards.graph.model.variables:
        row = f"\n| `{name}` | {plain(cards.card(name).label_en)} |"
        holders = [page for page, text in pages.items() if page.endswith(".md") and page != "index.md" and row in text]
        assert len({*holders}) == 1, name


def test_every_equation_parameter_and_lever_is_there(cards: Cards, pages: Pages, registry: Registry):
    text = "\n".join(body for page, body in pages.items() if page.endswith(".md"))
    for name in cards.graph.model.variables:
        if cards.graph.causes[name]:
            assert cards.card(name).equation in text
    for row in registry.parameters.values():
        assert text.count(f"| `{row.name}` | ") >= 3  # as a variable, with its value, and by status in the index
    for lever in registry.levers.values():
        assert f"| `{lever.id}` |" in pages["index.md"]


def test_every_link_leads_to_a_file(pages: Pages):
    for page, text in pages.items():
        if page.endswith(".html"):
            targets = re.findall(r'(?:href|src)="([^"]+)"', text)
            assert targets
            within = {target for target in targets if target.startswith("#")}
            assert within <= {f"#{found}" for found in re.findall(r'id="([^"]+)"', text)}, page
            assert set(targets) - within <= set(pages), page


def test_tables_are_read_as_tables(pages: Pages):
    for page, text in pages.items():
        if page.endswith(".html"):
            assert "| --- |" not in text
            assert "<table>" in text


def test_pictures_are_well_formed_and_the_same_each_time(cards: Cards, pages: Pages, tmp_path: Path):
    again = {path.name: path.read_text("utf-8") for path in write_reference(cards, tmp_path)}
    pictures = [name for name in pages if name.endswith(".svg")]
    assert pictures
    for name in pictures:
        assert ET.fromstring(pages[name]).tag.endswith("svg")
        assert again[Path(name).name] == pages[name]


def test_pictures_speak_chinese_if_asked(cards: Cards, tmp_path: Path):
    write_reference(cards, tmp_path, "zh")
    text = (tmp_path / "pictures" / "foreign_capital_stocks_and_flows.svg").read_text("utf-8")
    assert ">外资存量<" in text
    assert ">Foreign capital<" not in text


def test_markup_in_texts_is_shown_as_written():
    page = html_page(table(["a"], [[plain("x_1 * <b> | [y] `z`")]]), "t")
    assert "x_1 * &lt;b&gt; | [y] `z`" in page
    assert table(["a"], []) == "None.\n"


def test_folder_that_cannot_be_made_is_the_users_fault(cards: Cards, tmp_path: Path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        write_reference(cards, tmp_path / "taken")

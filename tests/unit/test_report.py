"""The report: one file, nothing fetched, everything escaped, nothing of the result left out."""

from __future__ import annotations

import base64
import json
import re
import stat
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import etree, html

import dualcirc
from dualcirc import cli
from dualcirc.errors import OutputError
from dualcirc.files.paths import project_root
from dualcirc.plots import tornado, words
from dualcirc.report import page, pdf, read_content, write_pdf
from dualcirc.report.content import Sheet
from dualcirc.report.page import limits, printed
from dualcirc.study import Study

from .studies import EXPERIMENT, stand_in_for_the_sweep, study_folder
from .study_tables import tornado_table

TEMPLATES = Path(dualcirc.__file__).parent / "report" / "templates"
EVIL = '<script>alert("x")</script>'


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study whose texts try to be markup."""
    stand_in_for_the_sweep(monkeypatch)
    folder = study_folder(tmp_path)
    hostile = EXPERIMENT.replace("Who gains from new zones?", EVIL.replace('"', "'"))
    (folder / "experiment.yaml").write_text(hostile, encoding="utf-8")
    with Study(folder) as made:
        made.sweep()
        frame = pd.DataFrame({EVIL: [EVIL, "b"], "effect": [1234567.891, -0.0123456], "year": [2035, 2040]})
        made.finding({"en": f"Zones help {EVIL}.", "zh": "自贸试验区有益。"})
        made.table("effects", frame, f"Effects {EVIL}")
        made.figure("tornado", lambda: tornado(tornado_table()), {"en": "What moves output", "zh": "影响产出的因素"})
    return made.out


def parsed(text: str) -> Any:
    """The page as a strict parser of XML-like HTML sees it."""
    parser = etree.HTMLParser(recover=False)
    return etree.fromstring(text, parser)


def test_page_is_well_formed_and_holds_every_part(study: Path) -> None:
    text = page(read_content(study, "en"), "en")
    tree = parsed(text)
    assert [heading.text for heading in tree.iter("h2")] == [
        "Before you use this",
        "Findings",
        "Figures",
        "Tables",
        "Assumptions",
        "What the model cannot tell",
        "Where the numbers come from",
    ]
    assert tree.findtext(".//h1") == "What do zones do?"
    words_of_page = " ".join(" ".join(tree.itertext()).split())
    for part in (
        "A <b>small</b> study.",
        "1 of 8 runs failed: nan in gdp at 2031",
        "shorter <list>",
        "2026: 27 → 2030: 15",
        "Siphon share",
        "Household saving",
        "priors of parameters.csv",
        "f" * 64,
    ):
        assert part in words_of_page, part


def test_nothing_is_fetched_and_nothing_runs(study: Path) -> None:
    tree = parsed(page(read_content(study, "en"), "en"))
    addresses = [value for element in tree.iter() for key, value in element.attrib.items() if key in ("src", "href")]
    assert [value for value in addresses if not value.startswith(("data:image/svg+xml;base64,", "https://doi"))] == []
    assert not list(tree.iter("script", "link", "iframe", "object", "base", "form"))
    assert "@import" not in (TEMPLATES / "report.css").read_text(encoding="utf-8")
    assert "url(" not in (TEMPLATES / "report.css").read_text(encoding="utf-8")


def test_texts_from_files_are_never_markup(study: Path) -> None:
    text = page(read_content(study, "en"), "en")
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_pictures_are_those_of_the_study_in_the_language_of_the_page(study: Path) -> None:
    for language, name in (("en", "tornado.svg"), ("zh", "tornado_zh.svg")):
        tree = parsed(page(read_content(study, language), language))  # type: ignore[arg-type]
        (image,) = tree.iter("img")
        content = base64.b64decode(image.get("src").partition("base64,")[2])
        assert content == (study / "figures" / name).read_bytes()


def test_chinese_page_has_chinese_headings_and_labels(study: Path) -> None:
    text = page(read_content(study, "zh"), "zh")
    for part in (
        'lang="zh"',
        "自贸试验区有何作用？",
        "影响产出的因素",
        "模型的局限",
        "负面清单",
        "本模型用于比较政策情景",
    ):
        assert part in text
    assert "What each scenario changes" not in text


def test_numbers_are_written_for_reading() -> None:
    frame = pd.DataFrame(
        {"share_of_gdp": [1234567.891, -0.0123456, float("nan")], "year": [2035, 2040, 2050], "t": ["a"] * 3}
    )
    table = printed(Sheet("t", "", frame))
    assert list(table.headings) == ["Share of gdp", "Year", "T"]
    assert [row[0] for row in table.rows] == ["1,234,568", "−0.0123", ""]
    assert [row[1] for row in table.rows] == ["2035", "2040", "2050"]
    assert list(table.numeric) == [True, True, False]


def test_long_tables_say_what_they_leave_out() -> None:
    table = printed(Sheet("t", "", pd.DataFrame({"x": range(100)})))
    assert (len(table.rows), table.left_out) == (40, 60)


def test_a_changed_file_is_refused(study: Path) -> None:
    (study / "tables" / "effects.csv").write_text("a\n1\n")
    with pytest.raises(OutputError, match="has changed since it was written"):
        read_content(study, "en")


@pytest.mark.parametrize("name", ["../../../secret", "/etc/passwd"])
def test_a_file_elsewhere_is_refused(study: Path, name: str) -> None:
    manifest = json.loads((study / "manifest.json").read_text(encoding="utf-8"))
    manifest["tables"]["effects"]["file"] = name
    (study / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(OutputError, match="lies elsewhere"):
        read_content(study, "en")


def test_a_manifest_without_its_parts_is_refused(study: Path) -> None:
    (study / "manifest.json").write_text('{"kind": "study"}', encoding="utf-8")
    with pytest.raises(OutputError, match="lacks title, question"):
        read_content(study, "en")


@pytest.mark.parametrize(
    ("part", "value", "told"),
    [
        ("findings", ["text"], "'findings.0': got the text 'text'"),
        ("labels", {"gdp": 3}, "'labels.gdp': got the number 3"),
        ("tables", {"effects": {"file": "a.csv", "caption": {}}}, "lacks tables.effects.sha256"),
        ("figures", {"one": {"caption": {}, "en": 3}}, "'figures.one.en': got the number 3"),
        ("scenarios", [{"name": "baseline"}], "lacks scenarios.0.title, scenarios.0.source, scenarios.0.changes"),
    ],
)
def test_a_manifest_that_holds_something_else_is_refused(study: Path, part: str, value: object, told: str) -> None:
    manifest = json.loads((study / "manifest.json").read_text(encoding="utf-8"))
    (study / "manifest.json").write_text(json.dumps(manifest | {part: value}), encoding="utf-8")
    with pytest.raises(OutputError) as error:
        read_content(study, "en")
    assert told in str(error.value)


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="holds no run and no study"):
        read_content(tmp_path, "en")


def test_limits_are_those_of_the_page_of_the_model() -> None:
    text = limits("en")
    assert "Household saving" in html.fromstring(f"<div>{text}</div>").text_content()
    assert "](" not in text
    section = (project_root() / "model" / "README.md").read_text(encoding="utf-8").partition("## Known limits")[2]
    assert text.count("<li>") == section.partition("\n## ")[0].count("\n- **")


def test_every_phrase_of_the_template_has_its_chinese() -> None:
    said = set(re.findall(r'say\("([^"]+)"', (TEMPLATES / "report.html.j2").read_text(encoding="utf-8")))
    assert len(said) > 20
    assert {phrase for phrase in said if phrase not in words.phrases()} == set()


@pytest.fixture
def browser(tmp_path: Path) -> Path:
    """A stand-in for Chromium that writes down how it was called."""
    script = tmp_path / "bin" / "chromium"
    script.parent.mkdir()
    script.write_text(
        '#!/bin/sh\nfor a in "$@"; do case "$a" in --print-to-pdf=*) echo "$@" > "${a#--print-to-pdf=}";; esac; done\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IEXEC)
    return script


def test_pdf_is_printed_by_the_browser_with_a_profile_of_its_own(tmp_path: Path, browser: Path) -> None:
    (tmp_path / "a.html").write_text("<p>x</p>")
    called = write_pdf(tmp_path / "a.html", tmp_path / "a.pdf", str(browser)).read_text()
    assert all(flag in called for flag in pdf.FLAGS)
    assert "--user-data-dir=" in called
    assert called.strip().endswith(f"file://{tmp_path}/a.html")


def test_a_browser_that_fails_is_told(tmp_path: Path, browser: Path) -> None:
    browser.write_text("#!/bin/sh\necho no display >&2\nexit 3\n")
    with pytest.raises(OutputError, match="no display"):
        write_pdf(tmp_path / "a.html", tmp_path / "a.pdf", str(browser))


def test_command_writes_the_page_and_says_when_there_is_no_browser(
    study: Path, browser: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(browser.parent.parent / "empty"))
    assert cli.main(["report", str(study)]) == 0
    assert "Chromium is not installed" in capsys.readouterr().out
    assert (study / "report.html").is_file()
    assert not (study / "report.pdf").exists()
    monkeypatch.setenv("PATH", str(browser.parent), prepend=":")
    assert cli.main(["report", str(study), "--language", "zh", "--out", str(study / "new" / "page.html")]) == 0
    assert (study / "new" / "page.pdf").is_file()


def test_report_twice_gives_the_same_bytes(study: Path) -> None:
    assert page(read_content(study, "en"), "en") == page(read_content(study, "en"), "en")

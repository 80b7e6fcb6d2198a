from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

from pysd.translators.vensim.vensim_file import VensimFile

from dualcirc.files.paths import model_file, project_root
from dualcirc.reference.graph import Graph
from dualcirc.reference.mdl_text import SKETCH, read_mdl_text
from dualcirc.reference.sketch import with_sketch, write_sketch
from dualcirc.translate import Model
from dualcirc.translate.constructs import fold


def copied(folder: Path) -> Path:
    """The project's model with its tables, where it may be changed."""
    shutil.copytree(project_root() / "model", folder / "model")
    return folder / "model" / model_file().name


def test_committed_sketch_is_that_of_the_equations(model: Model):
    text = model.path.read_text(encoding="utf-8")
    assert with_sketch(model) == text, "the equations have changed: run `make sketch`"


def test_sketch_is_rewritten_once_and_the_equations_stay(tmp_path: Path):
    path = copied(tmp_path)
    before = read_mdl_text(path)
    path.write_text(before.text[: before.sketch_start], encoding="utf-8")  # also a file without a sketch
    assert write_sketch(path) is True
    assert write_sketch(path) is False
    after = read_mdl_text(path)
    assert after.text[: after.sketch_start] == before.text[: before.sketch_start]


def test_pysd_finds_one_view_for_each_sector_and_every_variable_in_one(model: Model, tmp_path: Path):
    path = tmp_path / "sketched.mdl"
    path.write_text(with_sketch(model), encoding="utf-8")
    file = VensimFile(path, encoding="utf-8")
    file.parse(parse_all=False)
    file.parse_sketch([])
    views = file.sections[0].views_dict
    graph = Graph(model, read_mdl_text(model.path))
    assert list(views) == [fold(sector) for sector in graph.sectors]
    found = Counter(name for names in views.values() for name in names)
    assert found == Counter(fold(name) for name in model.variables)


def test_every_arrow_of_the_sketch_joins_two_objects_of_its_view(model: Model):
    text = with_sketch(model)
    for view in text[text.index(SKETCH) :].split(SKETCH)[1:]:
        rows = [line.split(",") for line in view.splitlines() if line[:1].isdigit()]
        numbers = [int(row[1]) for row in rows]
        assert numbers == list(range(1, len(rows) + 1))
        objects = {int(row[1]) for row in rows if row[0] in ("10", "11", "12")}
        for row in rows:
            if row[0] == "1":
                assert {int(row[2]), int(row[3])} <= objects
                assert row[2] != row[3]

"""Model files made to do harm: each is refused by name, quickly, and makes the process do nothing."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dualcirc.errors import ModelFileError
from dualcirc.translate import load

ROOT = Path(__file__).parents[2]
HOSTILE = sorted((ROOT / "tests" / "hostile").iterdir())
MODELS = sorted(p for p in (ROOT / "tests" / "models").glob("*/*") if p.suffix in (".mdl", ".xmile", ".stmx"))
SECONDS = 20
"""Of processor time; the slowest takes one on a slow machine, and a parser that hangs takes minutes."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What every file of tests/hostile/ led to, in a process with an audit hook (tests/hostile_probe.py)."""
    outside = tmp_path_factory.mktemp("outside")
    folder = outside / "models"
    shutil.copytree(ROOT / "tests" / "hostile", folder)
    (outside / "outside.csv").write_text("a,b\n1,2\n3,4\n")
    (folder / "tables").mkdir()
    (folder / "link.csv").symlink_to("../outside.csv")
    (folder / "linked").symlink_to("..")
    (folder / "loop.csv").symlink_to("loop.csv")
    command = [sys.executable, "-m", "tests.hostile_probe", str(folder), *(str(folder / p.name) for p in HOSTILE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert not list(outside.rglob("PWNED"))
    assert not (ROOT / "PWNED").exists()
    return {row["file"]: row for row in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("name", [path.name for path in HOSTILE])
def test_hostile_file_is_refused_by_name_and_does_nothing(told: dict[str, dict[str, object]], name: str) -> None:
    row = told[name]
    assert row["code"] == 2, row["told"]
    assert name in str(row["told"])
    assert "Traceback" not in str(row["told"])
    assert row["seen"] == []
    assert float(str(row["seconds"])) < SECONDS


def test_audit_hook_sees_what_a_translator_that_evaluates_would_do(tmp_path: Path) -> None:
    # Without this, a hook that is deaf would let every test above pass: here the translator gets Python's eval back.
    code = (
        "import sys; from pathlib import Path; from tests import hostile_probe as probe\n"
        "from pysd.translators.vensim import vensim_element; del vensim_element.eval\n"
        "probe.main(Path(sys.argv[1]), [Path(sys.argv[2])])"
    )
    hostile = ROOT / "tests" / "hostile" / "eval_in_lookup_limits.mdl"
    command = [sys.executable, "-c", code, str(tmp_path), str(hostile)]
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}
    done = subprocess.run(command, cwd=tmp_path, env=paths, capture_output=True, text=True, check=False)
    assert {"compile", "exec"} <= {event.split()[0] for event in json.loads(done.stdout)["seen"]}
    assert (tmp_path / "PWNED").exists()


PIECES = (
    *(b"()[]~|,:!=<>&/*-0\\\"'{\n\x00\xff"[i : i + 1] for i in range(24)),
    *b":MACRO:|:EXCEPT:|->|<->|1e999|1e15|0.001|Time|INTEG(|<eqn>|WITH LOOKUP(|SUM(|:NA:|TIME STEP|[(0,0)".split(b"|"),
    b"GET DIRECT CONSTANTS('",
)
"""What means something to a parser."""


def mutant(text: bytes, random_: random.Random) -> bytes:
    """Text with one to three places damaged: bytes cut out, doubled or moved, or words and numbers exchanged."""
    words = re.findall(rb"[A-Za-z]+|[0-9.]+", text)
    for _ in range(random_.randint(1, 3)):
        at, size = random_.randrange(len(text)), random_.randint(1, 12)
        head, piece, tail = text[:at], text[at : at + size], text[at + size :]
        new = random_.choice(PIECES)
        damaged = [
            head + tail,
            head + piece + piece + tail,
            tail + head + piece,
            head + new + piece + tail,
            head + new + tail,
        ]
        if random_.random() < 0.6:
            match = random_.choice(list(re.finditer(rb"[A-Za-z]+|[0-9.]+", text)))
            other = random_.choice((random_.choice(words), random_.choice(PIECES)))
            text = text[: match.start()] + other + text[match.end() :]
        else:
            text = random_.choice(damaged)
    return text


def mutants(folder: Path, count: int, seed: int) -> Iterator[Path]:
    """Damaged copies of the small valid models, each beside its tables."""
    random_ = random.Random(seed)
    for model in MODELS:
        shutil.copytree(model.parent, folder / model.parent.name, dirs_exist_ok=True)
    for _ in range(count):
        model = random_.choice(MODELS)
        path = folder / model.parent.name / f"damaged{model.suffix}"
        path.write_bytes(mutant(model.read_bytes(), random_))
        yield path


def load_mutants(folder: Path, count: int, seed: int) -> tuple[int, int]:
    """Numbers of mutants that load and that are refused; anything but a refusal that names the file fails."""
    refusals, loaded = [], 0
    for path in mutants(folder, count, seed):
        try:
            load(path)
            loaded += 1
        except ModelFileError as error:
            refusals.append((path, str(error)))
        except BaseException as error:
            error.add_note(f"{path}: {path.read_bytes()!r}")
            raise
    assert all(str(path) in told for path, told in refusals)
    return loaded, len(refusals)


def test_damaged_model_loads_or_is_refused(tmp_path: Path) -> None:
    loaded, refused = load_mutants(tmp_path, 300, seed=20250101)
    assert loaded > 15
    assert refused > 100


@pytest.mark.long
def test_thousands_of_damaged_models_load_or_are_refused(tmp_path: Path) -> None:
    loaded, refused = load_mutants(tmp_path, 10_000, seed=7)
    assert loaded > 500
    assert refused > 5000

"""Whatever stands in a scenario file, the reader either reads it or says what is wrong."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dualcirc.errors import DualcircError, Problem
from dualcirc.files.registry import read_registry
from dualcirc.files.scenario import load_scenario

TESTS = Path(__file__).parents[1]
REGISTRY = read_registry(TESTS / "scenarios" / "model")
WHOLE = (TESTS.parent / "experiments" / "scenarios" / "wider_layout.yaml").read_text(encoding="utf-8")
PIECES = [
    *"{}[]:,-?#&*!|>'\"%@`~\n\t \\",
    *("0", "-1", "1e-3", "1e400", ".nan", "9" * 400, "010", "2026", "2026-01-01", "never", "no", "null", "~", "<<"),
    *(
        "&a ",
        "*a",
        "!!python/name:os.system",
        "!!binary ",
        "!!set ",
        "---\n",
        "...\n",
        "%YAML 9.9\n",
        "? ",
        "\x00",
        "\x85",
    ),
    *(
        "lever",
        "variable",
        "value: ",
        "values: ",
        "path: ",
        "provinces: [",
        "extends: ",
        "changes:\n",
        "省",
        "\U0001f600",
    ),
]
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(folder: Path, content: bytes) -> None:
    """Any fault but one of ours goes through and fails the test."""
    path = folder / "fuzz.yaml"
    path.write_bytes(content)
    problems: list[Problem] = []
    try:
        load_scenario(path, REGISTRY)
    except DualcircError as fault:
        problems = fault.problems
    assert all(problem.what and problem.expected and problem.file for problem in problems), problems


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A valid file with some pieces cut out, put in or doubled."""
    text = WHOLE
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.integers(0, 12)))
        text = text[:begin] + draw(st.sampled_from(PIECES)) + text[end:]
    return text


@SETTINGS
@given(text=mutated())
def test_mutated_files(tmp_path: Path, text: str):
    read(tmp_path, text.encode("utf-8"))


@SETTINGS
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=30))
def test_random_pieces(tmp_path: Path, pieces: list[str]):
    read(tmp_path, "".join(pieces).encode("utf-8"))


@SETTINGS
@given(content=st.binary(max_size=200))
def test_random_bytes(tmp_path: Path, content: bytes):
    read(tmp_path, content)


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["A1", "B2", "Jilin"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["lever", "unit", "path", "values", "why", "Jilin", 2026, 2027.5, None]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@SETTINGS
@given(changes=st.lists(ANY, max_size=3), extra=ANY)
def test_random_mappings(changes: list[object], extra: object):
    with suppress(DualcircError):
        load_scenario({"name": "fuzz", "changes": changes, "extends": extra}, REGISTRY)

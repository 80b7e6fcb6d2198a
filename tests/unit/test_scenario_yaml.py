"""YAML is read as plain data with lines; what could construct, repeat or surprise is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from dualcirc.errors import ScenarioError
from dualcirc.files.yaml_reader import MAX_BYTES, parse_yaml, read_yaml


def refusal(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse_yaml(text, "f.yaml")
    return str(caught.value)


def test_values_keep_their_lines():
    document = parse_yaml("name: x\nchanges:\n  - lever: A1\n    path:\n      2026: 1\n      2027.5: 2\n", "f.yaml")
    assert document.data["changes"][0]["path"] == {2026: 1, 2027.5: 2}
    assert document.line(("changes", 0, "lever")) == 3
    assert document.line(("changes", 0, "path", 2026.0)) == 5  # pydantic turns the year into a float
    assert document.line(("changes", 0, "path", "2027.5")) == 6  # and names it as text
    assert document.line(("changes", 0, "why")) == 3  # what is missing is shown where it belongs


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5),
        ("-3", -3),
        ("1.0e-3", 0.001),
        ("1e-3", "1e-3"),  # text for YAML 1.1: the schema then asks for a number
        ("2026-07-01", "2026-07-01"),
        ("no", False),
        ("~", None),
        ("'0.5'", "0.5"),
    ],
)
def test_scalars_are_what_yaml_says_or_stay_text(text: str, value: object):
    read = parse_yaml(f"a: {text}", "f.yaml").data["a"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("number", ["010", "0x1F", "1:30", "1_000", ".inf", ".nan", "0b11"])
def test_numbers_that_yaml_reads_otherwise_than_people_are_refused(number: str):
    assert f"f.yaml:1: got the number '{number}'" in refusal(f"a: {number}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: !!python/object/apply:os.system [ls]", "f.yaml:2: got the tag '!!python/object/apply:os.system'"),
        ("a: !mine 1", "f.yaml:1: got the tag '!mine'"),
        ("a: &x 1\nb: 2", "f.yaml:1: got the anchor '&x'"),
        ("a: &x 1\nb: *x", "f.yaml:2: got the alias '*x'"),
        ("a: 1\nb: 2\na: 3", "f.yaml:3: got the key 'a' twice; the first stands in line 1"),
        ("p: {2026: 1, 2026.0: 2}", "f.yaml:1: got the key '2026.0' twice"),
        ("a: 1\n---\nb: 2", "f.yaml:2: got a second document"),
        ("- a\n- b", "f.yaml:1: got a list"),
        ("just text", "f.yaml:1: got a single value"),
        ("# only a comment", "f.yaml:1: got nothing"),
        ("a: [1", "f.yaml:1: got text that is no YAML"),
        ("a: 1\n\tb: 2", "f.yaml:2: got text that is no YAML"),
        ("a: 1\nb: '\x07'", "f.yaml:2: got the character 7"),
        ("? [a, b]\n: 1", "f.yaml:1: got a list as a key"),
        ("a: " + "[" * 5000 + "]" * 5000, "f.yaml:1: got 20 levels of nesting"),
    ],
)
def test_what_is_refused_is_named_with_its_line(text: str, expected: str):
    assert expected in refusal(text)


def test_object_tag_constructs_nothing(tmp_path: Path):
    victim = tmp_path / "made"
    refusal(f"a: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{victim}']]")
    assert not victim.exists()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "f.yaml:1: got an empty file"),
        (b" \n\n", "f.yaml:1: got an empty file"),
        (b"a: 1\nb: \xff", "f.yaml:2: got the byte 0xff"),
        ("a: 1".encode("utf-16"), "which is no UTF-8 text"),
        (b"#" * (MAX_BYTES + 1), "at most 1,000,000 bytes"),
    ],
)
def test_files_that_are_no_text_are_refused(tmp_path: Path, content: bytes, expected: str):
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        read_yaml(path)
    assert expected in str(caught.value)


def test_missing_file_and_folder_are_refused(tmp_path: Path):
    with pytest.raises(ScenarioError, match="got no such file"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_yaml(tmp_path)


def test_byte_order_mark_is_no_fault(tmp_path: Path):
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_yaml(path).data == {"a": 1}

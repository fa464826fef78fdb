"""YAML that people would not write is refused in a line: never a traceback, never slow, never large."""

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from forecasts.ledger.located import DEEPEST, LARGEST, read_located
from forecasts.ledger.problems import BadInput

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)
)

#: What is written, on which line it is told, and what is said of it.
STRANGE = {
    "aliases": (BOMB, 1, "anchors and aliases are not read"),
    "cycle": ("b: 1\na: &x [*x]", 2, "anchors and aliases"),
    "depth of lists": ("a: " + "[" * 20_000, 1, "nested deeper"),
    "depth of dashes": ("- " * 20_000, 1, "nested deeper"),
    "depth of keys": ("? " * 20_000, 1, "nested deeper"),
    "depth of mappings": ("a: " + "{a: " * 9_000, 1, "nested deeper"),
    "large": ("a: " + "x" * LARGEST, None, "more than"),
    "python": ("a: !!python/object/apply:os.system [ls]", 1, "tags are not read"),
    "set": ("a: !!set {x}", 1, "tags are not read"),
    "binary": ("a: 1\nb: !!binary aGk=", 2, "tags are not read"),
    "own tag": ("a: !mine x", 1, "tags are not read"),
    "bare tag": ("a: ! x", 1, "tags are not read"),
    "no such character": ('a: 1\nb: "\\U00110000"', 2, "not YAML"),
    "far beyond": ('a: "\\UFFFFFFFF"', 1, "not YAML"),
    "escape": ('a: "\\q"', 1, "not YAML"),
    "merge": ("<<: {a: 1}", 1, "a key must be a word"),
    "null key": ("~: 1", 1, "a key must be a word"),
    "number key": ("1: 2", 1, "a key must be a word"),
    "yes key": ("yes: 1", 1, "a key must be a word"),
    "list key": ("[a, b]: 1", 1, "a key must be a word"),
    "mapping key": ("{a: b}: 1", 1, "a key must be a word"),
    "key with NUL": ('"a\\0b": 1', 1, "a key must be a word"),
    "twice": ("a: 1\nb: 2\na: 3", 3, "twice"),
    "tab": ("a:\n\tb: 1", 2, "not YAML"),
    "two documents": ("a: 1\n---\nb: 2", 2, "not YAML"),
    "NUL": ("a: 1\nb: \0", 2, "U+0000"),
    "NEL": ("a: 1\x85b: 2", 1, "U+0085"),
    "line separator": ("a: x\u2028y", 1, "U+2028"),
    "override": ("a: 1\n\nb: x\u202ey", 3, "U+202E"),
    "many digits": ("a: " + "9" * 400, 1, "at most 18 digits"),
    "too many digits": ("a: " + "9" * 5_000, 1, "at most 18 digits"),
    "base 60": ("a: 1:30", 1, "base ten"),
    "base 60 with a point": ("a: 1:30.5", 1, "must be a number"),
    "base 8": ("a: 010", 1, "base ten"),
    "base 16": ("a: 0x1F", 1, "base ten"),
    "endless": ("a: .inf", 1, "must be a number"),
    "no number": ("a: .nan", 1, "must be a number"),
    "overflow": ("a: 1.0e+400", 1, "must be a number"),
    "no such day": ("a: 2023-02-30", 1, "no such day"),
    "no such hour": ("a: 2023-02-03T25:00:00Z", 1, "no such day"),
    "equals": ("a: =", 1, "a meaning that is not read"),
    "a list": ("- a", None, "must be a mapping"),
    "empty": ("", None, "must be a mapping"),
}


def refused(path: Path) -> BadInput:
    with pytest.raises(BadInput) as bad:
        read_located(path, "plans/a.yaml")
    return bad.value


@pytest.mark.parametrize("name", STRANGE)
def test_what_nobody_means_is_told_with_its_line(name: str, tmp_path: Path) -> None:
    text, line, rule = STRANGE[name]
    path = tmp_path / "a.yaml"
    path.write_bytes(text.encode())
    begun = time.process_time()
    [told] = refused(path).problems
    assert time.process_time() - begun < 2
    assert (told.place, told.line) == ("plans/a.yaml", line)
    assert rule in told.rule
    assert len(str(told)) < 300


def test_all_of_a_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 010\n1: 2\nb: [1, {c: 2023-13-01}]\na: 1\n")
    assert [(p.line, p.column) for p in refused(path).problems] == [
        (1, "a"), (2, None), (3, "b.1.c"), (4, "a"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "rule"), [(b"a: 1\nb: \xff", "not UTF-8"), ("a: 1".encode("utf-16"), "not UTF-8")]
)
def test_other_bytes(content: bytes, rule: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    [told] = refused(path).problems
    assert rule in told.rule


@pytest.mark.parametrize("path", ["", "a" * 300, "a\0b", "file/below"])
def test_what_is_no_file(path: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a: 1")
    assert len(refused(tmp_path / path).problems) == 1


def test_what_people_write_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(
        b"\xef\xbb\xbfa: 1\r\nb: [-1.5, .5, 1_000, '010', yes, null]\r\nc: {d: 2023-05-30}\r\n"
        b"e: |\r\n  x\r\n  y\r\n"
    )
    read = read_located(path, "a.yaml")
    assert read.values["b"] == [-1.5, 0.5, 1000, "010", True, None]
    assert read.values["e"] == "x\ny\n"
    assert read.line(("c", "d")) == 3
    path.write_text("a: " + "[" * (DEEPEST - 2) + "]" * (DEEPEST - 2))
    assert read_located(path, "a.yaml")


@given(st.text(alphabet="ab:-?[]{}&*!|>'\"%@` \n\t#,\\01.~=<\u2028é", max_size=40))
def test_whatever_is_written_is_read_as_yaml_does_or_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(text.encode())
    try:
        read = read_located(path, "a.yaml")
    except BadInput:
        return
    assert read.values == yaml.safe_load(text)

"""What is made to do harm is refused in clear words, in bounded time and memory, and reaches nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forecasts.cli import app
from forecasts.intake.documents import document_of, read_document
from forecasts.intake.of_pdf import text_of_pdf
from forecasts.ledger.problems import BadInput
from tests.intake.bombs import BOMBS, CATALOG, PAGE, PAGES, archive, docx, endless, pdf, stream

#: By the name of a file: what was told of it, and the most megabytes held until then.
Came = Mapping[str, tuple[list[list[str]], int]]


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory) -> Came:
    """Read all of them in one process, which would be ended if it took too much."""
    folder = tmp_path_factory.mktemp("bombs")
    for name, (make, _) in BOMBS.items():
        (folder / name).write_bytes(make())
    ended = subprocess.run(
        [sys.executable, "-m", "tests.intake.bombs", str(folder)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout[-500:] + ended.stderr[-2000:]
    assert {path.name for path in folder.iterdir()} == set(BOMBS)
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    return {name: (told, held) for name, told, held, _ in lines}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_a_gigabyte(name: str, came: Came) -> None:
    told, held = came[name]
    assert held < 1024
    says = BOMBS[name][1]
    if says:
        [[place, rule, remedy]] = told
        assert place.endswith(name)
        assert says in rule
        assert remedy


def test_every_file_that_cannot_be_read_is_told_at_once_and_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("empty.txt").touch()
    os.mkfifo("pipe")
    Path("link-to-pipe.pdf").symlink_to("pipe")
    Path("loop.txt").symlink_to("loop.txt")
    Path("nowhere.txt").symlink_to("missing.txt")
    names = {
        "folder": "is a folder",
        "empty.txt": "holds no text",
        "pipe": "is no file, but a pipe or a device",
        "link-to-pipe.pdf": "is no file, but a pipe or a device",
        "/dev/zero": "is no file, but a pipe or a device",
        "loop.txt": "cannot be read",
        "nowhere.txt": "cannot be read",
        "missing.txt": "cannot be read",
        "n" * 300: "cannot be read",
    }
    result = CliRunner().invoke(app, ["extract", *names])
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert len(lines) == len(names)
    for line, (name, says) in zip(lines, names.items(), strict=True):
        assert line.startswith(f"{name}: {says}")
        assert " - " in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read whatever it likes")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "closed.txt"
    path.write_text("增长5%", encoding="utf-8")
    path.chmod(0)
    with pytest.raises(BadInput, match="cannot be read"):
        read_document(path)


def test_a_table_that_is_a_pipe_or_a_device_is_refused(tmp_path: Path) -> None:
    from forecasts.intake.decisions import read_decisions
    from forecasts.ledger.tables import read_table

    for ending in (".csv", ".xlsx", ".parquet", ".json"):
        path = tmp_path / f"pipe{ending}"
        os.mkfifo(path)
        with pytest.raises(BadInput, match="is no file"):
            read_table(path)
    with pytest.raises(BadInput, match="is no file"):
        read_decisions(tmp_path / "pipe.json")


def test_no_name_in_an_archive_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = docx("<w:p><w:r><w:t>增长5%</w:t></w:r></w:p>")
    parts = {"../../word/document.xml": words, "/tmp/x": b"x", "C:\\x": b"x", "word/../y": b"y"}
    with pytest.raises(BadInput, match="no DOCX"):
        document_of(archive(parts), "a.docx")
    assert not list(tmp_path.iterdir())


def test_a_page_that_takes_too_much_is_named() -> None:
    quick = stream(b"BT /F 9 Tf (1) Tj ET")
    pages = [PAGES.replace(b"[3 0 R] /Count 1", b"[3 0 R 5 0 R] /Count 2"), PAGE, quick]
    endless_page = stream(b"x\x9c" + endless(4 << 30), b"/Filter /FlateDecode")
    data = pdf(CATALOG, *pages, PAGE.replace(b"4 0 R", b"6 0 R"), endless_page)
    with pytest.raises(BadInput, match=r"page 2 (takes longer|is broken, or takes more than 800 MB)"):
        text_of_pdf(data, "a.pdf", 10**6)


def test_what_lies_beside_somebody_is_no_part_of_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pypdfium2", "json", "signal"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert text_of_pdf(pdf(CATALOG, PAGES, PAGE, stream(b"q Q")), "a.pdf", 100) == ""

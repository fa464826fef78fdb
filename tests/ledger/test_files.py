"""Files are whole or as they were."""

import os
from pathlib import Path

import pytest

from forecasts.ledger.files import whole, whole_folder, write_whole


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_whole(tmp_path / "brief.pdf", b"old")

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["brief.pdf"]


def test_half_a_draft_vanishes(tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with whole(tmp_path / "table.csv") as draft:
            draft.write_text("half")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way()
    assert not os.listdir(tmp_path)


def test_text_has_plain_line_ends_and_may_be_read_by_others(tmp_path: Path) -> None:
    path = write_whole(tmp_path / "new" / "a.txt", "\u4e00\n\u4e8c\n")
    assert path.read_bytes() == "\u4e00\n\u4e8c\n".encode()
    assert path.stat().st_mode & 0o444 == 0o444


def test_a_folder_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too long"), whole_folder(tmp_path / "new") as draft:
        write_whole(write_whole(draft / "one" / "a.txt", "a").with_name("a" * 256), "a")
    assert not (tmp_path / "new").exists()
    (tmp_path / "empty").mkdir()
    with whole_folder(tmp_path / "empty") as draft:
        write_whole(draft / "one" / "a.txt", "a")
    assert [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()] == [
        "empty/one/a.txt"
    ]


def test_a_name_of_any_length_that_a_file_can_have(tmp_path: Path) -> None:
    for name in ("a" * 255, "\u79d1" * 85):
        assert write_whole(tmp_path / name, "x").read_text() == "x"
    with pytest.raises(OSError, match="name too long") as bad:
        write_whole(tmp_path / ("a" * 256), "x")
    assert bad.value.filename == str(tmp_path / ("a" * 256))

"""Files are whole or as they were."""

import os
from pathlib import Path

import pytest

from forecasts.ledger.files import whole, write_whole


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

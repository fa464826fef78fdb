"""Spoilt files of every form (in `make soak` a hundred thousand) are read or refused, and nothing else."""

from pathlib import Path

import pytest

from forecasts.intake.documents import document_of
from forecasts.intake.known import read_known
from tests.fuzz.documents import shared, try_files
from tests.fuzz.reading import attempt, read_file
from tests.fuzz.spoiling import FORMS, sound, spoilt


@pytest.mark.parametrize("form", FORMS)
def test_a_number_is_always_the_same_file(form: str) -> None:
    files = [spoilt(form, number) for number in range(40)]
    assert files == [spoilt(form, number) for number in range(40)]
    assert len(set(files) - set(sound(form))) > 30


@pytest.mark.parametrize("form", [form for form in FORMS if form != "pdf"])
def test_a_spoilt_file_is_read_or_refused(form: str, root: Path, tmp_path: Path) -> None:
    known = read_known(root / "seeds")
    came = [
        attempt(form, spoilt(form, number), lambda form, data: read_file(form, data, known, tmp_path))
        for number in range(60)
    ]
    assert [why for what, why in came if what == "failed"] == []
    assert "read" in {what for what, _ in came}


@pytest.mark.slow
def test_a_spoilt_pdf_is_read_or_refused() -> None:
    def read(form: str, data: bytes) -> None:
        document_of(data, f"a.{form}")

    came = [attempt("pdf", spoilt("pdf", number), read) for number in range(15)]
    assert [why for what, why in came if what == "failed"] == []
    assert "read" in {what for what, _ in came}


@pytest.mark.soak
def test_a_hundred_thousand_spoilt_files(capsys: pytest.CaptureFixture[str]) -> None:
    found = try_files(shared(100_000))
    with capsys.disabled():
        print(f"\n{found}")
    assert not found.failures
    assert max(found.memory.values()) < 1024

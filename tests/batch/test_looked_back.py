"""The track record of a day is worked out once; what is kept is the same, or it is made anew."""

import datetime as dt
from pathlib import Path

import pytest

from forecasts.batch import looked_back as batch
from forecasts.batch.looked_back import looked_back
from forecasts.evaluation.track_record import TrackRecord, track_record
from forecasts.notebook.track_record import plain
from forecasts.publish.track_record import summary
from forecasts.publish.words import Words
from forecasts.scenarios.seeds import Seeds

DAY = dt.date(2023, 9, 6)


@pytest.fixture(scope="module")
def made(seeds: Seeds) -> TrackRecord:
    return track_record(seeds, DAY, resamples=batch.RESAMPLES)


@pytest.fixture
def asked(made: TrackRecord, monkeypatch: pytest.MonkeyPatch) -> list[dt.date]:
    """Count how often a track record is worked out."""
    days: list[dt.date] = []

    def work_out(seeds: Seeds, known_on: dt.date, resamples: int) -> TrackRecord:
        days.append(known_on)
        return made

    monkeypatch.setattr(batch, "track_record", work_out)
    return days


def test_what_is_kept_is_the_same_to_the_last_digit(
    seeds: Seeds, made: TrackRecord, asked: list[dt.date], tmp_path: Path
) -> None:
    first = looked_back(seeds, DAY, tmp_path / "new", "key")
    again = looked_back(seeds, DAY, tmp_path / "new", "key")
    assert asked == [DAY]
    assert first is made
    assert plain(again) == plain(made)
    assert list(again.methods[0].coverage) == list(made.methods[0].coverage), "levels are numbers"
    assert summary(again, Words("zh")) == summary(made, Words("zh"))


def test_another_key_or_day_is_worked_out(seeds: Seeds, asked: list[dt.date], tmp_path: Path) -> None:
    other = DAY + dt.timedelta(days=1)
    for day, key in ((DAY, "a"), (DAY, "b"), (other, "b"), (DAY, "b")):
        looked_back(seeds, day, tmp_path, key)
    assert asked == [DAY, DAY, other]
    assert len(list(tmp_path.iterdir())) == 2, "one file a day, whatever its keys were"


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"key": "key"}', '{"key": "key", "track_record": {}}', "\0"]
)
def test_a_damaged_file_is_made_anew(
    seeds: Seeds, made: TrackRecord, asked: list[dt.date], tmp_path: Path, damage: str
) -> None:
    looked_back(seeds, DAY, tmp_path, "key")
    (kept,) = tmp_path.iterdir()
    kept.write_text(damage, encoding="utf-8")
    assert looked_back(seeds, DAY, tmp_path, "key") is made
    looked_back(seeds, DAY, tmp_path, "key")
    assert len(asked) == 2


def test_where_nothing_can_be_kept_the_answer_comes_all_the_same(
    seeds: Seeds, made: TrackRecord, asked: list[dt.date], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert looked_back(seeds, DAY, tmp_path / "file" / "cache", "key") is made

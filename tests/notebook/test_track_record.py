"""The track record's notebook: strict about its parameters, offline, and saved whole."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from forecasts.batch.register.page import published_by
from forecasts.notebook.request import BadRequest
from forecasts.notebook.track_record import (
    TRACK_RECORD,
    TrackRecordRequest,
    TrackRecordView,
    open_track_record,
    plain,
)


@pytest.fixture(scope="module")
def request_(root: Path) -> TrackRecordRequest:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        return open_track_record({"resamples": 100, "known_on": "2024-01-31"})


@pytest.fixture(scope="module")
def view(request_: TrackRecordRequest) -> TrackRecordView:
    return TrackRecordView(request_.answer(), request_)


def test_nothing_asked_is_everything_that_is_known(at_home: Path) -> None:
    request = open_track_record({})
    assert request.known_on == max(o.published_on for o in request.seeds.ledger.observations.values())
    assert (request.resamples, request.seed, request.language, request.output) == (2000, 1, "zh", "")


def test_all_faults_at_once(at_home: Path) -> None:
    with pytest.raises(BadRequest) as caught:
        open_track_record({"goal": "x", "seed": -1, "known_on": "2024-02-30"})
    assert {problem.column for problem in caught.value.problems} == {"goal", "seed", "known_on"}


def test_old_names_are_refused_with_the_new_ones(at_home: Path) -> None:
    with pytest.raises(BadRequest) as caught:
        open_track_record({"draws": 100, "as_of": "2024-01-31"})
    remedies = {problem.column: problem.remedy for problem in caught.value.problems}
    assert remedies == {"draws": "it is called resamples now", "as_of": "it is called known_on now"}


def test_every_part_shows_offline(view: TrackRecordView) -> None:
    for part in (view.summary, view.resolved, view.scores, view.strata):
        assert part._repr_html_().startswith("<")
    for chart in (view.reliability, view.pit):
        bundle = chart._repr_mimebundle_()
        assert "data:font/woff2;base64," in bundle["image/svg+xml"]
        assert bundle["text/plain"]


def test_it_is_saved_whole_or_not_at_all(view: TrackRecordView, copy_house: Callable[[], Path]) -> None:
    house = copy_house()
    request = replace(view.request, root=house, output="here")
    assert replace(request, output="").save(view.track_record) == ()
    names = request.save(view.track_record)
    assert {Path(name).name for name in names} == {TRACK_RECORD, "reliability.vl.json", "pit.vl.json"}
    told = json.loads((house / "here" / TRACK_RECORD).read_text(encoding="utf-8"))
    assert told["methods"][0]["brier"]["value"] == view.track_record.verdict.brier.value
    (house / "file").write_text("")
    with pytest.raises(BadRequest, match="a file of this name"):
        replace(request, output="file").save(view.track_record)


def test_what_could_not_be_measured_is_null() -> None:
    assert plain({"a": (1.0, float("nan"))}) == {"a": [1.0, None]}


def test_a_project_without_a_register_says_so(view: TrackRecordView, tmp_path: Path) -> None:
    nothing = published_by(replace(view.request, root=tmp_path))
    assert view.words.say("published.none") in view.published(nothing)._repr_html_()
    assert view.published_table(nothing).table.rows == ()
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "register.sqlite").write_text("no register")
    with pytest.raises(BadRequest, match="register"):
        published_by(replace(view.request, root=tmp_path))


@pytest.mark.slow
def test_papermill_runs_it(root: Path, tmp_path: Path) -> None:
    executed = tmp_path / "out.ipynb"
    asked = ("-p", "language", "en", "-p", "resamples", "200", "-p", "output", str(tmp_path / "record"))
    command = [sys.executable, "-m", "papermill", "notebooks/backtest.ipynb", str(executed), *asked]
    ended = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr[-2000:]
    book = nbformat.read(executed, as_version=4)
    kinds = [set(o.get("data", {})) for cell in book.cells for o in cell.get("outputs", [])]
    assert sum("image/svg+xml" in kind for kind in kinds) == 2
    assert sum("text/html" in kind for kind in kinds) == 6
    assert (tmp_path / "record" / TRACK_RECORD).is_file()

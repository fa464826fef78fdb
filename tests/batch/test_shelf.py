"""What earlier runs left: found, held against the key, and doubted where its files are not what they were."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.batch.keys import Key
from forecasts.batch.shelf import (
    FAILED_BEFORE,
    GONE,
    NEW,
    RECORD,
    TOUCHED,
    failed,
    finish,
    finished,
    standing,
    why,
)

KEY = Key("a", "b", "c", "d", "e")


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    """A folder of jobs: one that is done, one that failed, one half made, a stray file."""
    jobs = tmp_path / "jobs"
    done = jobs / "goal--one"
    (done / "tables").mkdir(parents=True)
    (done / "result.json").write_text("{}")
    (done / "tables" / "t.csv").write_text("a,b\n")
    finish(done, KEY, 1.5)
    for name in ("goal--two.failed", ".goal--three", "goal--four"):
        (jobs / name).mkdir()
        (jobs / name / "notebook.ipynb").write_text("{}")
    (jobs / "notes.txt").write_text("mine")
    return jobs


def test_what_is_done_is_found_and_holds(jobs: Path) -> None:
    found = finished(jobs)
    assert set(found) == {"goal--one"}
    one = found["goal--one"]
    assert (one.key, one.seconds, set(one.files)) == (KEY, 1.5, {"result.json", "tables/t.csv"})
    assert one.damage() == ""
    assert why(KEY, one) == ""
    assert failed(jobs) == {"goal--two"}


def test_what_was_changed_or_is_gone_is_noticed(jobs: Path) -> None:
    folder = jobs / "goal--one"
    (folder / "result.json").write_text("{ }")
    assert why(KEY, finished(jobs)["goal--one"]) == TOUCHED
    (folder / "result.json").unlink()
    assert why(KEY, finished(jobs)["goal--one"]) == GONE


def test_what_people_put_beside_it_is_no_damage(jobs: Path) -> None:
    folder = jobs / "goal--one"
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "n.ipynb").write_text("{}")
    (folder / "notes.txt").write_text("mine")
    assert finished(jobs)["goal--one"].damage() == ""


def test_a_link_in_the_place_of_a_file_is_not_followed(jobs: Path, tmp_path: Path) -> None:
    result = jobs / "goal--one" / "result.json"
    (tmp_path / "elsewhere.json").write_text("{}")
    result.unlink()
    result.symlink_to(tmp_path / "elsewhere.json")
    assert finished(jobs)["goal--one"].damage() == GONE


def test_a_key_that_changed_says_in_which_part(jobs: Path) -> None:
    one = finished(jobs)["goal--one"]
    assert why(replace(KEY, figures="new", program="new"), one) == "figures, program changed"


def test_new_and_failed_before(jobs: Path) -> None:
    shelves = [(finished(jobs), failed(jobs))]
    assert standing("goal--five", KEY, shelves) == (None, NEW)
    assert standing("goal--two", KEY, shelves) == (None, FAILED_BEFORE)
    assert standing("goal--one", KEY, shelves)[1] == ""


def test_a_draft_left_behind_serves_where_the_last_run_does_not(jobs: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft" / "goal--one"
    draft.mkdir(parents=True)
    (draft / "result.json").write_text("new")
    later = replace(KEY, figures="later")
    finish(draft, later, 2.0)
    shelves = [(finished(folder), failed(folder)) for folder in (jobs, draft.parent, tmp_path / "none")]
    found, reason = standing("goal--one", later, shelves)
    assert reason == ""
    assert found is not None
    assert found.folder == draft
    assert standing("goal--one", replace(KEY, scenario="x"), shelves)[0] is None


@given(content=st.binary(max_size=200) | st.sampled_from([b"[]", b"{}", b'{"key": 1}', b'{"key": {}}']))
def test_a_record_of_any_bytes_is_none(content: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "any" / "goal--one"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECORD).write_bytes(content)
    assert finished(folder.parent) == {}


def test_names_in_a_record_lead_nowhere(jobs: Path) -> None:
    """A record that names files above the job's folder describes a job whose files are gone."""
    record = jobs / "goal--one" / RECORD
    text = record.read_text(encoding="utf-8").replace('"result.json"', '"../../secret"')
    record.write_text(text, encoding="utf-8")
    assert finished(jobs)["goal--one"].damage() == GONE

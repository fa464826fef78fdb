"""papermill alone, from any folder: a notebook finds its own project, and says so where it cannot."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from forecasts.ledger.problems import BadInput
from forecasts.notebook import home
from forecasts.notebook.home import VARIABLE, find_home
from forecasts.notebook.request import open_request
from forecasts.publish.save import RESULT, dump_result

QUICK = {"draws": 500, "what_if": False, "language": "en"}


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder of no project, with nothing said about where one is."""
    folder = tmp_path / "no where"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PWD", str(folder))
    monkeypatch.delenv(VARIABLE, raising=False)
    return folder


def project(folder: Path) -> Path:
    (folder / "seeds").mkdir(parents=True)
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "goal.ipynb").touch()
    return folder


def test_where_somebody_stands_comes_first_then_the_notebook_then_what_is_set(
    nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there, third = (project(tmp_path / name) for name in ("here", "there", "third"))
    book = {"PAPERMILL_INPUT_PATH": str(there / "notebooks" / "goal.ipynb"), "goal": "one"}
    monkeypatch.setenv(VARIABLE, str(third))
    assert find_home({}) == third
    assert find_home(book) == there
    assert find_home(book | {"PAPERMILL_INPUT_PATH": "../there/notebooks/goal.ipynb"}) == there
    monkeypatch.chdir(here / "notebooks")
    assert find_home(book) == here


def test_the_working_copy_answers_only_for_a_goal_that_is_named(
    nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = project(tmp_path / "copy")
    monkeypatch.setattr(home, "WORKING_COPY", copy)
    assert find_home({"goal": "one"}) == find_home({"goals": ["one"]}) == copy
    for unnamed in ({}, {"goal": ""}, {"goals": []}):
        with pytest.raises(BadInput, match="--cwd FOLDER"):
            find_home(unnamed)
    monkeypatch.setattr(home, "WORKING_COPY", nowhere)
    with pytest.raises(BadInput, match=VARIABLE):
        find_home({"goal": "one"})


def test_a_project_that_is_set_must_be_one(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(nowhere))
    with pytest.raises(BadInput, match="has no seeds/"):
        find_home({"goal": "one"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stand", "book", "options"),
    [
        ("no where", "{house}/notebooks/goal.ipynb", ""),
        ("no where", "../house/notebooks/goal.ipynb", "--no-progress-bar"),
        ("house", "notebooks/goal.ipynb", "--cwd '{nowhere}'"),
        ("no where", "{house}/notebooks/goal.ipynb", "--engine warm"),
    ],
    ids=["absolute", "relative", "moved", "warm"],
)
def test_papermill_alone_leaves_the_same_result(
    stand: str,
    book: str,
    options: str,
    nowhere: Path,
    copy_house: Callable[[], Path],
    monkeypatch: pytest.MonkeyPatch,
    goal: str,
) -> None:
    house = copy_house()
    (nowhere.parent / "parameters.yaml").write_text(
        "draws: 500\nwhat_if: false\nlanguage: en\noutput: came\n"
    )
    command = f"{sys.executable} -m papermill {book} '{nowhere}/out.ipynb' -p goal {goal} {options}"
    told = command.format(house=house, nowhere=nowhere) + " -f ../parameters.yaml"
    script = f"cd '{nowhere.parent / stand}' && {told}"
    ended = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    monkeypatch.chdir(house)
    expected = dump_result(open_request({"goal": goal, **QUICK}).answer())
    assert (house / "came" / RESULT).read_text(encoding="utf-8") == expected


@pytest.mark.slow
def test_papermill_from_python_leaves_the_same_results_for_every_goal(
    nowhere: Path, copy_house: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, goal: str
) -> None:
    from papermill import execute_notebook

    house = copy_house()
    book = house / "notebooks" / "goal.ipynb"
    asked = {"goal": goal, **QUICK, "output": "came"}
    execute_notebook(book, None, asked, cwd=house, progress_bar=False)
    by_folder = (house / "came" / RESULT).read_bytes()
    execute_notebook(
        book, None, asked | {"output": "again", "PAPERMILL_INPUT_PATH": str(book)}, progress_bar=False
    )
    assert (house / "again" / RESULT).read_bytes() == by_folder
    assert os.listdir(nowhere) == []

"""Runs: isolated jobs, evidence of failures, nothing stale; the plan, the command, the moved city."""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest

from forecasts.batch.folders import FAILED
from forecasts.batch.plans.reading import read_plan
from forecasts.publish.save import RESULT, read_result
from forecasts.scenarios.seeds import Seeds, read_seeds
from tests.batch.night import without_times

BIN = Path(sys.executable).parent
DRAWS = "500"


def forecasts(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from forecasts.cli import app; app()", *arguments]
    env = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "200"}
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", env=env, check=False
    )


def probabilities(out: Path) -> list[float]:
    """Return every probability of a run, in the plan's order."""
    [run] = out.glob("*/*/run.json")
    told = json.loads(run.read_text(encoding="utf-8"))
    return [read_result(run.parent / "jobs" / job["id"] / RESULT).probability for job in told["jobs"]]


@pytest.fixture(scope="module")
def real_run(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Run the default plan on the real seeds once: the folder of runs, and what was printed last."""
    out = tmp_path_factory.mktemp("real")
    plan = "reports/plans/brief.yaml"
    ended = forecasts("run", plan, "--out", str(out), "--draws", DRAWS, "--language", "en", cwd=root)
    assert ended.returncode == 0, ended.stderr
    return out, Path(ended.stdout.splitlines()[-1])


@pytest.mark.slow
def test_the_whole_plan_on_the_real_seeds(root: Path, real_run: tuple[Path, Path], seeds: Seeds) -> None:
    _, pdf = real_run
    assert pdf.name == "brief.en.pdf"
    assert pdf.read_bytes().startswith(b"%PDF")
    assert (pdf.parent / "brief.en.html").is_file()
    text = (pdf.parent / "run.json").read_text(encoding="utf-8")
    told = json.loads(text)
    assert told["ok"]
    [work] = read_plan(root / "reports" / "plans" / "brief.yaml", root, seeds)
    assert len(told["jobs"]) == len(work.jobs)
    for job in told["jobs"]:
        folder = pdf.parent / "jobs" / job["id"]
        assert {p.name for p in folder.iterdir()} >= {"notebook.ipynb", RESULT, "fan.vl.json"}
        book = nbformat.read(folder / "notebook.ipynb", as_version=4)
        nbformat.validate(book)
        kinds = {kind for cell in book.cells for o in cell.get("outputs", []) for kind in o.get("data", {})}
        assert {"image/svg+xml", "text/html", "application/vnd.vegalite.v6+json"} <= kinds
    assert not list(pdf.parent.rglob(".*")), "no draft is left"


@pytest.mark.slow
def test_a_failed_job_keeps_its_evidence_and_the_others_their_brief(
    copy_house: Callable[[], Path], tmp_path: Path
) -> None:
    house = copy_house()
    book = nbformat.read(house / "notebooks" / "goal.ipynb", as_version=4)
    lucky, unlucky = read_seeds(house / "seeds").ledger.headline_goals()[:2]
    book.cells.insert(3, nbformat.v4.new_code_cell(f'assert goal != "{unlucky}", "an unlucky goal"'))
    nbformat.write(book, house / "notebooks" / "goal.ipynb")
    plan = house / "reports" / "plans" / "night.yaml"
    asked = f"goals: [{lucky}, {unlucky}]\nscenarios: [baseline]\ndraws: {DRAWS}\nwhat_if: false\n"
    plan.write_text(asked, encoding="utf-8")
    ended = forecasts("run", str(plan), "--out", str(tmp_path / "out"), cwd=house)
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1].endswith("brief.zh.pdf")
    assert unlucky in ended.stderr
    assert "Traceback" not in ended.stderr
    [run] = (tmp_path / "out").glob("night/*/run.json")
    jobs = {job["goal"]: job for job in json.loads(run.read_text(encoding="utf-8"))["jobs"]}
    assert {goal for goal, job in jobs.items() if job["status"] == "failed"} == {unlucky}
    failed = run.parent / "jobs" / (jobs[unlucky]["id"] + FAILED)
    assert sorted(p.name for p in failed.iterdir()) == ["error.txt", "notebook.ipynb"]
    assert "an unlucky goal" in (failed / "error.txt").read_text(encoding="utf-8")
    assert "an unlucky goal" in (failed / "notebook.ipynb").read_text(encoding="utf-8")
    assert "an unlucky goal" in (run.parent / "brief.zh.html").read_text(encoding="utf-8")


def one_job(house: Path, goal: str, *books: str, briefs: str = "together") -> Path:
    """Write a plan of one job, or of one by each of some notebooks; no briefs where nobody looks at them."""
    plan = house / "reports" / "plans" / "one.yaml"
    notebooks = ", ".join(f"{book}.ipynb" for book in books or ["goal"])
    asked = (
        f"notebook: [{notebooks}]\ngoals: [{goal}]\nscenarios: [baseline]\ndraws: {DRAWS}\nwhat_if: false\n"
        f"briefs: {briefs}\n"
    )
    plan.write_text(asked, encoding="utf-8")
    return plan


#: Notebooks whose jobs are not good, by name: what stands in the place of all that answers, and what is said.
UNSUCCESSFUL = {
    "silent": ("pass", "wrote no result.json"),
    "invalid": ("import pathlib; pathlib.Path(output, 'result.json').write_text('{}')", "is not valid"),
    "gone": ("import os; os._exit(3)", "died"),
}


@pytest.mark.slow
def test_success_is_a_valid_result_of_what_was_asked_and_never_an_exit_code(
    copy_house: Callable[[], Path], goal: str
) -> None:
    house = copy_house()
    book = nbformat.read(house / "notebooks" / "goal.ipynb", as_version=4)
    for name, (source, _) in UNSUCCESSFUL.items():
        other = deepcopy(book)
        other.cells = [*other.cells[:2], nbformat.v4.new_code_cell(source)]
        nbformat.write(other, house / "notebooks" / f"{name}.ipynb")
    book.cells.insert(2, nbformat.v4.new_code_cell("seed = 2"))
    nbformat.write(book, house / "notebooks" / "other.ipynb")
    plan = one_job(house, goal, "silent", "invalid", "gone", "other", briefs="none")
    ended = forecasts("run", str(plan), cwd=house)
    assert ended.returncode == 1, ended.stderr
    failed = failures(house)
    reasons = [reason for _, reason in UNSUCCESSFUL.values()]
    for job, reason in zip(failed, [*reasons, "another question: seed is 2, asked was 1"], strict=True):
        assert reason in job["error"], (reason, job)
        assert job["folder"].endswith(FAILED)
        assert not (house / job["folder"] / RESULT).exists()


def failures(house: Path) -> list[dict[str, str]]:
    """Return the jobs that failed in a house's one run."""
    [run] = (house / "reports" / "out").glob("*/*/run.json")
    return [j for j in json.loads(run.read_text(encoding="utf-8"))["jobs"] if j["status"] == "failed"]


@pytest.mark.slow
def test_what_is_up_to_date_is_not_run_and_what_others_put_there_stays(
    copy_house: Callable[[], Path], goal: str
) -> None:
    house = copy_house()
    plan = str(one_job(house, goal))
    first = forecasts("run", plan, cwd=house)
    assert first.returncode == 0, first.stderr
    folder = (house / first.stdout.splitlines()[-1]).parent
    (folder / "notes.txt").write_text("ours")
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    again = forecasts("run", plan, cwd=house)
    assert again.returncode == 0
    assert "1 up to date" in again.stdout
    assert again.stdout.splitlines()[-1] == first.stdout.splitlines()[-1]
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == before
    brief = (folder / "brief.zh.pdf").read_bytes()
    (folder / "brief.zh.pdf").write_bytes(b"%PDF half")
    mended = forecasts("run", plan, cwd=house)
    assert mended.returncode == 0
    assert "1 up to date" in mended.stdout
    assert (folder / "brief.zh.pdf").read_bytes() == brief
    result = next(folder.glob("jobs/*/result.json"))
    result.write_text(result.read_text(encoding="utf-8").replace("0.", "0.1", 1), encoding="utf-8")
    redone = forecasts("run", plan, "--log-format", "json", cwd=house)
    assert redone.returncode == 0
    lines = [json.loads(line) for line in redone.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["begun", "job", "ended"]
    assert (lines[0]["due"], lines[-1]["done"], lines[-1]["failed"]) == (1, 1, 0)
    assert (folder / "notes.txt").read_text() == "ours"


@pytest.mark.slow
def test_both_engines_leave_the_same_notebook_but_for_times(
    copy_house: Callable[[], Path], goal: str
) -> None:
    house = copy_house()
    plan = str(one_job(house, goal, briefs="none"))
    left = []
    for engine in ("warm", "stock"):
        ended = forecasts("run", plan, "--engine", engine, "--force", cwd=house)
        assert ended.returncode == 0, ended.stderr
        [folder] = (house / "reports" / "out").glob("one/*/jobs/*")
        book = json.loads((folder / "notebook.ipynb").read_text(encoding="utf-8"))
        left.append((without_times(book), (folder / RESULT).read_bytes()))
    assert left[0] == left[1]


@pytest.mark.slow
def test_a_broken_brief_leaves_the_results(copy_house: Callable[[], Path], tmp_path: Path) -> None:
    house = copy_house()
    (house / "reports" / "templates" / "brief.typ").write_text("#nothing-of-this-name()", encoding="utf-8")
    plan = one_job(house, read_seeds(house / "seeds").ledger.headline_goals()[0])
    ended = forecasts("run", str(plan), "--out", str(tmp_path / "out"), cwd=house)
    assert ended.returncode == 4
    assert "the brief could not be written" in ended.stderr
    assert len(probabilities(tmp_path / "out")) == 1


@pytest.mark.slow
def test_papermill_alone_runs_the_notebook(root: Path, tmp_path: Path, goal: str, seeds: Seeds) -> None:
    day = seeds.ledger.newest_publication([goal]).isoformat()
    output, executed = tmp_path / "answer", tmp_path / "out.ipynb"
    asked = ("-p", "goal", goal, "-p", "known_on", day, "-p", "draws", DRAWS, "-p", "output", str(output))
    ended = papermill("notebooks/goal.ipynb", str(executed), *asked, cwd=root)
    assert ended.returncode == 0, ended.stderr
    result = read_result(output / RESULT)
    assert (result.goal.id, result.known_on.isoformat(), result.draws) == (goal, day, int(DRAWS))


@pytest.mark.slow
def test_papermill_fails_on_an_unknown_parameter_and_says_so_shortly(root: Path, tmp_path: Path) -> None:
    ended = papermill("notebooks/goal.ipynb", str(tmp_path / "out.ipynb"), "-p", "gaol", "x", cwd=root)
    assert ended.returncode != 0
    book = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    [error] = [o for c in book.cells for o in c.get("outputs", []) if o.output_type == "error"]
    assert len(error.traceback) == 2
    assert "did you mean 'goal'?" in error.traceback[1]


def test_papermill_documents_the_parameters(root: Path) -> None:
    for name, count in (("goal", 7), ("portfolio", 6)):
        told = papermill("--help-notebook", f"notebooks/{name}.ipynb", cwd=root).stdout
        assert len(re.findall(r"^  \w+: (?:str|int|list) \(default", told, re.MULTILINE)) == count, told


def papermill(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "papermill", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.slow
def test_the_portfolio_runs_and_a_second_run_of_its_cells_too(root: Path, tmp_path: Path) -> None:
    from nbclient import NotebookClient

    book = nbformat.read(root / "notebooks" / "portfolio.ipynb", as_version=4)
    book.cells = [
        *book.cells,
        *(nbformat.from_dict({**cell, "id": f"{cell.id}-2"}) for cell in book.cells[2:]),
    ]
    book.cells.insert(2, nbformat.v4.new_code_cell(f"output = {str(tmp_path)!r}\ndraws = {DRAWS}"))
    NotebookClient(
        book, kernel_name="python3", resources={"metadata": {"path": str(root / "notebooks")}},
        shutdown_kernel="immediate",
    ).execute()  # fmt: skip
    assert len(list(tmp_path.glob("*/result.json"))) > 1


@pytest.mark.slow
def test_another_city_moves_in_by_its_seeds_alone(
    copy_house: Callable[[], Path], tmp_path: Path, root: Path, real_run: tuple[Path, Path]
) -> None:
    house = copy_house()
    rename_everything(house / "seeds")
    plain = house / "reports" / "plans" / "brief.yaml"
    plain.write_text(plain.read_text(encoding="utf-8").replace("what_if: true", "what_if: false"))
    arguments = ("run", "reports/plans/brief.yaml", "--out", str(tmp_path / "there"), "--draws", DRAWS)
    ended = forecasts(*arguments, cwd=house)
    assert ended.returncode == 0, ended.stderr
    here, there = probabilities(real_run[0]), probabilities(tmp_path / "there")
    assert len(here) > 1
    assert there == pytest.approx(here, abs=1e-12)
    told = "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "there").rglob(RESULT))
    assert not [name for name in old_names(root / "seeds") if f'"{name}"' in told]


def old_names(seeds: Path) -> list[str]:
    """Return the ids that another city would not have: of regions, indicators, goals and observations."""
    names = []
    for table in ("regions", "indicators", "goals", "observations"):
        with (seeds / f"{table}.csv").open(encoding="utf-8-sig", newline="") as stream:
            names += [row["id"] for row in csv.DictReader(stream)]
    return names


def rename_everything(seeds: Path) -> None:
    """Give every region, indicator, goal and observation a new id, wherever it is named."""
    new = {name: f"renamed-{i}" for i, name in enumerate(old_names(seeds))}
    for path in seeds.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        columns = {"id", "region", "parent", "indicator"} & set(rows[0]) - (
            {"id"} if path.stem == "sources" else set()
        )
        for row in rows:
            row.update({column: new.get(row[column], row[column]) for column in columns})
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    word = re.compile(
        r"(?<![\w-])(" + "|".join(sorted(map(re.escape, new), key=len, reverse=True)) + r")(?![\w-])"
    )
    for path in (seeds / "scenarios").glob("*.yaml"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        named = (
            line if line.startswith(("id:", "name_", "why_")) else word.sub(lambda m: new[m[0]], line)
            for line in lines
        )
        path.write_text("".join(named), encoding="utf-8")


@pytest.mark.slow
def test_a_brief_stays_beside_that_of_another_language_while_it_is_true(
    copy_house: Callable[[], Path], tmp_path: Path
) -> None:
    house = copy_house()
    [goal] = read_seeds(house / "seeds").ledger.headline_goals()[:1]
    plan, out = str(one_job(house, goal)), str(tmp_path / "out")

    def run(language: str) -> tuple[Path, str]:
        ended = forecasts("run", plan, "--out", out, "--language", language, cwd=house)
        assert ended.returncode == 0, ended.stderr
        last = Path(ended.stdout.splitlines()[-1])
        assert last.name == f"brief.{language}.pdf"
        return last.parent, ended.stderr

    folder, _ = run("zh")
    chinese = {name: (folder / name).read_bytes() for name in ("brief.zh.pdf", "brief.zh.html")}
    folder, told = run("en")
    assert {name: (folder / name).read_bytes() for name in chinese} == chinese
    assert (folder / "brief.en.pdf").is_file()
    assert "brief.zh" not in told
    said = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert [brief["name"] for brief in said["briefs"]] == ["brief.en"]
    assert [brief["name"] for brief in said["kept_briefs"]] == ["brief.zh"]
    # Another figure: what was said of the old one must not look as if it were said of this.
    table = house / "seeds" / "observations.csv"
    text = table.read_text(encoding="utf-8")
    assert ",6348,eq," in text
    table.write_text(text.replace(",6348,eq,", ",6350,eq,"), encoding="utf-8")
    folder, told = run("en")
    assert not list(folder.glob("brief.zh*"))
    assert "brief.zh told of other results" in told

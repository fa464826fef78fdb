"""A decision is about what was read, to the byte; its stamp is no change, and any other byte is."""

import datetime as dt
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import answer
from forecasts.batch.register.register import record
from forecasts.batch.register.reviews import Review, reviews_of, standing_of
from forecasts.batch.reviewing import decide, lying_at, state_of
from forecasts.cli import app
from forecasts.ledger.problems import BadInput
from forecasts.publish.rendering import Renderer
from forecasts.publish.save import dump_json, dump_result
from forecasts.publish.words import Words
from forecasts.scenarios.seeds import Seeds
from tests.batch.night import Night, house_of, plan
from tests.batch.registers import a_run, an_entry
from tests.conftest import ROOT

#: A name and a note that would do harm if they were more than text.
NAME, NOTE = "李四 <script>alert(1)</script>", '同意 #set page(fill: red) {{ 7*7 }} *强* $x$ & "引"'
BRIEF = ("brief.zh.pdf", "brief.zh.html")


@dataclass
class House:
    """A project with one run of one job, and its register."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "reports" / "out" / "brief" / "2023-09-06"

    @property
    def register(self) -> Path:
        return self.root / "reports" / "register.sqlite"

    def state(self) -> str:
        return state_of(lying_at(self.folder), self.register, self.root).state

    def shown(self) -> str:
        """Return the word that the PDF and the page begin with."""
        page = (self.folder / BRIEF[1]).read_text("utf-8")
        word = re.search(r'<p class="stamp \w+"><strong>(\w+)</strong>', page)
        assert word is not None
        assert word[1] in self.first_page()
        return word[1]

    def first_page(self) -> str:
        return pypdf.PdfReader(self.folder / BRIEF[0]).pages[0].extract_text()


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as one:
        yield one


@pytest.fixture(scope="module")
def result(seeds: Seeds, goal: str) -> Attainment:
    return answer(seeds, goal, "baseline", dt.date(2023, 9, 6), draws=500)


def told_of(folder: Path, result: Attainment, briefs: bool) -> dict[str, Any]:
    """Return what a run's ``run.json`` says."""
    digests = (
        {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in BRIEF} if briefs else {}
    )
    brief = {
        "name": "brief.zh",
        "key": "k",
        "files": digests,
        "error": "",
        "goal": "",
        "title": "",
        "track_record": [],
    }
    return {
        "plan": "brief", "notebook": "goal.ipynb", "known_on": "2023-09-06", "language": "zh", "draws": 500,
        "seed": 1, "ok": True, "error": "", "pdf": None, "html": None, "briefs": [brief] if briefs else [],
        "jobs": [{"id": "a--baseline", "goal": result.goal.id, "scenario": "baseline", "status": "done",
                  "folder": "", "seconds": 1.5, "error": ""}],
        "alerts": [], "host": "here", "versions": {},
    }  # fmt: skip


def a_house(root: Path, result: Attainment, renderer: Renderer | None) -> House:
    house = House(root)
    (root / "seeds").mkdir(parents=True)
    job = house.folder / "jobs" / "a--baseline"
    job.mkdir(parents=True)
    (job / "result.json").write_text(dump_result(result), encoding="utf-8")
    if renderer is not None:
        renderer.brief([job], [], "zh", ROOT / "reports" / "templates", house.folder, "")
    told = told_of(house.folder, result, renderer is not None)
    (house.folder / "run.json").write_text(dump_json(told), encoding="utf-8")
    record(house.register, a_run(), [an_entry()])
    return house


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory, result: Attainment, renderer: Renderer) -> House:
    return a_house(tmp_path_factory.mktemp("draft") / "house", result, renderer)


@pytest.fixture(scope="module")
def signed(draft: House, tmp_path_factory: pytest.TempPathFactory, renderer: Renderer) -> House:
    """The same, approved."""
    assert draft.state() == "unreviewed"
    assert draft.shown() == Words("zh").say("stamp.draft")
    house = House(shutil.copytree(draft.root, tmp_path_factory.mktemp("signed") / "house"))
    decide(house.folder, "approved", NAME, NOTE, house.register, house.root, lambda: renderer)
    return house


@pytest.fixture
def copy(signed: House, tmp_path: Path) -> House:
    """An approved run to play with."""
    return House(shutil.copytree(signed.root, tmp_path / "house"))


def test_an_approval_shows_and_is_no_change(signed: House) -> None:
    assert signed.state() == "approved"
    assert signed.shown() == Words("zh").say("stamp.approved")
    standing = state_of(lying_at(signed.folder), signed.register, signed.root)
    assert standing.shown
    assert standing.review is not None
    assert (standing.review.name, standing.review.note) == (NAME, NOTE)
    told = json.loads((signed.folder / "run.json").read_text("utf-8"))["briefs"][0]["files"]
    there = {name: hashlib.sha256((signed.folder / name).read_bytes()).hexdigest() for name in BRIEF}
    assert told == there, "the next run takes the brief for its own, and leaves it"


def test_name_and_note_are_text(signed: House) -> None:
    page = (signed.folder / BRIEF[1]).read_text("utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    text = "".join(p.extract_text() for p in pypdf.PdfReader(signed.folder / BRIEF[0]).pages)
    squeezed = re.sub(r"[\s\u200b]", "", text)
    for piece in ("<script>alert(1)</script>", "#setpage(fill:red)", "{{7*7}}", "*强*"):
        assert piece in squeezed


def flipped(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.7, 0.999])
@pytest.mark.parametrize("name", ["jobs/a--baseline/result.json", *BRIEF])
def test_a_run_edited_by_one_byte_is_stale(copy: House, name: str, part: float) -> None:
    path = copy.folder / name
    before = path.read_bytes()
    flipped(path, int(part * len(before)))
    standing = state_of(lying_at(copy.folder), copy.register, copy.root)
    assert (standing.state, standing.changed) == ("stale", (name,))
    path.write_bytes(before)
    assert copy.state() == "approved"
    path.write_bytes(before + b"\n")
    assert copy.state() == "stale"
    path.unlink()
    assert copy.state() == "stale"


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ('"ok": true', '"ok": null', "stale"), ('"draws": 500', '"draws": 501', "stale"),
        ('"plan": "brief"', '"plan": "grief"', "stale"), ("2023-09-06", "2023-09-07", "stale"),
        ('"seconds": 1.5', '"seconds": 2.5', "approved"), ('"host": "here"', '"host": "there"', "approved"),
        ("{", "", "stale"),
    ],
)  # fmt: skip
def test_of_run_json_what_counts_is_bound(copy: House, old: str, new: str, state: str) -> None:
    path = copy.folder / "run.json"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert copy.state() == state


def test_a_result_that_comes_or_goes_is_a_change(copy: House) -> None:
    more = copy.folder / "jobs" / "b--baseline"
    shutil.copytree(copy.folder / "jobs" / "a--baseline", more)
    assert copy.state() == "stale"
    shutil.rmtree(more)
    assert copy.state() == "approved"
    (copy.folder / "brief.en.html").write_text("another brief")
    assert copy.state() == "stale"


def test_a_decision_that_is_taken_back_shows_everywhere(
    copy: House, draft: House, renderer: Renderer
) -> None:
    approved = {name: (copy.folder / name).read_bytes() for name in BRIEF}
    decide(copy.folder, "returned", "王五", "改", copy.register, copy.root, lambda: renderer)
    assert (copy.state(), copy.shown()) == ("returned", Words("zh").say("stamp.returned"))
    # Neither the approved files nor the draft bring the approval back.
    for files in (approved, {name: (draft.folder / name).read_bytes() for name in BRIEF}):
        for name, content in files.items():
            (copy.folder / name).write_bytes(content)
        standing = state_of(lying_at(copy.folder), copy.register, copy.root)
        assert (standing.state, standing.shown) == ("returned", False)
    both = reviews_of(copy.register, [("brief", "2023-09-06")])
    assert [one.decision for one in both] == ["approved", "returned"], "appended, never changed"
    assert both[0].content == both[1].content


def test_a_brief_that_is_not_made_of_the_results_is_not_signed(copy: House, renderer: Renderer) -> None:
    page = copy.folder / BRIEF[1]
    page.write_text(page.read_text("utf-8").replace("%", "&nbsp;%", 1), encoding="utf-8")
    before = {path: path.read_bytes() for path in copy.folder.rglob("*") if path.is_file()}
    with pytest.raises(BadInput, match="is not what this program makes"):
        decide(copy.folder, "approved", "X", "", copy.register, copy.root, lambda: renderer)
    assert {path: path.read_bytes() for path in before} == before
    assert len(reviews_of(copy.register, [("brief", "2023-09-06")])) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [('"id": "a--baseline"', '"id": "../../.."'), ('"language": "zh"', '"language": "../x"'),
     ('"name": "brief.zh"', '"name": "../brief.zh"'), ('"jobs": [', '"jobs": 7, "x": ['), ("[]", "")],
)  # fmt: skip
def test_a_run_json_of_any_kind_leads_nowhere(copy: House, renderer: Renderer, old: str, new: str) -> None:
    path = copy.folder / "run.json"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput):
        decide(copy.folder, "approved", "X", "", copy.register, copy.root, lambda: renderer)


def test_a_run_at_work_is_not_decided_about(copy: House, renderer: Renderer) -> None:
    from forecasts.batch.folders import locked

    with locked(copy.folder.parent), pytest.raises(BadInput, match="at work"):
        decide(copy.folder, "approved", "X", "", copy.register, copy.root, lambda: renderer)


# how a run stands, whatever was decided

DIGESTS = st.dictionaries(st.sampled_from(["a", "b", "run.json"]), st.sampled_from("123"), min_size=1)


@given(DIGESTS, DIGESTS)
def test_only_what_was_read_or_stamped_stands(as_read: dict[str, str], now: dict[str, str]) -> None:
    stamped = {name: f"{digest}+" for name, digest in as_read.items()}
    review = Review("p", dt.date(2023, 9, 6), "", "approved", "X", "", "c", as_read, stamped)
    assert standing_of(now, []).state == "unreviewed"
    assert standing_of(now, [review]).state == ("approved" if now == as_read else "stale")
    assert standing_of(stamped, [review]).state == "approved"
    changed = standing_of(now, [review]).changed
    assert set(changed) == {n for n in now.keys() | as_read.keys() if now.get(n) != as_read.get(n)}


# on the command line


@pytest.fixture
def bare(tmp_path: Path, result: Attainment, monkeypatch: pytest.MonkeyPatch) -> House:
    """A run without briefs: nothing has to be typeset."""
    house = a_house(tmp_path / "house", result, None)
    monkeypatch.chdir(house.root)
    return house


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["review", *words])


def test_the_verb_decides_and_tells(bare: House) -> None:
    assert run("brief").stdout.startswith("unreviewed: brief, as known on 2023-09-06")
    ended = run("brief", "--approve", "--by", "Li Si")
    assert ended.exit_code == 0, ended.stderr
    told = json.loads(run(str(bare.folder), "--format", "json").stdout)
    assert (told["state"], told["by"], told["note"], told["shown"]) == ("approved", "Li Si", "", True)
    flipped(bare.folder / "jobs" / "a--baseline" / "result.json", 5)
    lines = run("brief").stdout.splitlines()
    assert lines[0].startswith("stale")
    assert lines[-1] == "changed since: jobs/a--baseline/result.json"
    assert run("brief", "--return", "--by", "Wang", "--note", "mend it").exit_code == 0
    assert run("brief").stdout.startswith("returned")


def test_the_newest_run_of_a_plan_is_meant(bare: House) -> None:
    later = bare.folder.with_name("2023-10-01")
    shutil.copytree(bare.folder, later)
    shutil.copytree(bare.folder, bare.folder.with_name("2023-11-01.failed"))
    path = later / "run.json"
    path.write_text(path.read_text("utf-8").replace("2023-09-06", "2023-10-01"), encoding="utf-8")
    assert run("brief", "--approve", "--by", "X").exit_code == 0
    assert json.loads(run("brief", "--format", "json").stdout)["known_on"] == "2023-10-01"
    assert run(str(bare.folder)).stdout.startswith("unreviewed")


@pytest.mark.parametrize(
    ("words", "places"),
    [
        (("--approve",), ["--by"]), (("--approve", "--by", " "), ["--by"]),
        (("--return", "--by", "X"), ["--note"]),
        (("--approve", "--return", "--by", "X", "--note", "n"), ["--return"]),
        (("--by", "X", "--note", "n"), ["--by", "--note"]),
        (("--approve", "--by", "a\tb", "--note", "a\nb"), ["--by", "--note"]),
        (("--approve", "--by", "a\u202eb"), ["--by"]), (("--approve", "--by", "\x1b[31m"), ["--by"]),
        (("--approve", "--by", "x" * 61), ["--by"]),
        (("--approve", "--by", "X", "--note", "x" * 1001), ["--note"]),
        (("--approve", "--by", "X", "--note", "x" * 100_000), ["--note"]),
    ],
)  # fmt: skip
def test_a_decision_that_cannot_be_is_told_and_not_recorded(
    bare: House, words: tuple[str, ...], places: list[str]
) -> None:
    before = bare.register.read_bytes()
    ended = run("brief", *words)
    assert ended.exit_code == 2
    assert [line.split(":")[0] for line in ended.stderr.splitlines()] == places
    assert len(ended.stderr) < 2_000
    assert "\x1b" not in ended.stderr
    assert bare.register.read_bytes() == before


@pytest.mark.parametrize("named", ["none", "../brief", "/dev/null", "reports", "", "x" * 5000, "a\0b"])
def test_what_is_no_run_is_told(bare: House, named: str) -> None:
    ended = run(named)
    assert ended.exit_code == 2, ended.exception
    assert ended.stderr.startswith("RUN: ")


def test_a_run_without_anything_to_read_is_not_decided_about(bare: House) -> None:
    shutil.rmtree(bare.folder / "jobs")
    ended = run("brief", "--approve", "--by", "X")
    assert (ended.exit_code, "nothing to review" in ended.stderr) == (2, True)


@pytest.mark.slow
def test_a_signed_brief_stays_until_something_changes(root: Path, goal: str, tmp_path: Path) -> None:
    house = house_of(root, tmp_path / "house")
    shutil.copy(root / "notebooks" / "goal.ipynb", house / "notebooks")
    asked = f"goals: [{goal}]\nscenarios: [baseline]\nwhat_if: false\ndraws: 500\n"
    path = plan(house, "one", asked)
    here: Callable[..., Any] = lambda *words: Night(house, words).end()  # noqa: E731
    assert here(str(path))[0] == 0
    folder = next((house / "reports" / "out" / "one").glob("[0-9]*"))
    signed = House(house)
    with Renderer() as renderer:
        decide(folder, "approved", "X", "", signed.register, house, lambda: renderer)
    approved = {name: (folder / name).read_bytes() for name in BRIEF}
    for more in ((), ("--force",)):
        assert here(str(path), *more)[0] == 0
        assert {name: (folder / name).read_bytes() for name in BRIEF} == approved
        assert state_of(lying_at(folder), signed.register, house).state == "approved"
    # Another seed is another brief: it is a draft, and the decision was about another one.
    assert here(str(path), "--draws", "600")[0] == 0
    assert {name: (folder / name).read_bytes() for name in BRIEF} != approved
    assert state_of(lying_at(folder), signed.register, house).state == "stale"
    assert Words("zh").say("stamp.draft") in (folder / BRIEF[1]).read_text("utf-8")

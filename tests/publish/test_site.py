"""The site: pages say what results say, escape everything, lead somewhere, and are kept where they can be."""

import datetime as dt
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from forecasts.cli import app
from forecasts.ledger.problems import BadInput
from forecasts.publish.fonts import missing
from forecasts.publish.site import building, hands
from forecasts.publish.site.leaves import Leaf
from forecasts.publish.site.places import anchor, leading, named
from forecasts.publish.site.quotes import marked, quotes_of
from forecasts.publish.site.runs import newest_of
from forecasts.publish.words import Words, catalogue
from forecasts.scenarios.seeds import Seeds
from tests.conftest import ROOT
from tests.hostile import ADDRESSES, FORMULAS, MARKUP, SCRIPTS, UNBROKEN
from tests.publish.conftest import attainment, scenario, science_city
from tests.publish.sites import TEMPLATES, built, facts_of, files_in, lay

#: A goal of each; an address stands alone, for only then could it become a link.
HOSTILE = (
    " | ".join(MARKUP), *ADDRESSES, " | ".join(FORMULAS), SCRIPTS, " ".join(UNBROKEN),
    "\u202eevil\u202c a\u2028b a\0b\nc",
)  # fmt: skip


class Page(HTMLParser):
    """What a test asks of a page: its links, ids, scripts, handlers and visible text."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.ids: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.handlers: list[str] = []
        self.text: list[str] = []
        self.tags: list[str] = []
        self._data = False
        self.feed(content.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        self.handlers += [name for name in told if name.startswith("on")]
        if told.get("id"):
            self.ids.append(str(told["id"]))
        if tag == "script":
            self.scripts.append(told)
            self._data = True
        for name in ("href", "src"):
            if told.get(name) is not None:
                self.links.append(str(told[name]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._data = False

    def handle_data(self, data: str) -> None:
        if not self._data:
            self.text.append(data)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, seeds: Seeds) -> Path:
    """A site of two runs."""
    out = tmp_path_factory.mktemp("runs")
    earlier = [r.model_copy(update={"known_on": dt.date(2023, 7, 1)}) for r in science_city()[:3]]
    folders = [
        lay(earlier, out, "brief", "2023-07-01"),
        lay(science_city(), out, "brief", "2023-09-06"),
    ]
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "seeds" / "texts").glob("*.txt")}
    built(facts_of(folders, seeds, texts), out / "site")
    return out / "site"


def pages_of(site: Path) -> dict[str, Page]:
    return {
        path: Page(content)
        for path, content in files_in(site).items()
        if path.endswith(".html") and not path.startswith("files/")
    }


def test_a_number_without_an_own_figure_says_so_beside_it(tmp_path: Path, seeds: Seeds) -> None:
    first, second = science_city()[0], science_city()[2]
    facts = first.reference.model_copy(update={"steps": 1})
    bare = first.model_copy(update={"n": 0, "basis": "reference", "history": (), "reference": facts})
    built(facts_of([lay([bare, second], tmp_path, "brief", "2023-09-06")], seeds), tmp_path / "site")
    pages = {
        path: content.decode("utf-8")
        for path, content in files_in(tmp_path / "site").items()
        if re.fullmatch(r"(en/)?goals/.*html", path)
    }
    assert len(pages) == 4
    for path, page in pages.items():
        words = Words("en" if path.startswith("en/") else "zh")
        said = words.say("basis.presumed", steps="1")
        assert (said in page) == (first.goal.id in path), path
        assert ('class="odds bare"' in page) == (first.goal.id in path), path


def test_every_link_leads_to_a_file_and_every_fragment_to_a_place(site: Path) -> None:
    pages = pages_of(site)
    assert len(pages) > 20
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), path
        for link in page.links:
            if link.startswith(("http://", "https://", "data:")):
                continue
            target, _, fragment = link.partition("#")
            file = (site / path).parent / unquote(target) if target else site / path
            assert file.is_file(), (path, link)
            if fragment and "=" not in fragment:
                there = pages[file.resolve().relative_to(site.resolve()).as_posix()]
                assert fragment in there.ids, (path, link)


def test_both_languages_have_every_page_and_lead_to_each_other(site: Path) -> None:
    pages = pages_of(site)
    chinese = {path for path in pages if not path.startswith("en/")}
    assert {path.removeprefix("en/") for path in pages if path.startswith("en/")} == chinese
    for path in chinese:
        assert leading(path, f"en/{path}") in pages[path].links
        assert leading(f"en/{path}", path) in pages[f"en/{path}"].links


def test_every_page_forbids_what_it_does_not_need(site: Path) -> None:
    for path, page in pages_of(site).items():
        text = (site / path).read_text(encoding="utf-8")
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
        assert policy is not None, path
        assert "default-src 'none'" in policy[1]
        assert "script-src 'self'" in policy[1], path
        assert not page.handlers
        assert all(s.get("src") or s.get("type") == "application/json" for s in page.scripts), path
        assert not [link for link in page.links if link.lower().startswith("javascript:")]
        assert page.tags.count("main") == page.tags.count("h1") == 1, path


def test_every_probability_of_the_index_is_that_of_its_result(site: Path) -> None:
    text = " ".join(pages_of(site)["index.html"].text)
    for result in science_city():
        assert f"{round(100 * result.probability)}%" in text
        assert result.scenario.name_zh in text or result.scenario.role == "baseline"


def test_a_page_is_small_and_its_signs_are_in_the_font(site: Path) -> None:
    for path, content in files_in(site).items():
        if path.endswith(".html") and not path.startswith("files/"):
            assert len(content) < 1_500_000
            assert not [c for c in missing(content.decode("utf-8")) if c != "\n"], path


def hostile_result(text: str, k: int) -> Any:
    told = {"quote": text, "source_title": text, "source_url": text}
    result = attainment(0.4, goal=f"goal-{k}" if k else text, names=(text, text), units=(text, text))
    evidence = tuple(
        e.model_copy(update={**told, "source": text, "note_zh": text, "source_publisher": text, "id": text})
        for e in result.evidence
    )
    facts = result.goal.model_copy(update={**told, "region_zh": text, "scope_zh": text})
    assumed = scenario(text, "baseline", (text, text), (text, text))
    return result.model_copy(update={"goal": facts, "scenario": assumed, "evidence": evidence})


def test_hostile_words_are_words(tmp_path: Path, seeds: Seeds) -> None:
    results = [hostile_result(text, k) for k, text in enumerate(HOSTILE)]
    folder = lay(results, tmp_path, "brief", "2023-09-06")
    plain = lay(science_city(), tmp_path, "plain", "2023-09-06")
    built(facts_of([folder, plain], seeds), tmp_path / "site")
    tags = {tag for path, page in pages_of(tmp_path / "site").items() for tag in page.tags}
    assert "img" not in tags
    for path, page in pages_of(tmp_path / "site").items():
        assert not page.handlers, path
        assert all(s.get("src") or s.get("type") == "application/json" for s in page.scripts), path
        assert {urlsplit(link).scheme for link in page.links} <= {"", "https", "data"}, path
        assert not [link for link in page.links if link.startswith(("data:", "//")) and link != "data:,"], (
            path
        )
    told = " ".join(pages_of(tmp_path / "site")["index.html"].text)
    assert "</script><script>alert(1)</script>" in told
    assert "{{ 7 * 7 }}" in told
    data = (tmp_path / "site" / "data" / "brief" / "2023-09-06.js").read_text(encoding="utf-8")
    assert "</script" not in data
    assert json.loads(data[len("forecastsSite.take(") : -3])["plan"] == "brief"
    inside = (tmp_path / "site").resolve()
    assert all(path.resolve().is_relative_to(inside) for path in (tmp_path / "site").rglob("*"))


@given(st.text(max_size=200))
def test_no_name_becomes_a_path(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", named(text))


@given(st.text(max_size=30), st.text(max_size=30))
def test_two_names_stay_two(one: str, other: str) -> None:
    assert (named(one) == named(other)) == (one == other)


@given(st.text("甲乙丙12 ,。\n", max_size=60), st.integers(0, 50), st.integers(1, 20))
def test_what_is_marked_is_what_was_quoted(text: str, start: int, length: int) -> None:
    quote = text[start : start + length]
    found = marked(text, {"q": quote})
    squeeze = lambda t: re.sub(r"\s", "", t)  # noqa: E731
    told = "".join(piece.text for line in found.lines for piece in line)
    assert squeeze(told) == squeeze(text)
    words = squeeze("".join(piece.text for line in found.lines for piece in line if piece.of))
    if squeeze(quote) and "。。。" not in quote:
        assert words == squeeze(quote)
        assert [b for line in found.lines for piece in line for b in piece.begins] == ["q"]


def test_every_quote_of_a_held_text_is_marked_in_it(seeds: Seeds, root: Path) -> None:
    quotes = quotes_of(seeds.ledger)
    for path in (root / "seeds" / "texts").glob("*.txt"):
        told = marked(path.read_text(encoding="utf-8"), quotes[path.stem])
        wanted = {name for name, quote in quotes[path.stem].items() if quote}
        assert wanted
        assert told.anchors == wanted


def test_what_would_come_out_the_same_is_kept_and_the_rest_is_not(tmp_path: Path, seeds: Seeds) -> None:
    out = tmp_path / "runs"
    first = lay(science_city()[:3], out, "brief", "2023-07-01")
    built(facts_of([first], seeds), tmp_path / "site")
    again = built(facts_of([first], seeds), tmp_path / "site")
    assert again.made == 0
    second = lay(science_city()[3:], out, "money", "2023-09-06")
    more = built(facts_of([first, second], seeds), tmp_path / "site")
    assert more.kept > again.kept / 3
    built(facts_of([first, second], seeds), tmp_path / "fresh")
    assert files_in(tmp_path / "site") == files_in(tmp_path / "fresh"), "in steps or at once: the same bytes"


def test_a_newer_run_leaves_the_pages_of_earlier_ones_alone(tmp_path: Path, seeds: Seeds) -> None:
    days = ("2023-06-01", "2023-07-01", "2023-08-01", "2023-09-06")
    folders = [lay(science_city()[:1], tmp_path / "runs", "brief", day) for day in days]
    built(facts_of(folders[:3], seeds), tmp_path / "site")
    before = files_in(tmp_path / "site")
    built(facts_of(folders, seeds), tmp_path / "site")
    now = files_in(tmp_path / "site")
    changed = {
        path for path in before if path.startswith(("runs/", "en/runs/")) and before[path] != now[path]
    }
    # The one that was the newest says that there is a newer one now.
    assert changed
    assert all("2023-08-01" in path for path in changed)


def test_many_hands_make_the_same_files(
    tmp_path: Path, seeds: Seeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = lay(science_city()[:1], tmp_path / "runs", "brief", "2023-07-01")
    built(facts_of([folder], seeds), tmp_path / "alone")
    monkeypatch.setattr(hands, "MANY", 1)
    built(facts_of([folder], seeds), tmp_path / "together")
    assert files_in(tmp_path / "alone") == files_in(tmp_path / "together")


def test_a_page_that_somebody_edited_is_made_anew(tmp_path: Path, seeds: Seeds) -> None:
    folder = lay(science_city()[:1], tmp_path / "runs", "brief", "2023-07-01")
    built(facts_of([folder], seeds), tmp_path / "site")
    before = files_in(tmp_path / "site")
    page = tmp_path / "site" / "index.html"
    page.write_text("mine", encoding="utf-8")
    assert built(facts_of([folder], seeds), tmp_path / "site").made == 1
    assert files_in(tmp_path / "site") == before
    assert built(facts_of([folder], seeds), tmp_path / "site", "another program").kept == 0


def test_an_edit_of_the_same_length_is_noticed_too(tmp_path: Path, seeds: Seeds) -> None:
    folder = lay(science_city()[:1], tmp_path / "runs", "brief", "2023-07-01")
    built(facts_of([folder], seeds), tmp_path / "site")
    page = tmp_path / "site" / "index.html"
    before = page.read_bytes()
    page.write_bytes(before.replace(b"2023", b"2032"))
    assert built(facts_of([folder], seeds), tmp_path / "site").made == 1
    assert page.read_bytes() == before


def test_a_site_that_was_carried_elsewhere_is_known_by_what_it_holds(tmp_path: Path, seeds: Seeds) -> None:
    folder = lay(science_city()[:1], tmp_path / "runs", "brief", "2023-07-01")
    built(facts_of([folder], seeds), tmp_path / "site")
    shutil.copytree(tmp_path / "site", tmp_path / "elsewhere", copy_function=shutil.copyfile)
    (tmp_path / "elsewhere" / "index.html").write_text("mine", encoding="utf-8")
    assert built(facts_of([folder], seeds), tmp_path / "elsewhere").made == 1
    assert files_in(tmp_path / "elsewhere") == files_in(tmp_path / "site")
    (tmp_path / ".elsewhere.stamps").write_text('{"index.html": 7}', encoding="utf-8")
    assert built(facts_of([folder], seeds), tmp_path / "elsewhere").made == 0
    assert "index.html" in building.before(tmp_path / "elsewhere", "one").stamps


def test_where_nothing_is_new_nothing_is_touched_and_what_is_missing_comes_back(
    tmp_path: Path, seeds: Seeds
) -> None:
    folder = lay(science_city()[:1], tmp_path / "runs", "brief", "2023-07-01")
    site = tmp_path / "site"
    built(facts_of([folder], seeds), site)
    whole, number = files_in(site), site.stat().st_ino
    assert built(facts_of([folder], seeds), site).made == 0
    assert site.stat().st_ino == number, "the folder itself stayed"
    for path in (next(site.glob("files/*/*/*.json")), site / "assets" / "fonts.css", site / "method.html"):
        path.unlink()
        built(facts_of([folder], seeds), site)
        assert files_in(site) == whole, path.name


def test_a_build_that_fails_leaves_the_site_as_it_was(tmp_path: Path, seeds: Seeds) -> None:
    folder = lay(science_city()[:1], tmp_path / "runs", "brief", "2023-07-01")
    built(facts_of([folder], seeds), tmp_path / "site")
    before = files_in(tmp_path / "site")

    def broken() -> bytes:
        raise OSError(28, "No space left on device")

    leaf = Leaf("index.html", ("other",), broken)
    with pytest.raises(OSError, match="No space"):
        building.build([leaf], [], building.before(tmp_path / "site", "one"), "one", {})
    assert files_in(tmp_path / "site") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [".site.lock", ".site.stamps", "runs", "site"]


def test_two_builds_do_not_meet(tmp_path: Path) -> None:
    from filelock import FileLock

    with FileLock(tmp_path / ".site.lock"), pytest.raises(BadInput, match="another build"):
        building.build([], [], building.Before(tmp_path / "site"), "one", {})


def test_the_newest_run_of_a_plan_is_by_its_day(tmp_path: Path, seeds: Seeds) -> None:
    days = ("2023-07-01", "2023-09-06", "2023-08-01")
    folders = [lay(science_city()[:1], tmp_path, "brief", day) for day in days]
    assert newest_of(facts_of(folders, seeds).runs)["brief"].day == "2023-09-06"


def test_every_sentence_of_the_templates_is_there_and_none_is_idle() -> None:
    templates = "".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.glob("*.j2")))
    wing = TEMPLATES.parents[2] / "forecasts" / "publish" / "site"
    code = "".join(path.read_text(encoding="utf-8") for path in wing.glob("*.py"))
    known = {key.removeprefix("site.") for key in catalogue("zh") if key.startswith("site.")}
    asked = {key for key in re.findall(r'\bsay\("([a-z_.]+)"[,)]', templates)}
    assert asked <= known
    stems = tuple(
        {*re.findall(r'\bsay\("([a-z_.]+\.)" ~', templates), *re.findall(r'f"site\.([a-z_.]+\.)\{', code)}
    )
    quoted = {key.removeprefix("site.") for key in re.findall(r'"((?:site|menu)\.[a-z_.]+)"', code)}
    assert {key for key in known if key not in asked | quoted and not key.startswith(stems)} == set()


def test_the_verb_builds_a_site_and_tells_where(
    tmp_path: Path, at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "runs"
    lay(science_city(), out, "brief", "2023-09-06")
    (out / "broken" / "2023-09-06" / "jobs" / "a--b").mkdir(parents=True)
    (out / "broken" / "2023-09-06" / "run.json").write_text("{}", encoding="utf-8")
    (out / "broken" / "2023-09-06" / "jobs" / "a--b" / "result.json").write_text(
        '{"format": 1}', encoding="utf-8"
    )
    ended = CliRunner().invoke(app, ["site", "--runs", str(out), "--no-look-back"])
    assert ended.exit_code == 0, ended.output
    page = Path(ended.stdout.splitlines()[-1])
    assert page == out / "site" / "index.html"
    assert "written by another version" in ended.stderr
    assert "written by another version" in " ".join(Page(page.read_bytes()).text)
    again = CliRunner().invoke(app, ["site", "--runs", str(out), "--no-look-back"])
    assert "0 files made" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--runs", "nowhere"], "--runs: there is no such folder"),
        (["--runs", "{empty}"], "holds no run that can be shown"),
        (["--runs", "{empty}", "--out", "{taken}"], "no site of this program"),
        (["--runs", "{empty}", "--register", "nowhere"], "--register: there is no such file"),
    ],
)
def test_the_verb_refuses_what_it_cannot_do(
    arguments: list[str], said: str, tmp_path: Path, at_home: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine", encoding="utf-8")
    filled = [a.format(empty=tmp_path / "empty", taken=tmp_path / "taken") for a in arguments]
    ended = CliRunner().invoke(app, ["site", *filled])
    assert ended.exit_code == 2
    assert said in ended.stderr
    assert (tmp_path / "taken" / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_an_anchor_is_safe_in_an_address() -> None:
    assert anchor("q", "a b#c").startswith("q-x-")

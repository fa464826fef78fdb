"""The documentation: it builds without a warning, its examples run, and it names what is there."""

import ast
import csv
import importlib
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import click
import pytest
import typer.main

import forecasts
from forecasts.attainment.row import COLUMNS
from forecasts.batch.plans.plan import Plan
from forecasts.cli import app
from forecasts.engine.grid import WHOLE
from forecasts.engine.learned import learned
from forecasts.ledger.layouts import SEEDS, TABLES
from forecasts.ledger.past_goals import PAST_GOALS
from forecasts.notebook.parameters import GoalParameters, IntakeParameters, PortfolioParameters
from forecasts.notebook.track_record import TrackRecordParameters
from tests.conftest import ROOT
from tests.pictures import MOST, NAMES, file_of

DOCS = ROOT / "docs"
PAGES = sorted(p for p in DOCS.rglob("*") if p.suffix in (".md", ".rst"))
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
COMMAND = typer.main.get_command(app)


def build(builder: str, out: Path) -> subprocess.CompletedProcess[str]:
    """Have Sphinx build; what it has read once it need not read again."""
    options = ("-W", "--keep-going", "-q", "-b", builder, "-d", str(out.parent / "read"))
    command = [sys.executable, "-m", "sphinx", *options, "docs", str(out)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_documentation_builds_and_its_examples_run(tmp_path: Path) -> None:
    for builder in ("html", "doctest"):
        ended = build(builder, tmp_path / builder)
        assert ended.returncode == 0, ended.stdout + ended.stderr


@cache
def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def tables(text: str) -> dict[str, list[list[str]]]:
    """Return the rows of every table below each heading, without the heads."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            found.setdefault(heading, []).append(cells)
    return {name: rows[2:] for name, rows in found.items()}


def codes(text: str) -> list[str]:
    """Return what is written as code, fenced blocks aside."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


# what the reference says of tables, options and parameters


@pytest.mark.parametrize(
    ("heading", "table"),
    [
        ("OBS: observations", "observations"),
        ("GOALS: goals", "goals"),
        ("IND: indicators", "indicators"),
        ("REG: regions", "regions"),
    ],
)
def test_the_columns_of_tables_are_those_of_the_code(heading: str, table: str) -> None:
    rows, sheet = tables(page("reference/tables.md"))[heading], TABLES[table]
    named = {codes(row[0])[0]: row[1] for row in rows}
    own = [sheet.alias if name == "id" else name for name in sheet.required]
    assert sorted(name for name, needed in named.items() if needed == "yes") == sorted(own)
    assert sorted(name for name, needed in named.items() if not needed) == sorted(sheet.optional)


def test_the_columns_of_past_goals_are_those_of_the_code() -> None:
    named = {codes(row[0])[0]: row[1] for row in tables(page("reference/tables.md"))["REC: past goals"]}
    needed = {"goal" if name == "id" else name for name in PAST_GOALS.required}
    assert {name for name, said in named.items() if said == "yes"} == needed
    assert {name for name, said in named.items() if not said} == set(PAST_GOALS.optional)


def test_the_columns_of_answers_are_those_of_the_code() -> None:
    rows = tables(page("reference/tables.md"))["OUT: answers"]
    assert tuple(codes(row[0])[0] for row in rows) == COLUMNS


def options_of(verb: click.Command) -> set[str]:
    shown = (p for p in verb.params if p.param_type_name == "option" and not getattr(p, "hidden", False))
    return {name for p in shown for name in p.opts if name != "--help"}


def test_the_options_are_those_of_the_command_line() -> None:
    assert isinstance(COMMAND, click.Group) or hasattr(COMMAND, "commands")
    verbs = COMMAND.commands
    said = tables(page("reference/command-line.md"))
    assert {codes(row[0])[0].split()[1] for row in said["Command line"]} == set(verbs)
    told = {(verb.strip(), codes(row[1])[0]) for row in said["Options"] for verb in row[0].split(",")}
    assert told == {(name, option) for name, verb in verbs.items() for option in options_of(verb)}


def test_the_keys_of_a_plan_are_those_of_the_code() -> None:
    rows = tables(page("reference/command-line.md"))["A plan"]
    assert {name for row in rows for name in codes(row[0])} == set(Plan.model_fields)


def test_the_parameters_of_notebooks_are_those_of_the_code() -> None:
    rows = tables(page("howto/papermill.md"))["Run a notebook with papermill"]
    models = (GoalParameters, IntakeParameters, PortfolioParameters, TrackRecordParameters)
    assert {codes(row[0])[0] for row in rows} == {name for model in models for name in model.model_fields}


def commands(path: Path) -> list[str]:
    """Return the commands of this project that stand in a page, a line each."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("#")[0] for line in lines if re.match(r"forecasts [a-z]+( |$)", line)]


@pytest.mark.parametrize("path", [*PAGES, *READMES], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_command_that_is_shown_is_one(path: Path) -> None:
    for line in commands(path):
        _, verb, *rest = shlex.split(line)
        # Parsed, not run: an option that is not there, or a value of the wrong kind, would raise.
        COMMAND.commands[verb].make_context(verb, rest)


def test_the_pages_show_commands() -> None:
    assert sum(len(commands(path)) for path in PAGES) > 10


# the public surface


def test_every_public_name_has_its_place_in_the_reference() -> None:
    text = page("reference/python.rst")
    own = text.split("currentmodule:: forecasts.publish")[0]
    names = set(forecasts.__all__) - {"__version__"}
    listed = set(re.findall(r"^   (\w+)$", text, re.MULTILINE))
    shown = re.compile(r"^\.\. auto(?:class|function|exception):: (\w+)(?:\(.*\))?$", re.MULTILINE)
    described = set(shown.findall(own))
    assert listed == names
    assert described == names


@pytest.mark.parametrize("name", sorted(set(forecasts.__all__) - {"__version__"}))
def test_a_public_name_says_what_it_is(name: str) -> None:
    held = getattr(forecasts, name)
    assert held.__doc__
    assert held.__module__.startswith("forecasts.")
    methods = {k: v for k, v in vars(held).items() if not k.startswith("_") and callable(v)}
    assert [k for k, v in methods.items() if not v.__doc__] == []


# the glossary


def terms_of_the_glossary() -> list[str]:
    rows = [row for some in tables(page("glossary.md")).values() for row in some]
    return [term.strip() for row in rows for term in row[0].split(",")]


@cache
def names_of_the_code() -> frozenset[str]:
    """Return every name that the package gives to anything: classes, functions, fields, values, columns."""
    found: set[str] = set()
    for path in (ROOT / "forecasts").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.AnnAssign | ast.Assign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found |= {t.id for t in targets if isinstance(t, ast.Name)}
                # values of enumerations and words of a choice
                words = (part for part in ast.walk(node) if isinstance(part, ast.Constant))
                found |= {word.value for word in words if isinstance(word.value, str)}
    for path in (ROOT / "seeds").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found |= set(next(csv.reader(file)))
    return frozenset(found)


def is_there(code: str) -> bool:
    """Whether something that is written as code is there: a name, a path, a file that is written."""
    if "/" in code or code.endswith(".ipynb"):
        return (ROOT / code).exists() or (ROOT / "notebooks" / code).exists()
    names = names_of_the_code()
    return code in names or all(part in names for part in code.split("."))


def test_what_the_glossary_writes_as_code_is_there() -> None:
    found = codes(page("glossary.md"))
    assert len(found) > 80
    assert [code for code in found if code != "run.json" and not is_there(code)] == []


def test_a_name_that_is_not_there_is_noticed() -> None:
    assert not is_there("Attainmint")
    assert not is_there("Ledger.known_onn")
    assert not is_there("seeds/nothing.csv")


def test_every_public_class_stands_in_the_glossary() -> None:
    public = {name for name in forecasts.__all__ if isinstance(getattr(forecasts, name), type)}
    assert len(public) > 10
    assert public <= set(codes(page("glossary.md")))


def test_the_nouns_of_the_house_stand_in_the_glossary() -> None:
    terms = {term.strip("`") for term in terms_of_the_glossary()}
    assert len(terms) > 60
    homes = {
        "forecasts.ledger.history": ("History", "Timescale"),
        "forecasts.models.base": ("GrowthModel", "Predictive"),
        "forecasts.models.members": ("Members",),
        "forecasts.attainment.past": ("Past", "Reader"),
        "forecasts.attainment.result": ("Attainment",),
        "forecasts.batch.plans.plan": ("Plan", "Job"),
        "forecasts.batch.came": ("Run",),
    }
    for module, names in homes.items():
        for name in names:
            assert hasattr(importlib.import_module(module), name)
            assert name in terms


def test_a_term_stands_in_the_glossary_once() -> None:
    terms = terms_of_the_glossary()
    assert len(terms) == len(set(terms))


def test_the_chinese_terms_are_those_that_people_read() -> None:
    places = ("forecasts/publish/locale/zh_CN.po", "README.zh-CN.md", "seeds/README.md")
    text = "".join((ROOT / place).read_text(encoding="utf-8") for place in places)
    rows = [row for rows in tables(page("glossary.md")).values() for row in rows]
    assert [row[1] for row in rows if row[1] and row[1] not in text] == []


# what other pages say


@pytest.mark.parametrize("path", [*PAGES, *READMES], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_file_that_a_page_names_is_there(path: Path) -> None:
    folders = ("forecasts/", "tests/", "notebooks/", "seeds/", "reports/plans", "reports/schema", "docs/")
    named = [code for code in codes(path.read_text(encoding="utf-8")) if code.startswith(folders)]
    # A folder in capitals stands for any: a page of the site for each run.
    named = [name for name in named if not re.search(r"/[A-Z]+/", name)]
    assert [n for n in named if not (list(ROOT.glob(n)) if "*" in n else (ROOT / n).exists())] == []


def test_the_size_of_the_grid_is_that_of_the_code() -> None:
    for text in (page("method.md"), *(path.read_text(encoding="utf-8") for path in READMES)):
        assert f"{len(WHOLE):,}" in text
        assert f"{len(learned().grid)} " in text


def test_the_readme_runs() -> None:
    """The Python examples of both are the same, and run."""
    blocks = [
        re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL) for path in READMES
    ]
    assert blocks[0]
    assert blocks[0] == blocks[1]
    space: dict[str, object] = {}
    for block in blocks[0]:
        exec(compile(block, "README.md", "exec"), space)


def test_the_columns_of_seeds_are_named() -> None:
    said = set(codes(page("reference/tables.md")))
    own = {name for sheet in SEEDS.values() for name in sheet.record.model_fields}
    assert own - said <= {"note", "note_zh", "note_en", "id"}


#: A picture as Markdown writes it: its words and where it lies.
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_pictures_of_a_readme_are_there_in_its_language_and_have_words(path: Path) -> None:
    language = "zh" if "zh" in path.name else "en"
    shown = {place: words for words, place in PICTURE.findall(path.read_text(encoding="utf-8"))}
    assert list(shown) == [file_of(name, language).relative_to(ROOT).as_posix() for name in NAMES]
    assert all(len(words) > 20 for words in shown.values())
    for place in shown:
        content = (ROOT / place).read_bytes()
        wide, high = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
        assert content.startswith(b"\x89PNG")
        assert 10_000 < len(content) <= MOST, place
        assert 700 <= wide <= 1600, place
        assert 700 <= high <= 1600, place

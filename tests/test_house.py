"""The rules of the house: who may know whom, thin notebooks, light imports, a clean lock file."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.conftest import ROOT

#: From the ground floor up: a wing knows those before it, never those after it.
WINGS = (
    "ledger", "engine", "models", "scenarios", "attainment",
    "evaluation", "publish", "notebook", "batch", "cli",
)  # fmt: skip
MAY_KNOW = {wing: set(WINGS[: i + 1]) for i, wing in enumerate(WINGS)}
MODULES = sorted((ROOT / "forecasts").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
HEAVY = ("altair", "papermill", "prophet", "statsmodels", "scipy", "pandas", "numpy", "typst", "vl_convert")


def imported(path: Path) -> set[str]:
    """Return the wings of `forecasts` that a module imports, at its top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("forecasts.")} - {"__version__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_module_knows_only_the_floors_below(path: Path) -> None:
    wing = path.relative_to(ROOT / "forecasts").parts[0]
    if wing in MAY_KNOW:
        assert imported(path) <= MAY_KNOW[wing]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_room_has_fewer_than_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


def test_models_know_no_goal_scenario_or_file() -> None:
    for path in (ROOT / "forecasts" / "models").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"import .*\b(Goal|Scenario|Path)\b|\bopen\(", text), path.name


def test_the_code_knows_no_tenant() -> None:
    names = re.compile(r"chongqing|重庆|科学城|science.city", re.IGNORECASE)
    files = [
        *MODULES,
        *NOTEBOOKS,
        *(ROOT / "reports" / "plans").glob("*"),
        *(ROOT / "reports" / "templates").glob("*"),
    ]
    for path in (p for p in files if p.is_file()):
        assert not names.search(path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_a_notebook_is_thin(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert sum(len(cell.source.splitlines()) for cell in code) < 60
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert set(book.metadata) == {"kernelspec", "language_info"}
    assert book.metadata.kernelspec.name == "python3"
    assert [cell.metadata.get("tags") for cell in code].count(["parameters"]) == 1
    assert book.cells[0].cell_type == "markdown"
    for cell in code:  # no logic of its own
        tree = ast.parse(cell.source)
        logic = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.BinOp, ast.Lambda)
        assert not any(isinstance(node, logic) for node in ast.walk(tree))


@pytest.mark.parametrize("module", ["forecasts.cli", "forecasts", "forecasts.ledger.ledger"])
def test_imports_are_light(module: str) -> None:
    script = f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(json.loads(ended.stdout))


def test_a_growth_model_is_fitted_without_prophet_or_statsmodels_unless_used() -> None:
    script = (
        "import sys, forecasts.models.members; print('prophet' in sys.modules, 'statsmodels' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False", "False"]


def test_the_lock_file_names_no_address_and_hashes_everything() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--(extra-)?index|--find-links|--trusted)", text, re.MULTILINE)
    pins = re.findall(r"^[a-z0-9][^\n]*?==[^\n]*", text, re.MULTILINE)
    assert len(pins) > 50
    assert all(pin.endswith("\\") for pin in pins), "every pin is followed by its hashes"


def test_the_lock_file_drops_what_only_costs_time() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if line.startswith("rfc3987-syntax")]
    assert all("sys_platform == 'never'" in pin for pin in pins)


def test_every_direct_dependency_is_locked() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.match(r"[A-Za-z0-9_.-]+", line).group().lower() for line in wanted}  # type: ignore[union-attr]
    locked = set(
        re.findall(r"^([a-z0-9_.-]+)==", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    )
    assert names <= locked


def test_the_two_readmes_have_the_same_shape() -> None:
    def shape(name: str) -> list[int]:
        text = (ROOT / name).read_text(encoding="utf-8")
        fenced = re.sub(r"```.*?```", "```", text, flags=re.DOTALL)
        return [len(mark) for mark in re.findall(r"^(#+) ", fenced, re.MULTILINE)]

    assert shape("README.md") == shape("README.zh-CN.md")

"""The rules of the house: who may know whom, thin notebooks, light imports, a clean lock file."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import nbformat
import pytest

from tests.conftest import ROOT

#: From the ground floor up: a wing knows those before it, never those after it.
WINGS = (
    "ledger", "intake", "engine", "models", "scenarios", "attainment", "whatif",
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


def module_name(path: Path, root: Path = ROOT) -> str:
    """Return a module's dotted name; a package stands for its ``__init__``."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(node: ast.AST, modules: Collection[str]) -> set[str]:
    """Return the modules of the house that some code imports, also inside functions; not for types alone."""
    if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
        return set().union(*(imports_of(child, modules) for child in node.orelse))
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names} & set(modules)
    if isinstance(node, ast.ImportFrom):
        named = {f"{node.module}.{alias.name}" for alias in node.names}
        # What is no module itself is a name that the module holds.
        return {name if name in modules else node.module or "" for name in named} & set(modules)
    return set().union(*(imports_of(child, modules) for child in ast.iter_child_nodes(node)))


def import_graph(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Return which module imports which, from their sources by name."""
    return {name: imports_of(ast.parse(text), sources) - {name} for name, text in sources.items()}


def circle(graph: Mapping[str, Collection[str]]) -> list[str]:
    """Return a circle of imports, its first module once more at the end; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_imports_go_in_a_circle() -> None:
    graph = import_graph({module_name(path): path.read_text(encoding="utf-8") for path in MODULES})
    assert sum(map(len, graph.values())) > len(graph), "the graph sees the imports"
    assert circle(graph) == []


@pytest.mark.parametrize(
    ("source", "closes"),
    [
        ("import house.a", True),
        ("from house.a import something", True),
        ("from house import a", True),
        ("def late():\n    from house import a", True),
        ("class Late:\n    def more(self):\n        import house.a as x", True),
        ("if TYPE_CHECKING:\n    from house import a", False),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    from house import a", True),
        ("if True:\n    from house import a", True),
        ("import math", False),
    ],
)
def test_a_circle_is_found_wherever_it_hides(source: str, closes: bool) -> None:
    made_up = {
        "house": "",
        "house.a": "from house.b import x",
        "house.b": "import house.c",
        "house.c": source,
    }
    found = circle(import_graph(made_up))
    assert bool(found) == closes
    assert not found or set(found) == {"house.a", "house.b", "house.c"}


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
        *(ROOT / "reports" / "schedules").glob("*"),
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


@pytest.mark.parametrize("module", ["forecasts.cli", "forecasts"])
def test_imports_are_light(module: str) -> None:
    script = f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(json.loads(ended.stdout))


def test_a_growth_model_is_fitted_without_heavy_libraries_unless_used() -> None:
    heavy = ("prophet", "statsmodels", "scipy.optimize")
    script = f"import sys, forecasts.models.members; print(*(name in sys.modules for name in {heavy}))"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False"] * len(heavy)


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

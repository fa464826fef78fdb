"""The habits of the house: hooks that fetch nothing, a citation that is current, soaking only when asked."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]


def test_hooks_fetch_nothing_and_run_from_the_environment() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert "://" not in text
    repos = yaml.safe_load(text)["repos"]
    assert {repo["repo"] for repo in repos} == {"local"}
    hooks = [hook for repo in repos for hook in repo["hooks"]]
    assert {hook["id"] for hook in hooks} == {"ruff-format", "ruff-check", "mypy", "nbstripout"}
    assert all(hook["language"] == "system" for hook in hooks)
    assert all(hook["entry"].startswith(".venv/bin/") for hook in hooks)


def test_the_notebooks_are_as_the_hook_leaves_them() -> None:
    books = [str(path) for path in (ROOT / "notebooks").glob("*.ipynb")]
    strip = [sys.executable, "-m", "nbstripout", "--keep-id", "--verify", *books]
    ended = subprocess.run(strip, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_the_citation_is_current_and_names_nobody() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (cited["title"], cited["version"], cited["license"]) == tuple(
        project[key] for key in ("name", "version", "license")
    )
    assert cited["abstract"] == project["description"]
    assert cited["authors"] == [{"name": "The forecasts authors"}]


@pytest.mark.parametrize(
    ("options", "soaks"), [((), False), (("-m", "not slow"), False), (("-m", "soak"), True)]
)
def test_what_takes_long_runs_only_if_it_is_asked_for(options: tuple[str, ...], soaks: bool) -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/batch/test_soak.py", *options]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert ("test_soak.py::" in told) == soaks

"""A tenant from the wheel alone: laid out, checked, answered and published without the project's folder."""

import filecmp
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forecasts.cli import app
from forecasts.intake.accept import accept
from forecasts.intake.entries import Entry, proposed
from forecasts.ledger.records import Indicator, Region
from forecasts.ledger.root import TENANT, provided
from forecasts.scenarios.seeds import read_seeds
from tests.conftest import ROOT
from tests.intake.grounds import CANDIDATES, TEXT, report

#: What every tenant has alike: the project's own files are the only copy of them.
SHARED = ("notebooks", "reports/plans", "reports/templates", "reports/templates/site")


def test_the_packages_files_are_the_projects() -> None:
    for name in SHARED:
        own = {p.name for p in (ROOT / name).iterdir() if p.is_file()}
        given = {p.name: p for p in (TENANT / name).iterdir() if p.is_file()}
        assert own == set(given)
        assert all(path.samefile(ROOT / name / file) for file, path in given.items())


def test_a_project_without_notebooks_and_templates_takes_the_packages(tmp_path: Path) -> None:
    for name in SHARED:
        assert provided(tmp_path, name) == ROOT / name
        (tmp_path / name).mkdir(parents=True)
        assert provided(tmp_path, name) == tmp_path / name


def test_a_tenant_is_laid_out_once_and_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "town").mkdir()
    ended = CliRunner().invoke(app, ["new", "town"])
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert "cd town" in ended.stdout
    assert not [p for p in (tmp_path / "town").rglob("*") if p.is_symlink()]
    for name in SHARED:
        assert not filecmp.dircmp(ROOT / name, tmp_path / "town" / name, ignore=["out"]).diff_files
    held = read_seeds(tmp_path / "town" / "seeds")
    assert held.ledger.headline_goals()
    assert all(i.name_zh and i.name_en for i in held.ledger.indicators.values())
    again = CliRunner().invoke(app, ["new", "town"])
    assert again.exit_code == 2
    assert again.stderr.startswith("FOLDER: the folder is not empty")


def test_a_tenants_tables_have_a_column_for_all_that_a_reports_rows_may_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["new", "town"]).exit_code == 0
    assert "without a row" in CliRunner().invoke(app, ["new", "empty", "--empty"]).stdout
    ranged = proposed(CANDIDATES[0], TEXT) | {
        "high": 1200,
        "note_zh": "一",
        "note_en": "one",
        "accepted": "so",
    }
    said = {"period_start": "2022-01-01", "origin": "estimate", "attested": "low", "headline": True}
    asked = proposed(CANDIDATES[5], TEXT) | {"note_zh": "一", "accepted": "so", "headline": True}
    rows = [Entry.model_validate(ranged | said), Entry.model_validate(asked)]
    firms = Indicator(
        id="firms", name_zh="高新技术企业", unit_zh="家", scope_zh="全部", note="n", accepted="so"
    )
    place = Region(id="place", name_zh="临江市", note="n", accepted="so")
    for house in ("town", "empty"):
        held = read_seeds(tmp_path / house / "seeds").ledger
        done = accept(tmp_path / house / "seeds", report(), rows, [firms], [place])
        after = read_seeds(tmp_path / house / "seeds").ledger
        assert len(after.observations) == len(held.observations) + 1
        assert after.goals[done.rows["goals"][0].id].headline  # type: ignore[attr-defined]
        assert after.headline_goals()
    assert not held.observations


def build(out: Path) -> Path:
    """Build the wheel, as who publishes it does, without the network."""
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if uv is None:
        pytest.skip("needs uv")
    made = [uv, "--offline", "build", "--quiet", "--wheel", "--out-dir", str(out), str(ROOT)]
    subprocess.run(made, check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_alone_makes_a_tenant_that_runs(tmp_path: Path) -> None:
    wheel = build(tmp_path / "dist")
    with zipfile.ZipFile(wheel) as packed:
        for name in SHARED:
            for path in (p for p in (ROOT / name).iterdir() if p.is_file()):
                assert packed.read(f"forecasts/tenant/{name}/{path.name}") == path.read_bytes()
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    paths = sysconfig.get_paths(vars={"base": str(home), "platbase": str(home)})
    # What the package needs is borrowed from here; the package itself, which is here as a link, is not.
    lent = [p for p in sys.path if p.endswith("site-packages") and Path(p).is_dir()]
    (Path(paths["purelib"]) / "lent.pth").write_text("\n".join(lent) + "\n", encoding="utf-8")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(home),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*install, "--ignore-installed", str(wheel)], check=True, capture_output=True)
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    env["PATH"] = os.pathsep.join([str(scripts), env["PATH"]])

    def forecasts(*arguments: str, cwd: Path) -> str:
        ended = subprocess.run(
            [scripts / "forecasts", *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    where = [scripts / "python", "-c", "import forecasts; print(forecasts.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=env, capture_output=True, text=True, check=True).stdout
    assert Path(found.strip()).is_relative_to(home), "the wheel's, not the working copy's"
    forecasts("new", "town", cwd=tmp_path)
    town = tmp_path / "town"
    assert "goals: 1" in forecasts("check", cwd=town)
    assert "riverton-charging-2026" in forecasts("attain", cwd=town)
    last = forecasts("run", "--draws", "1000", cwd=town).splitlines()[-1]
    assert (town / last).read_bytes().startswith(b"%PDF")
    # Seeds alone are a tenant, too: the rest comes with the package.
    for name in ("notebooks", "reports"):
        shutil.rmtree(town / name)
    last = forecasts("run", "--draws", "1000", "--language", "en", cwd=town).splitlines()[-1]
    assert (town / last).read_bytes().startswith(b"%PDF")

"""Every folder of this one: small public or invented tables, and what must come of them."""

from pathlib import Path

import numpy as np
import pytest

from tests.cases.asking import CASES, attain, case, run, same


def test_past_its_deadline_a_goal_is_met_or_missed_by_the_figure_of_that_day(tmp_path: Path) -> None:
    came = case("deadline-past", tmp_path)
    assert came.answers["outcome"].tolist()[:3] == ["missed", "met", "met"]
    assert came.answers["probability"].notna().tolist() == [False, False, False, True]
    notes = came.answers["note"].tolist()
    assert all(figure in note for figure, note in zip(("121", "121", "133"), notes, strict=False))
    assert all("2021-12-31" in note for note in notes[:2])
    assert "133" not in notes[0]


def test_a_goal_that_cannot_be_answered_ends_with_3(tmp_path: Path) -> None:
    came = case("exit-code", tmp_path)
    assert came.code == 3
    assert np.isnan(came.chance())
    assert came.answers["note"][0]
    assert came.says("goals.csv:2")


def test_lower_is_better(tmp_path: Path) -> None:
    came = case("lower-is-better", tmp_path)
    assert (came.code, came.err) == (0, "")
    assert 0.002 < came.chance() < 0.998
    assert (came.quantiles.to_numpy() >= 0).all()


def test_a_comma_at_the_end_of_every_row(tmp_path: Path) -> None:
    came = case("trailing-comma", tmp_path, observations="trail.csv")
    assert came.code == 0
    assert came.answers["n"][0] == 2


@pytest.mark.parametrize(("name", "line"), [("blank-rows.csv", 5), ("many-lines.csv", 5)])
def test_a_fault_is_told_with_the_line_of_an_editor(tmp_path: Path, name: str, line: int) -> None:
    came = case("line-number", tmp_path, observations=name)
    assert came.code == 3
    assert came.says(f"{name}:{line} [value]", "n/a")


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    came = case("duplicate-column", tmp_path, observations="dup.csv")
    assert came.code == 2
    assert came.says("dup.csv", "[value]", "twice")


@pytest.mark.parametrize(
    ("name", "words"),
    [("gbk.csv", ("GB18030",)), ("utf16.csv", ("UTF-16",)), ("semicolon.csv", ("semicolon",))],
)
def test_encodings_and_separators_are_read_and_reported(
    tmp_path: Path, name: str, words: tuple[str, ...]
) -> None:
    goals = tmp_path / "goals.csv"
    asked = "A,x,120" if name == "semicolon.csv" else "重庆,高新技术企业,7000"
    goals.write_text(f"goal,region,indicator,value,deadline\ng,{asked},2023-12-31\n", encoding="utf-8")
    came = attain(tmp_path, observations=CASES / "encodings" / name, goals=goals)
    assert came.code == 0
    assert came.answers["n"][0] == 1
    assert came.warns(name, *words)


def test_two_figures_of_one_day_are_told_and_kept(tmp_path: Path) -> None:
    came = case("conflict", tmp_path)
    assert came.code == 0
    assert came.warns("observations.csv", "[value]")
    assert np.isfinite(came.chance())
    assert "133" in came.answers["notes"][0]


def test_an_english_tenant_moves_in_as_it_is() -> None:
    for form in ("both_forms_filled", "english_only"):
        came = run("check", "--seeds", CASES / "english-tenant" / form)
        assert came.code == 0, came.err
        assert all(line.startswith("warning:") for line in came.err.splitlines())
        # A percentage without a kind of its own is told, and names the indicator.
        assert came.warns("renewable_share")


def test_spellings_of_one_name_are_told(tmp_path: Path) -> None:
    came = case("spellings", tmp_path)
    assert came.code == 0
    assert came.warns("[region]", "DE")
    assert came.warns("[indicator]", "solar")


def test_out_never_replaces_an_input(tmp_path: Path) -> None:
    for name in ("goals.csv", "observations.csv"):
        seen, asked = (CASES / "out-is-input" / n for n in ("observations.csv", "goals.csv"))
        seen, asked = (tmp_path / p.name for p in (seen, asked))
        for path in (seen, asked):
            path.write_bytes((CASES / "out-is-input" / path.name).read_bytes())
        came = run("attain", "--observations", seen, "--goals", asked, "--out", tmp_path / name, "--jobs", 1)
        assert came.code == 2
        assert came.says("--out")
        for path in (seen, asked):
            assert path.read_bytes() == (CASES / "out-is-input" / path.name).read_bytes()


def test_a_goal_ten_thousand_times_too_large_is_answered_and_told(tmp_path: Path) -> None:
    came = case("overflow-pace", tmp_path)
    assert came.code == 0
    assert came.answers["probability"].notna().all()
    assert came.chance(0) < 0.01
    assert came.warns("goals.csv", "[value]", "1300000")


def test_a_day_is_the_one_that_is_written_whatever_its_offset(tmp_path: Path) -> None:
    came = case("mixed-timezones", tmp_path)
    assert came.code == 0
    plain = tmp_path / "plain"
    plain.mkdir()
    text = (CASES / "mixed-timezones" / "observations.csv").read_text(encoding="utf-8")
    (plain / "o.csv").write_text(text.replace("T00:00:00Z", ""), encoding="utf-8")
    own = CASES / "mixed-timezones"
    other = attain(
        plain, observations=plain / "o.csv", goals=own / "goals.csv", indicators=own / "indicators.csv"
    )
    same(came, other)


def test_a_day_that_is_none_is_refused(tmp_path: Path) -> None:
    came = case("day-minus-5", tmp_path)
    assert came.code == 3
    assert came.says("observations.csv:4 [as_of]", "-5")
    assert came.answers["n"][0] == 2


def test_a_kind_of_an_indicator_that_nobody_counts_names_the_nearest(tmp_path: Path) -> None:
    came = case("kinds-misspelt", tmp_path)
    assert came.code in (0, 2)
    assert came.says("indicators.csv:2 [indicator]", "'i'")


@pytest.mark.parametrize("name", ["announced-after-deadline", "goal-id-twice"])
def test_a_goal_that_cannot_be_meant_is_refused(tmp_path: Path, name: str) -> None:
    came = case(name, tmp_path)
    assert came.code == 3
    faulty, column = (0, "announced_on") if name == "announced-after-deadline" else (1, "goal")
    assert came.says(f"goals.csv:{faulty + 2} [{column}]")
    assert np.isnan(came.chance(faulty))


def test_a_misspelt_day_of_publication_lets_no_future_in(tmp_path: Path) -> None:
    came = case("misspelt-published", tmp_path)
    assert came.code == 2
    assert came.says("observations.csv:1 [Published_on]", "'published_on'")
    well = case("misspelt-published", tmp_path / "well", observations="well-spelt.csv")
    assert well.code == 0
    assert well.chance() == pytest.approx(0.27, abs=0.05)


def test_no_quantile_of_a_count_is_below_zero(tmp_path: Path) -> None:
    came = case("zero-count-negative-quantiles", tmp_path)
    assert came.code == 0
    assert (came.quantiles.to_numpy() >= 0).all()
    assert (np.diff(came.quantiles.to_numpy(), axis=1) >= 0).all()

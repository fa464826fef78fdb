"""Many goals at once: what an answer keeps whatever the history, and what a bad row costs."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from forecasts import attain
from forecasts.attainment.row import COLUMNS, QUANTILES
from forecasts.ledger.problems import BadInput

ENDS = [dt.date(2000 + i, 12, 31) for i in range(40)]

histories = st.lists(
    st.one_of(st.floats(1e-9, 1e-3), st.floats(0.1, 1e4), st.floats(1e9, 1e13), st.just(0.0)),
    min_size=1,
    max_size=9,
)


def table(values: list[float], region: str = "here", dates: list[dt.date] | None = None) -> pd.DataFrame:
    days = dates or ENDS[: len(values)]
    return pd.DataFrame({"region": region, "indicator": "count", "as_of": days, "value": values})


def goal(value: float, region: str = "here", year: int = 2015, **more: object) -> dict[str, object]:
    deadline = dt.date(year, 12, 31)
    return {"goal": "g", "region": region, "indicator": "count", "value": value, "deadline": deadline, **more}


def ask(
    observations: pd.DataFrame, *goals: dict[str, object], kind: str = "stock", **more: object
) -> pd.DataFrame:
    kinds = pd.DataFrame({"indicator": ["count"], "kind": [kind]})
    numbered = pd.DataFrame([{**g, "goal": f"g{i}"} for i, g in enumerate(goals)])
    return attain(observations, numbered, kinds, **more)  # type: ignore[arg-type]


def peers(count: int = 6, pace: float = 0.3, n: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    paths = [100 * (1 + i) * np.exp(np.cumsum(rng.normal(pace, 0.03, n))) for i in range(count)]
    return pd.concat([table(list(p), f"peer{i}") for i, p in enumerate(paths)])


@given(histories, st.sampled_from(["stock", "cumulative", "flow"]), st.integers(1, 12))
@example([5.0], "stock", 3)
@example([5.0, 5.0], "stock", 3)
@example([7.0] * 5, "cumulative", 3)
@example([1.0, 1e3, 1e6, 1e9], "stock", 5)
@example([0.0, 0.0, 0.0], "stock", 2)
@example([1e-9, 2e-9, 4e-9], "cumulative", 2)
@example([1e15, 1.2e15], "stock", 2)
@settings(max_examples=80, deadline=None)
def test_any_history_has_an_answer(values: list[float], kind: str, ahead: int) -> None:
    if kind == "cumulative":
        values = list(np.cumsum(values))
    year = 2000 + len(values) - 1 + ahead
    top = max(values) or 1.0
    goals = [goal(top * m, year=year) for m in (0.5, 0.9, 1.0, 1.1, 1.5, 4.0)]
    found = ask(table(values), *goals, kind=kind)
    p = found["probability"].to_numpy()
    assert np.all((p > 0) & (p < 1))
    assert np.all(np.diff(p) <= 1e-9), "a higher goal is never likelier"
    quantiles = found[list(QUANTILES)].to_numpy(float)
    assert np.all(np.isfinite(quantiles))
    assert np.all(np.diff(quantiles, axis=1) >= 0)
    if kind == "cumulative":
        assert quantiles.min() >= values[-1] * (1 - 1e-12)


@given(histories, st.sampled_from([1e-4, 1e-3, 1e4]))
@settings(max_examples=25, deadline=None)
def test_the_unit_does_not_matter(values: list[float], unit: float) -> None:
    top = max(values)
    assume(top > 0)  # nothing but zeros has no unit
    plain = ask(table(values), goal(top * 1.1), goal(top * 1.6))
    other = ask(table([v * unit for v in values]), goal(top * 1.1 * unit), goal(top * 1.6 * unit))
    assert other["probability"].to_numpy() == pytest.approx(plain["probability"].to_numpy(), rel=1e-5)
    assert other["q0.5"].to_numpy() / unit == pytest.approx(
        plain["q0.5"].to_numpy(), rel=1e-4, abs=1e-9 * top
    )


@given(st.integers(1, 6))
@settings(max_examples=6, deadline=None)
def test_the_calendar_does_not_matter(shift: int) -> None:
    values = [10.0, 12, 15, 17, 21, 24]
    later = [day.replace(year=day.year + 4 * shift) for day in ENDS[: len(values)]]
    plain = ask(table(values), goal(30, year=2008))
    other = ask(table(values, dates=later), goal(30, year=2008 + 4 * shift))
    assert other["probability"][0] == pytest.approx(plain["probability"][0], abs=2e-3)


def test_the_order_of_rows_and_repeated_rows_do_not_matter() -> None:
    observations = pd.concat([table([10.0, 12, 15, 17]), peers()])
    plain = ask(observations, goal(25, year=2006))
    shuffled = observations.sample(frac=1, random_state=3)
    twice = pd.concat([observations, observations])
    for other in (shuffled, twice):
        assert ask(other, goal(25, year=2006))["probability"][0] == pytest.approx(
            plain["probability"][0], rel=1e-6
        )


@given(st.floats(1.01, 3.0))
@settings(max_examples=15, deadline=None)
def test_a_history_scaled_up_is_nearer_to_its_goal(factor: float) -> None:
    values = [10.0, 12, 15, 17, 21]
    low = ask(table(values), goal(28, year=2006))["probability"][0]
    high = ask(table([v * factor for v in values]), goal(28, year=2006))["probability"][0]
    assert high >= low - 1e-9


def test_it_widens_with_the_horizon() -> None:
    found = ask(table([10.0, 12, 15, 17, 21, 24]), *[goal(30, year=y) for y in range(2006, 2014)])
    width = np.log(found["q0.9"] / found["q0.1"]).to_numpy()
    assert np.all(np.diff(width) > 0)


def test_without_a_history_the_class_gives_the_pace() -> None:
    alone = ask(table([1000.0]), goal(1200, year=2001))
    with_class = ask(pd.concat([table([1000.0], dates=[ENDS[5]]), peers(pace=0.3)]), goal(1200, year=2006))
    slow = ask(pd.concat([table([1000.0], dates=[ENDS[5]]), peers(pace=0.02)]), goal(1200, year=2006))
    assert with_class["probability"][0] > 0.6
    assert slow["probability"][0] < with_class["probability"][0] - 0.3
    assert alone["probability"][0] < with_class["probability"][0]


@given(st.floats(1e-6, 1e12), st.sampled_from([1.05, 1.2, 2.0]))
@settings(max_examples=15, deadline=None)
def test_a_single_figure_without_a_class_says_what_the_pool_says(value: float, times: float) -> None:
    found, of_one = (ask(table([v]), goal(v * times, year=2003))["probability"][0] for v in (value, 1.0))
    assert found == pytest.approx(of_one, rel=1e-6)


@given(st.lists(st.integers(1, 400), min_size=2, max_size=8, unique=True), st.floats(1.02, 1.5))
@settings(max_examples=30, deadline=None)
def test_gaps_of_months_and_years_are_fine(months: list[int], pace: float) -> None:
    days = [dt.date(1990 + m // 12, m % 12 + 1, 28) for m in sorted(months)]
    values = [100 * pace ** ((day - days[0]).days / 365.25) for day in days]
    found = ask(table(values, dates=days), goal(values[-1] * 1.1, year=days[-1].year + 3))
    quantiles = found[list(QUANTILES)].to_numpy(float)
    assert 0 < found["probability"][0] < 1
    assert np.all(np.isfinite(quantiles))
    assert np.all(np.diff(quantiles) >= 0)


def test_later_figures_are_not_seen() -> None:
    early = table([10.0, 12, 15, 17, 21])
    later = pd.concat([early, table([500.0], dates=[ENDS[6]]), peers(n=9)])
    until = peers(n=9)
    until = until[until["as_of"] <= ENDS[4]]
    asked = goal(30, year=2008, announced_on=ENDS[4])
    assert ask(later, asked)["probability"][0] == pytest.approx(
        ask(pd.concat([early, until]), asked)["probability"][0], rel=1e-9
    )
    assert ask(later, goal(30, year=2008), known_on=ENDS[4])["probability"][0] == pytest.approx(
        ask(later, asked)["probability"][0], rel=1e-9
    )


def test_a_figure_published_late_is_seen_late() -> None:
    rows = table([10.0, 12, 15, 17, 40])
    rows["published_on"] = [*ENDS[:4], dt.date(2006, 6, 1)]
    before = ask(rows, goal(30, year=2008), known_on=dt.date(2006, 5, 31))
    after = ask(rows, goal(30, year=2008), known_on=dt.date(2006, 6, 1))
    assert (before["n"][0], after["n"][0]) == (4, 5)
    assert after["probability"][0] > before["probability"][0]


def test_a_revision_counts_from_its_day() -> None:
    first = table([10.0, 12, 15, 17, 21])
    first["published_on"] = ENDS[:5]
    revised = pd.concat([first, table([30.0], dates=[ENDS[4]]).assign(published_on=dt.date(2006, 6, 1))])
    asked = goal(30, year=2008)
    before, after = (ask(revised, asked, known_on=dt.date(2006, m, 1)) for m in (5, 7))
    assert before["probability"][0] == pytest.approx(ask(first, asked)["probability"][0], rel=1e-9)
    assert before["n"][0] == after["n"][0] == 5
    assert after["probability"][0] > before["probability"][0]


def test_hedged_numbers_widen_the_answer() -> None:
    rows = table([1000.0, 1200, 1500, 1700, 2000])
    hedged = rows.assign(qualifier=["eq", "eq", "eq", "eq", "over"])
    plain, wide = ask(rows, goal(2300, year=2005)), ask(hedged, goal(2300, year=2005))
    assert wide["q0.5"][0] > plain["q0.5"][0]
    assert wide["q0.9"][0] - wide["q0.1"][0] > plain["q0.9"][0] - plain["q0.1"][0]


def test_a_bad_row_never_spoils_the_others() -> None:
    observations = pd.concat([table([10.0, 12, 15, 17]), table([1.0, 2, 3], "there")]).astype(object)
    observations.iloc[5, 3] = "many"
    goals = pd.DataFrame(
        [goal(25, year=2006), goal(5, "there", 2006), goal(5, "nowhere", 2006), goal(25, year=2006)]
    ).assign(goal=["g0", "g1", "g2", "g3"])
    goals["deadline"] = goals["deadline"].astype(object)
    goals.loc[3, "deadline"] = "soon"
    found = attain(observations, goals)
    assert list(found.columns) == list(COLUMNS)
    assert found["probability"].notna().tolist() == [True, True, False, False]
    sound = pd.concat([table([10.0, 12, 15, 17]), table([1.0, 3], "there", [ENDS[0], ENDS[2]])])
    assert found["probability"][0] == pytest.approx(attain(sound, goals[:1])["probability"][0])
    assert "no figure of it is known" in found["note"][2]
    assert "must be a day" in found["note"][3]
    problems = "\n".join(found.attrs["problems"])
    assert "observations:5 [value]" in problems
    assert "goals:2 [goal]" in problems
    assert "goals:3 [deadline]" in problems


def test_a_missing_column_is_told_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="'asof'"):
        attain(table([1.0, 2]).rename(columns={"as_of": "asof"}), pd.DataFrame([goal(3)]))


def test_a_goal_that_nothing_is_known_for_says_so() -> None:
    found = ask(table([1.0, 2]), goal(3, announced_on=dt.date(1990, 1, 1)))
    assert np.isnan(found["probability"][0])
    assert found["note"][0] == "the goal cannot be answered: no figure of it is known, and no peer has two"


def test_processes_give_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    from forecasts.attainment import many as bulk

    monkeypatch.setattr(bulk, "CHUNK", 2)
    observations = pd.concat([peers(3), peers(3).assign(indicator="other")])
    goals = pd.DataFrame(
        [goal(900, f"peer{i}", 2008, indicator=name) for name in ("count", "other") for i in range(3)]
    )
    one, two = attain(observations, goals), attain(observations, goals, jobs=2)
    pd.testing.assert_frame_equal(one, two)


def test_the_day_of_reaching_lies_where_the_probability_crosses() -> None:
    observations = table([10.0, 12, 14.5, 17, 20, 24])
    found = ask(observations, goal(30, year=2008))
    day = dt.date.fromisoformat(found["reached_p50"][0])
    near = ask(observations, {**goal(30), "deadline": day})
    assert near["probability"][0] == pytest.approx(0.5, abs=0.06)
    assert found["reached_p80"][0] > found["reached_p50"][0]
    assert ask(observations, goal(20, year=2008))["reached_p50"][0] == "2004-12-31"
    assert ask(observations, goal(1e9, year=2008))["reached_p80"][0] == ""


# The day of knowledge


PASSED = "the deadline has passed by the day of knowledge"


def test_a_day_of_knowledge_wins_over_an_announcement_and_that_over_the_newest_figure() -> None:
    rows = table([10.0, 12, 15, 17, 21])
    told, untold = goal(30, year=2008, announced_on=ENDS[3]), goal(30, year=2008)
    asked = {day: ask(rows, untold, known_on=ENDS[day])["probability"][0] for day in (2, 3, 4)}
    assert len(set(asked.values())) == 3
    assert ask(rows, told)["probability"][0] == asked[3]
    assert ask(rows, told, known_on=ENDS[2])["probability"][0] == asked[2]
    assert ask(rows, untold)["probability"][0] == asked[4]
    both = ask(rows, told, untold)["probability"].tolist()
    assert both == [asked[3], asked[4]]


def test_the_newest_day_is_that_of_a_publication() -> None:
    rows = table([10.0, 12, 15, 17, 21])
    rows["published_on"] = [*ENDS[:4], dt.date(2006, 3, 1)]
    found = ask(rows, {**goal(30), "deadline": "2006-03-01"}, {**goal(30), "deadline": "2006-03-02"})
    assert found["note"][0] == "open: no figure of 2006-03-01 is published"
    assert found["probability"].notna().tolist() == [False, True]


def test_an_expectation_that_looks_ahead_moves_no_day_of_knowledge() -> None:
    rows = table([10.0, 12, 15, 17, 21])
    ahead = table([90.0], dates=[ENDS[20]]).assign(origin="estimate", published_on=ENDS[4])
    plain, other = (ask(seen, goal(30, year=2008)) for seen in (rows, pd.concat([rows, ahead])))
    pd.testing.assert_frame_equal(plain, other)


@pytest.mark.parametrize("known_on", [ENDS[8], ENDS[9]])
def test_a_deadline_at_or_before_that_day_has_no_answer(known_on: dt.date) -> None:
    found = ask(table([10.0, 12, 15]), goal(30, year=2008), goal(30, year=2015), known_on=known_on)
    assert found["probability"].notna().tolist() == [False, True]
    assert found["note"][0] == f"open: no figure of {ENDS[8]} is published"
    assert found["outcome"].tolist() == ["open", ""]
    [problem] = found.attrs["problems"]
    assert problem.startswith(f"goals:0 [goal]: {PASSED} {known_on}: open")


def test_an_announcement_after_the_deadline_is_a_fault_of_the_row() -> None:
    found = ask(table([10.0, 12, 15]), goal(30, year=2008, announced_on="2009-01-01"))
    assert "announced_on must not be after deadline" in found["note"][0]


# What tables may hold


def test_a_second_goal_of_one_id_is_refused() -> None:
    found = attain(table([10.0, 12, 15]), pd.DataFrame([goal(30), goal(40), goal(50)]))
    assert found["probability"].notna().tolist() == [True, False, False]
    assert found["note"].tolist() == ["", "goal: the id is taken", "goal: the id is taken"]


def test_codes_of_regions_and_numbers_of_goals_are_names() -> None:
    rows, goals = table([10.0, 12, 15, 17]), pd.DataFrame([goal(25, year=2006)])
    plain = attain(rows, goals.assign(goal="7"))
    numbers = attain(rows.assign(region=11), goals.assign(goal=7, region=np.int64(11)))
    holes = attain(rows.assign(region=11.0), goals.assign(goal=7.0, region="11"))
    pd.testing.assert_frame_equal(numbers, plain)
    pd.testing.assert_frame_equal(holes, plain)


def test_tables_without_rows_have_no_answers() -> None:
    rows, goals = table([10.0, 12, 15]), pd.DataFrame([goal(30)])
    assert list(attain(rows, goals[:0]).columns) == list(COLUMNS)
    assert len(attain(rows[:0], goals[:0])) == 0
    found = attain(rows[:0], goals)
    assert np.isnan(found["probability"][0])
    assert "no figure of it is known" in found["note"][0]


@pytest.mark.parametrize("values", [[1.0, 2, -3], [1.0, 2, 0], [0.0, 0, 0], [-1.0, 2, 3]])
@pytest.mark.parametrize("kind", ["stock", "cumulative", "flow"])
def test_values_without_a_logarithm_have_an_answer(values: list[float], kind: str) -> None:
    found = ask(pd.concat([table(values), peers()]), goal(4, year=2006), kind=kind)
    assert 0 < found["probability"][0] < 1
    assert np.all(np.isfinite(found[list(QUANTILES)].to_numpy(float)))


@pytest.mark.parametrize("share", [0, 0.9])
def test_figures_and_a_deadline_of_one_time_have_an_answer(share: float) -> None:
    kinds = pd.DataFrame({"indicator": ["count"], "kind": ["stock"], "q4_share": [share]})
    days = [dt.date(2019, 9, 30), dt.date(2019, 10, 31), dt.date(2019, 11, 30)]
    asked = pd.DataFrame([{**goal(9), "deadline": "2019-12-31"}])
    found = attain(table([2.0, 5, 6], dates=days), asked, kinds)
    assert 0 < found["probability"][0] < 1


def test_any_frame_is_a_table() -> None:
    rows, goals = table([10.0, 12, 15, 17]), pd.DataFrame([goal(25, year=2006)])
    plain = attain(rows, goals)
    others = [
        (rows.assign(as_of=pd.to_datetime(rows["as_of"])), goals.assign(deadline=pd.Timestamp("2006-12-31"))),
        (rows.assign(as_of=rows["as_of"].astype(str)), goals.assign(deadline="2006-12-31")),
        (rows.astype({"region": "category"}), goals.assign(announced_on=pd.NaT, comparison=None)),
        (rows.assign(as_of=rows["as_of"].astype(str)).convert_dtypes(dtype_backend="pyarrow"), goals),
        (rows.set_index(rows.index + 100), goals.set_index(pd.Index(["x"]))),
        (rows.assign(extra="left alone"), goals.assign(owner="somebody")),
        (rows, goals.rename(columns={"goal": "id"})),
    ]
    for seen, asked in others:
        pd.testing.assert_frame_equal(attain(seen, asked), plain)

"""What was known when: what is shown is what forecasts use, and revisions follow their stated rules."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.ledger.fields import Confidence, Kind, Origin, Qualifier
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Indicator, Observation, Region
from forecasts.ledger.vintages import State, Vintage, vintages_of
from forecasts.scenarios.seeds import Seeds

YEAR_END = dt.date(2021, 12, 31)


def ledger_of(*rows: Observation, kind: Kind = Kind.STOCK) -> Ledger:
    held = {row.id: row for row in rows}
    return Ledger({"firms": Indicator(id="firms", kind=kind)}, {"a": Region(id="a")}, {}, held, {})


def row(name: str, value: object, published: str, **more: object) -> Observation:
    given = {"as_of": YEAR_END, "qualifier": Qualifier.EQ, **more}
    return Observation(
        id=name, indicator="firms", region="a", value=Decimal(str(value)), published_on=published, **given
    )


def seen(ledger: Ledger, day: str | None = None) -> dict[str, Vintage]:
    known_on = None if day is None else dt.date.fromisoformat(day)
    return {one.row.id: one for one in vintages_of(ledger, "firms", "a", known_on)}


def states(ledger: Ledger, day: str | None = None) -> dict[str, str]:
    return {name: one.state.value for name, one in seen(ledger, day).items()}


def test_the_latest_published_wins_and_the_preliminary_one_is_kept() -> None:
    ledger = ledger_of(row("first", 5108, "2022-01-18"), row("last", 5110, "2022-08-17"))
    assert states(ledger, "2022-08-16") == {"first": "stands"}
    found = seen(ledger)
    assert (found["first"].state, found["first"].until) == (State.SUPERSEDED, dt.date(2022, 8, 17))
    assert (found["last"].state, found["last"].until) == (State.STANDS, None)
    assert found["last"].replaces == ("first",)
    assert found["last"].difference == 2
    assert ledger.history("firms", "a", dt.date(2022, 3, 1)).value.tolist() == [5108]


def test_a_later_figure_that_agrees_revises_nothing() -> None:
    hedged = row("hedged", 5000, "2022-01-18", qualifier=Qualifier.OVER)
    found = seen(ledger_of(hedged, row("exact", 5109, "2022-08-17")))
    assert {one.state for one in found.values()} == {State.STANDS}
    assert found["exact"].replaces == ()


def test_figures_of_one_day_of_publication_that_contradict_each_other_both_count() -> None:
    ledger = ledger_of(row("one", 5108, "2022-01-18"), row("other", 5200, "2022-01-18"))
    assert states(ledger) == {"one": "disputed", "other": "disputed"}
    history = ledger.history("firms", "a")
    assert history.low[0] < 5108 < 5200 < history.high[0]


@pytest.mark.parametrize(
    "weaker", [{"origin": Origin.DERIVED}, {"origin": Origin.ESTIMATE}, {"confidence": Confidence.LOW}]
)
def test_the_better_attested_comes_first_whatever_came_later(weaker: dict[str, object]) -> None:
    ledger = ledger_of(row("count", 5108, "2022-01-18"), row("weak", 4000, "2022-08-17", **weaker))
    assert states(ledger) == {"count": "stands", "weak": "outranked"}
    assert seen(ledger)["weak"].until == dt.date(2022, 8, 17)  # it never counted


def test_an_estimate_gives_way_to_the_count() -> None:
    ledger = ledger_of(
        row("expected", 5000, "2021-11-01", origin=Origin.ESTIMATE), row("count", 5108, "2022-01-18")
    )
    assert states(ledger, "2021-12-30") == {}  # the day that it describes has not come
    assert states(ledger, "2021-12-31") == {"expected": "stands"}
    found = seen(ledger)
    assert (found["expected"].state, found["count"].replaces) == (State.OUTRANKED, ("expected",))


def test_a_count_of_the_year_does_not_revise_one_of_its_last_quarter() -> None:
    quarter = row("quarter", 30, "2022-01-10", period_start="2021-10-01")
    year = row("year", 100, "2022-01-20", period_start="2021-01-01")
    assert set(states(ledger_of(quarter, year, kind=Kind.FLOW)).values()) == {"stands"}


DAYS = st.dates(dt.date(2022, 1, 1), dt.date(2022, 1, 9))
ROWS = st.lists(
    st.tuples(
        st.integers(95, 105), DAYS, st.sampled_from(list(Qualifier)),
        st.sampled_from([YEAR_END, dt.date(2020, 12, 31)]),
        st.sampled_from([Origin.PRINTED, Origin.DERIVED, Origin.ESTIMATE]), st.sampled_from(list(Confidence)),
    ),
    max_size=9,
)  # fmt: skip


@given(ROWS, DAYS)
def test_what_is_shown_is_what_forecasts_use(rows: list[tuple], day: dt.date) -> None:  # type: ignore[type-arg]
    made = [
        row(f"r{k}", value, str(published), qualifier=how, as_of=of, origin=origin, confidence=sure)
        for k, (value, published, how, of, origin, sure) in enumerate(rows)
    ]
    ledger = ledger_of(*made)
    for known_on in (day, None):
        found = vintages_of(ledger, "firms", "a", known_on)
        used = set(ledger.history("firms", "a", known_on).observations)
        assert {one.row.id for one in found if one.until is None} == used
        assert {one.row.id for one in found} == {
            o.id for o in made if known_on is None or o.published_on <= known_on
        }
        for one in found:
            assert (one.state in (State.STANDS, State.DISPUTED)) == (one.until is None)
            assert one.until is None or one.until >= one.known


def test_on_the_real_ledger_too(seeds: Seeds) -> None:
    ledger, some = seeds.ledger, 0
    for indicator in ledger.indicators:
        for region in ledger.figures.regions(indicator):
            found = vintages_of(ledger, indicator, region)
            used = set(ledger.history(indicator, region).observations)
            assert {one.row.id for one in found if one.until is None} == used
            some += sum(bool(one.replaces) for one in found)
    assert some

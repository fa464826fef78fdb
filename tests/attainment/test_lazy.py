"""What nobody looks at is not worked out, and what two look at is worked out once."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

import forecasts as fc
from forecasts.attainment.past import Reader
from forecasts.ledger.history import History
from forecasts.models import members
from forecasts.models.reference import Reference
from forecasts.models.trend import Trend, TrendFuture

DAY = "2023-06-01"


class Counted(Trend):
    """The trend under another name, which counts how often it is fitted."""

    fits: ClassVar[Counter[str]] = Counter()

    def __init__(self, name: str) -> None:
        self.name = name

    def fit(self, history: History, reference: Reference, seed: int) -> TrendFuture:
        self.fits[self.name] += 1
        return super().fit(history, reference, seed)


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Replace the growth models by three that count."""
    Counted.fits = Counter()
    models = tuple(Counted(name) for name in ("trend", "other", "third"))
    monkeypatch.setattr(members, "MODELS", models)
    monkeypatch.setattr(members.Members, "__init__", _with(models))
    return Counted.fits


def _with(models: tuple[Counted, ...]) -> object:
    plain = members.Members.__init__

    def init(self: members.Members, history: History, reference: Reference, seed: int = 1) -> None:
        plain(self, history, reference, seed, models)

    return init


@pytest.fixture(scope="module")
def ledger() -> fc.Ledger:
    rows = [
        (region, "firms", f"{year}-12-31", size * 1.1 ** (year - 2018))
        for region, size in (("a", 800), ("b", 300), ("c", 500), ("d", 90))
        for year in range(2018, 2023)
    ]
    return fc.Ledger.from_frames(pd.DataFrame(rows, columns=["region", "indicator", "as_of", "value"]))


def asked(value: float = 1400, region: str = "a", day: str = DAY) -> fc.Question:
    return fc.Question(fc.Goal("firms", region, value, "2023-12-31"), day)


def test_only_the_leading_model_is_fitted_for_an_answer(ledger: fc.Ledger, fits: Counter[str]) -> None:
    found = fc.outlook(ledger, asked())
    assert not fits
    assert 0 < found.probability < 1
    assert fits == {"trend": 1}
    found.probability_of(1200)
    found.quantiles()
    found.day_reached(0.8)
    assert (found.model, found.std_error) == ("trend", 0.0)
    assert fits == {"trend": 1}


def test_looking_at_all_members_fits_each_once(ledger: fc.Ledger, fits: Counter[str]) -> None:
    found = fc.outlook(ledger, asked())
    told = found.members
    assert [m.name for m in told] == ["trend", "other", "third"]
    assert [m.weight for m in told] == [1.0, 0.0, 0.0]
    assert found.members is told
    assert told[0].probability == found.probability
    assert fits == {"trend": 1, "other": 1, "third": 1}


def test_a_scenario_is_a_future_of_its_own(ledger: fc.Ledger, fits: Counter[str]) -> None:
    found = fc.outlook(ledger, asked())
    assert found.probability != found.under(fc.Scope(share={"uniform": [0.5, 0.9]})).probability
    assert found.probability == found.under().probability
    assert set(fits) == {"trend"}


def test_the_same_knowledge_is_the_same_history(ledger: fc.Ledger) -> None:
    first = ledger.history("firms", "a", dt.date(2023, 1, 1))
    assert ledger.history("firms", "a", dt.date(2023, 6, 1)) is first
    assert ledger.history("firms", "a") is first
    early = ledger.history("firms", "a", dt.date(2022, 12, 30))
    assert early is not first
    assert len(early) == len(first) - 1
    assert ledger.history("firms", "b") is not first


def test_another_timescale_and_another_kind_are_other_histories(ledger: fc.Ledger) -> None:
    plain = ledger.history("firms", "a")
    late = ledger.with_indicator(ledger.indicators["firms"].model_copy(update={"q4_share": 0.9}))
    assert late.history("firms", "a") is not plain
    assert ledger.history("firms", "a") is plain
    assert late.figures is ledger.figures  # the columns are laid out once


def test_a_reader_reads_a_class_once_for_all(ledger: fc.Ledger) -> None:
    reader = Reader(ledger)
    one, other = (fc.outlook(reader, asked(region=r)) for r in ("a", "b"))
    assert one.past.reference.everyone is other.past.reference.everyone
    assert fc.outlook(reader, asked(1300)).history is one.history


def test_a_reader_and_a_ledger_say_the_same(ledger: fc.Ledger) -> None:
    reader = Reader(ledger)
    for region in "abcd":
        plain, read = (fc.outlook(of, asked(900, region)) for of in (ledger, reader))
        assert plain.probability == read.probability
        assert np.array_equal(plain.quantiles(), read.quantiles())


# One day's figures


def revised(*rows: tuple[str, float, str, str]) -> History:
    """Return what is known of figures of one day: id, value, day of publication, qualifier."""
    columns = ["note", "value", "published_on", "qualifier"]
    frame = pd.DataFrame(rows, columns=columns).assign(region="a", indicator="firms", as_of="2022-12-31")
    return fc.Ledger.from_frames(frame).history("firms", "a")


def test_what_is_published_later_revises_what_it_contradicts() -> None:
    found = revised(("first", 100, "2023-01-31", ""), ("second", 110, "2023-06-30", ""))
    assert (found.low[0], found.high[0]) == (110, 110)
    assert list(found.observations) == ["observations:1"]


def test_what_is_said_once_more_sharpens_what_it_agrees_with() -> None:
    found = revised(("vague", 1000, "2023-01-31", "over"), ("exact", 1036, "2023-06-30", "eq"))
    assert (found.low[0], found.high[0]) == (1035.5, 1036.5)
    found = revised(("exact", 1036, "2023-01-31", "eq"), ("vague", 1000, "2023-06-30", "over"))
    assert (found.low[0], found.high[0]) == (1035.5, 1036.5)
    assert len(found.observations) == 2


def test_a_conflict_of_one_day_becomes_an_interval_that_covers_both() -> None:
    found = revised(("one", 5108, "2023-01-31", "eq"), ("two", 5110, "2023-01-31", "eq"))
    assert (found.low[0], found.high[0]) == (5107.5, 5110.5)
    assert len(found.observations) == 2


def test_the_order_of_the_rows_decides_nothing() -> None:
    rows = [
        ("a", 100, "2023-01-31", "eq"), ("b", 104, "2023-01-31", "over"), ("c", 104, "2023-06-30", "about"),
        ("d", 90, "2023-03-31", ""),
    ]  # fmt: skip
    found = [revised(*order) for order in (rows, rows[::-1], rows[2:] + rows[:2])]
    assert len({(h.low[0], h.high[0]) for h in found}) == 1


def test_a_ledger_of_records_and_one_of_rows_say_the_same(seeds: fc.Seeds) -> None:
    rows = seeds.ledger
    records = replace(rows, observations=MappingProxyType(dict(rows.observations)))
    for indicator, region in {(o.indicator, o.region) for o in rows.observations.values()}:
        one, other = (of.history(indicator, region) for of in (rows, records))
        assert np.array_equal(one.days, other.days)
        assert np.array_equal(one.low, other.low)
        assert np.array_equal(one.high, other.high)
        assert sorted(one.observations) == sorted(other.observations)

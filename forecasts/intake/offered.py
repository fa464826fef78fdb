"""Indicators and regions that only the record of past goals knows: they come along with what names them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from forecasts.intake.entries import Entry
from forecasts.ledger.called import find_called, names_of
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.names import spelt
from forecasts.ledger.past_goals import OpenedRecord, open_record
from forecasts.ledger.problems import BadInput
from forecasts.ledger.records import Indicator, Region

R = TypeVar("R", Indicator, Region)

#: What is counted by an indicator of which the record only has the name.
UNDEFINED = {"scope_zh": "口径未注明，依报告的叫法。", "scope_en": "Not defined: what reports call so."}


@dataclass(frozen=True, slots=True)
class Offered:
    """What a ledger does not know and its record does, by id."""

    indicators: Mapping[str, Indicator]
    regions: Mapping[str, Region]

    def beside(self, ledger: Ledger) -> Ledger:
        """Return a ledger that knows them, too."""
        return replace(
            ledger,
            indicators=MappingProxyType({**ledger.indicators, **self.indicators}),
            regions=MappingProxyType({**ledger.regions, **self.regions}),
        )

    def named_by(self, entries: Iterable[Entry]) -> "Offered":
        """Return those that entries name, each region with those that hold it."""
        entries = tuple(entries)
        indicators = _called((entry.indicator for entry in entries), self.indicators, "indicator")
        regions = _called((entry.region for entry in entries), self.regions, "region")
        above = [region.parent for region in regions.values()]
        while above and (parent := above.pop()) is not None:
            if parent in self.regions and parent not in regions:
                regions[parent] = self.regions[parent]
                above.append(regions[parent].parent)
        return Offered(indicators, regions)


def offered_by(
    record: OpenedRecord | None,
    ledger: Ledger,
    indicators: Iterable[Indicator] = (),
    regions: Iterable[Region] = (),
) -> Offered:
    """Return what a record offers to a ledger: nothing whose id or name is taken there.

    Parameters
    ----------
    indicators, regions : iterable
        New ones, which take ids and names, too.
    """
    if record is None:
        return Offered({}, {})
    held = record.ledger
    free = _free(held.indicators, (*ledger.indicators.values(), *indicators))
    return Offered(
        {key: _defined(one) for key, one in free.items()},
        _free(held.regions, (*ledger.regions.values(), *regions)),
    )


def read_offered(
    folder: Path, ledger: Ledger, indicators: Iterable[Indicator] = (), regions: Iterable[Region] = ()
) -> Offered:
    """Return what ``record/`` in a folder offers, as :func:`offered_by`; nothing where there is none.

    Raises
    ------
    BadInput
        If it is there and cannot be read.
    """
    record = folder / "record"
    return offered_by(open_record(record) if record.is_dir() else None, ledger, indicators, regions)


def _defined(one: Indicator) -> Indicator:
    """Return an indicator that says what it counts, were it that nobody says."""
    return one if one.scope_zh or one.scope_en else one.model_copy(update=UNDEFINED)


def _free(some: Mapping[str, R], held: Iterable[R]) -> dict[str, R]:
    taken = {spelt(name) for one in held for name in names_of(one)}
    return {key: one for key, one in some.items() if not taken & set(map(spelt, names_of(one)))}


def _called(names: Iterable[str], held: Mapping[str, R], what: str) -> dict[str, R]:
    found: dict[str, R] = {}
    for name in names:
        try:
            key = find_called(name, held, what, "")
        except BadInput:
            continue
        found[key] = held[key]
    return found

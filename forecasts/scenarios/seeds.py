"""Everything in seeds/, read at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from forecasts.ledger.ledger import Ledger, read_ledger
from forecasts.scenarios.scenario import Scenario, read_scenarios


@dataclass(frozen=True, slots=True)
class Seeds:
    """The ledger and the scenarios that stand beside it."""

    ledger: Ledger
    scenarios: Mapping[str, Scenario]


def read_seeds(folder: Path) -> Seeds:
    """Read ``seeds/``; :class:`~forecasts.ledger.problems.BadInput` with every problem if it is unsound."""
    ledger = read_ledger(folder)
    return Seeds(ledger, read_scenarios(folder / "scenarios", ledger))

"""``forecasts check``: validate seeds and say what they hold."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasts.cli.options import Format, FormatOption, problems_told, tell, to_json

if TYPE_CHECKING:
    from forecasts.ledger.ledger import Ledger
    from forecasts.ledger.past_goals import PastGoal
    from forecasts.ledger.problems import Remark
    from forecasts.ledger.rows import Rows


def check(
    seeds: Annotated[
        Path | None, typer.Option(help="folder to check; default: seeds/ of this project")
    ] = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Validate seeds and say what they hold; what is doubtful is told, and is no failure."""
    from forecasts.intake.journal import unfinished
    from forecasts.ledger.root import find_root
    from forecasts.publish.glyphs import glyph_remarks
    from forecasts.scenarios.seeds import read_seeds

    with problems_told():
        folder = seeds or find_root() / "seeds"
        held = read_seeds(folder)
        remarks = (*held.remarks, *glyph_remarks(folder), *unfinished(folder))
    holdings = _holdings(held.ledger) | {"scenarios": len(held.scenarios)}
    if held.record is not None:
        holdings["past_goals_by_outcome"] = _fared(held.record.past)
    if format is Format.JSON:
        typer.echo(to_json(holdings | {"warnings": [_warning(remark) for remark in remarks]}))
    else:
        typer.echo(_lines(holdings))
    tell((), remarks)


def _warning(remark: "Remark") -> dict[str, Any]:
    """Return a remark for programs."""
    return {"kind": remark.kind, "rows": len(remark.rows), **asdict(remark.problem)}


def _holdings(ledger: "Ledger") -> dict[str, Any]:
    """Count what a ledger holds."""
    observations = ledger.observations.values()
    days = sorted(o.as_of for o in observations)
    return {
        "indicators": len(ledger.indicators),
        "regions": len(ledger.regions),
        "sources": len(ledger.sources),
        "observations": len(ledger.observations),
        "observations_by_origin": dict(sorted(Counter(o.origin.value for o in observations).items())),
        "first_as_of": days[0].isoformat() if days else None,
        "last_as_of": days[-1].isoformat() if days else None,
        "goals": len(ledger.goals),
        "goals_by_outcome": dict(sorted(Counter(g.outcome.value for g in ledger.goals.values()).items())),
        "headline_goals": list(ledger.headline_goals()),
    }


def _fared(past: "Rows[PastGoal]") -> dict[str, int]:
    """Count what became of past goals."""
    return dict(sorted(Counter(str(met) for met in past.words("met").tolist()).items()))


def _lines(holdings: dict[str, Any]) -> str:
    """Write holdings for people: one a line."""

    def flat(value: Any) -> str:
        if isinstance(value, dict):
            return ", ".join(f"{k} {v}" for k, v in value.items())
        return ", ".join(value) if isinstance(value, list) else str(value)

    return "\n".join(f"{key.replace('_', ' ')}: {flat(value)}" for key, value in holdings.items())

"""All results and failures of a run become one brief."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from forecasts.attainment.result import Attainment
from forecasts.publish.brief import Failure, compose
from forecasts.publish.stamps import Signature
from forecasts.publish.typeset import write_html, write_pdf
from forecasts.publish.words import Language, Words
from forecasts.whatif.changed import Changes


def write_brief(
    results: Iterable[Attainment],
    failures: Iterable[tuple[str, str, str]],
    language: Language,
    templates: Path,
    folder: Path,
    title: str | None = None,
    track_record: Sequence[str] = (),
    signature: Signature | None = None,
    edition: int | None = None,
    changes: Changes | None = None,
) -> tuple[Path, Path]:
    """Write ``brief.<language>.pdf`` and ``.html``.

    Parameters
    ----------
    failures : iterable of (goal, scenario, reason)
        The jobs that failed; the brief says so where their verdicts would stand.
    title : str, optional
        In place of the title that the brief makes of its regions.
    track_record : sequence of str
        Sentences about what earlier verdicts were worth.
    signature : Signature, optional
        Who reviewed it; without one it is stamped as a draft.
    edition : int, optional
        Which edition of its plan it is, 1 for the first.
    changes : Changes, optional
        What changed since the last edition.
    """
    told = tuple(Failure(goal, scenario, reason) for goal, scenario, reason in failures)
    brief = compose(tuple(results), told, Words(language), track_record, signature, edition, changes)
    if title:
        brief = replace(brief, title=title)
    pdf, html = folder / f"brief.{language}.pdf", folder / f"brief.{language}.html"
    write_pdf(brief, pdf, templates)
    write_html(brief, html, templates)
    return pdf, html

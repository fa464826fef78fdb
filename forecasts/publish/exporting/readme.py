"""What is said of an export: what it holds, by which program, and what each column is."""

from collections.abc import Iterable, Iterator, Sequence

from forecasts import __version__
from forecasts.publish.exporting.tables import QUANTILES, Noun, form_of
from forecasts.publish.exporting.verdicts import Answered
from forecasts.publish.words import Words

About = tuple[tuple[str, str], ...]


def of_run(
    name: str,
    answered: Sequence[Answered],
    missing: Iterable[tuple[str, str, str]],
    digest: str,
    words: Words,
) -> About:
    """Return what is said of results.

    Parameters
    ----------
    name : str
        Of the run.
    missing : iterable of (str, str, str)
        Jobs that are not as they were: whether each is ``failed``, left ``none`` or was ``changed``, and the
        error.
    digest : str
        Of all results.
    """
    results = [one.result for one in answered]
    days = sorted({result.known_on for result in results})
    made_by = dict.fromkeys(result.versions.get("forecasts", "") for result in results)
    return (
        (words.say("export.of"), words.say("export.of.run", name=name, count=str(len(results)))),
        (words.say("column.known_on"), words.together([day.isoformat() for day in days])),
        (words.say("export.made_by"), words.together([f"forecasts {version}" for version in made_by])),
        *_written_by(digest, words),
        *((words.say("export.missing"), _lack(*lack, words)) for lack in missing),
        *_how(words),
        (words.say("export.computed"), words.say("export.computed.text")),
    )


def _lack(job: str, what: str, error: str, words: Words) -> str:
    if what == "failed":
        why = words.say("export.missing.failed", error=error)
    else:
        why = words.say("export.missing.none" if what == "none" else "export.missing.changed")
    return words.say("export.job", job=job, why=why)


def of_seeds(known_on: str, digest: str, words: Words) -> About:
    """Return what is said of a ledger; `known_on` is empty where all that is held is told."""
    day = words.say("export.since", day=known_on) if known_on else words.say("export.all")
    return (
        (words.say("export.of"), words.say("export.of.seeds")),
        (words.say("column.known_on"), day),
        *_written_by(digest, words),
        *_how(words),
    )


def _written_by(digest: str, words: Words) -> Iterator[tuple[str, str]]:
    yield words.say("export.program"), f"forecasts {__version__}"
    yield words.say("export.hash"), f"sha256:{digest}"


def _how(words: Words) -> Iterator[tuple[str, str]]:
    yield words.say("export.numbers"), words.say("export.numbers.text")
    yield words.say("export.texts"), words.say("export.texts.text")


def sheet_name(noun: Noun, words: Words) -> str:
    """Return what a table is called."""
    return words.say(f"noun.{noun.name}")


def heading(column: str, words: Words) -> str:
    """Return what a column is called."""
    if column in QUANTILES:
        return words.say("quantile", percent=f"{100 * QUANTILES[column]:g}")
    return words.say(f"column.{column}")


def meaning(noun: Noun, column: str, words: Words) -> str:
    """Return what a column means, in this table."""
    if column in QUANTILES:
        return words.say("quantile.means", percent=f"{100 * QUANTILES[column]:g}")
    special = f"column_means.{noun.name}.{column}"
    return words.say(special) if words.has(special) else words.say(f"column_means.{column}")


def columns_told(noun: Noun, words: Words) -> Iterator[tuple[str, str, str, str]]:
    """Yield of each column its name, its heading, what its cells are and what it means."""
    for column in noun.columns:
        form = words.say(f"form.{form_of(column)}")
        yield column, heading(column, words), form, meaning(noun, column, words)

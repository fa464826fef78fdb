"""Answers as tables: of files that somebody brings, or of seeds/."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd

from forecasts.attainment.explain import Explanation, explain
from forecasts.attainment.many import Elsewhere, Many, answer_many
from forecasts.attainment.notes import notes_of
from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import Reader
from forecasts.attainment.question import find_question
from forecasts.attainment.recall import MOVED, record_of, with_record
from forecasts.attainment.row import COLUMNS, row_of
from forecasts.cli.options import gathered
from forecasts.cli.outs import check_file, is_answers
from forecasts.ledger.past_goals import faults_of_headings
from forecasts.ledger.problems import BadInput, Problem, Unanswerable, nearest
from forecasts.ledger.sheets import open_tables
from forecasts.ledger.tables import Table, read_table, write_table
from forecasts.scenarios.seeds import Seeds

ENDINGS = (".csv", ".parquet", ".json")


def check_out(path: Path, inputs: Iterable[Path | None]) -> None:
    """Refuse a file whose ending names no format, or that must not be replaced."""
    if path.suffix not in ENDINGS:
        raise BadInput([Problem("--out", "must end in .csv, .parquet or .json", str(path), "rename it")])
    check_file(path, "a table of answers", is_answers, inputs)


def answer_files(
    observations: Path, goals: Path, out: Path, indicators: Path | None, reference: Path | None,
    regions: Path | None, record: Path | None, known_on: dt.date | None, jobs: int,
    progress: Callable[[int, int], None], elsewhere: Elsewhere | None = None,
) -> Many:  # fmt: skip
    """Answer the goals of a table and write the answers; return them, with what is told of the rows.

    Raises
    ------
    BadInput
        If a file or a column is missing: nothing is written.
    """
    read: list[Table | None] = []
    problems: list[Problem] = []
    given = (observations, goals, indicators, reference, regions, record)
    with gathered(problems):
        check_out(out, given)
    kinds_of = ("observations", "goals", "indicators", "observations", "regions", "record")
    for path, kind in zip(given, kinds_of, strict=True):
        try:
            read.append(read_table(path, kind=kind) if path else None)
        except BadInput as bad:
            problems += bad.problems
            read.append(None)
    seen, asked, kinds, peers, places, past = read
    if past is not None:
        problems += faults_of_headings(past)
    opened = open_tables([t for t in (seen, peers) if t is not None], asked, kinds, places, unread=problems)
    came = answer_many(opened, known_on, jobs, progress, elsewhere)
    if past is not None:
        came = with_record(came, opened, past, known_on)
    write_table(came.table, out)
    return came


def outlooks_of(
    seeds: Seeds, goal: str | None, scenario: str | None, known_on: dt.date | None, silent: list[Problem]
) -> Iterator[Outlook]:
    """Yield the outlooks of the headline goals, or of one, under every scenario that is for it, or one.

    Why one has no answer is noted in `silent`, and keeps no other from its own.
    """
    ledger, reader = seeds.ledger, Reader(seeds.ledger)
    if goal is not None and goal not in ledger.goals:
        raise BadInput([Problem("--goal", "there is no such goal", goal, nearest(goal, ledger.goals))])
    goals = (goal,) if goal is not None else ledger.headline_goals()
    day = known_on or ledger.newest_publication(goals)
    for name in goals:
        for asked in (scenario,) if scenario else seeds.scenarios_of(name, headline=True):
            try:
                yield outlook(reader, find_question(seeds, name, asked, day))
            except Unanswerable as refused:
                silent += [problem for problem in refused.problems if problem not in silent]


def explanations(
    seeds: Seeds, goal: str | None, scenario: str | None, known_on: dt.date | None, silent: list[Problem]
) -> list[Explanation]:
    """Explain what :func:`outlooks_of` yields."""
    asked = outlooks_of(seeds, goal, scenario, known_on, silent)
    return [explain(found, record_of(seeds, found.question.known_on)) for found in asked]


def headline_of(seeds: Seeds, found: Outlook) -> float:
    """Return the probability that is told first: where there is a record that speaks, with it."""
    record = record_of(seeds, found.question.known_on)
    return found.probability if record is None else record.headline(found)


def table_of(seeds: Seeds, found: list[Outlook], headlines: list[float]) -> pd.DataFrame:
    """Lay outlooks out as the table of many goals, with the scenario as one more column.

    Where there is a record, the probability without it has a column of its own after the headline.
    """
    words, notes = notes_of(seeds.read)
    place = {name: row for row, name in enumerate(seeds.ledger.goals)}
    rows: list[dict[str, object]] = []
    for one, headline in zip(found, headlines, strict=True):
        goal, answer = one.question.goal.id, row_of(one)
        alone = answer["probability"]
        said = (str(answer["note"]), words[place[goal]], "" if headline == alone else MOVED)
        note = "; ".join(part for part in said if part)
        of = {"goal": goal, "scenario": one.question.scenario.id, "probability": headline}
        rows.append({**answer, **of, "probability_alone": alone, "note": note, "notes": notes[place[goal]]})
    recorded = any(record_of(seeds, one.question.known_on) is not None for one in found)
    beside = ("probability_alone",) if recorded else ()
    return pd.DataFrame(rows, columns=["goal", "scenario", "probability", *beside, *COLUMNS[2:]])

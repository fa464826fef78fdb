"""The walk through a report's quantities on a terminal: each in its sentence, and what it would become."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from forecasts.intake.drafting import Drafted, told_of
from forecasts.intake.entries import Entry, sentence_at
from forecasts.intake.walking import ACCEPT, LIKELY, SKIP, Keep, Walk
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.ledger.records import Goal, Indicator, Observation, Region

#: What is shown of an entry, in this order.
SHOWN = (
    "kind", "indicator", "region", "value", "high", "unit", "qualifier", "comparison", "date", "headline",
    "date_inferred", "period_start", "origin", "quote", "note_zh", "note_en", "accepted",
)  # fmt: skip

KEYS = (
    ("a", "接受 accept"), ("e", "修改 edit"), ("s", "跳过 skip"), ("b", "上一条 back"),
    ("n", "新指标 new indicator"), ("p", "新地区 new place"), ("q", "存好退出 keep and leave"),
)  # fmt: skip

#: Characters of the text that are shown around a number.
AROUND = 160


R = TypeVar("R", Indicator, Region)


class Left(Exception):
    """Somebody leaves the walk; what was decided is kept."""


@dataclass(frozen=True)
class Asking:
    """Questions on a terminal; the end of the input is the wish to leave."""

    console: Console

    def ask(self, question: str, default: str = "") -> str:
        """Return an answer in one line; an empty one is the default."""
        shown = f"{question} [{default}]: " if default else f"{question}: "
        try:
            return self.console.input(Text(shown)).strip() or default
        except EOFError:
            raise Left from None

    def tell(self, problems: tuple[Problem, ...]) -> None:
        """Show what is wrong."""
        for problem in problems:
            self.console.print(Text(f"! {problem}", style="red"))


def walk(way: Walk, asking: Asking, keep: Keep) -> Walk:
    """Let a person decide about one quantity after the other, from the first that is open.

    Parameters
    ----------
    keep : callable
        Is given all decisions after each of them.

    Returns
    -------
    Walk
        At its end.

    Raises
    ------
    Left
        If the person leaves before.
    """
    way = way.resumed()
    while not way.ended:
        before = way.decisions
        way = _step(way, asking)
        if way.decisions is not before:
            keep(way.decisions)
    return way


def _step(way: Walk, asking: Asking) -> Walk:
    """Show one quantity until it is decided, or another one is looked at."""
    fields: dict[str, Any] = dict(way.fields)
    show = True
    while True:
        entry, drafted, problems = _looked_at(way, fields)
        if show:
            _show(way, asking.console, entry, drafted)
            asking.tell(problems)
        show = True
        match asking.ask(" · ".join(f"{key} {word}" for key, word in KEYS)).casefold():
            case "a" if drafted is not None:
                return way.decided(ACCEPT, fields)
            case "a":
                asking.tell((Problem("a", "it cannot become a row as it is", remedy="e, n, p or s"),))
                show = False
            case "e":
                fields = _edited(way, asking, fields)
            case "s":
                return way.decided(SKIP, {})
            case "b":
                return way.moved(-1)
            case "n":
                if (indicator := _new_indicator(way, asking, entry)) is not None:
                    way, fields = way.with_indicator(indicator), fields | {"indicator": indicator.id}
            case "p":
                if (region := _new_region(asking, entry)) is not None:
                    way, fields = way.with_region(region), fields | {"region": region.id}
            case "q":
                raise Left
            case other:
                asking.tell((Problem("?", "is none of the letters", other, "type one of them, and Enter"),))
                show = False


def _looked_at(
    way: Walk, fields: Mapping[str, Any]
) -> tuple[Entry | None, Drafted | None, tuple[Problem, ...]]:
    """Return a quantity as an entry, what would come of it, and what is wrong with it."""
    try:
        entry = way.entry(fields)
    except BadInput as bad:
        return None, None, bad.problems
    drafted, problems = way.tried(entry)
    return entry, drafted, problems


def _show(way: Walk, console: Console, entry: Entry | None, drafted: Drafted | None) -> None:
    """Show a quantity in its sentence, its fields, and what it meets in the ledger."""
    one = way.candidates[way.at]
    console.print()
    console.rule(Text(f"{way.at + 1} / {len(way.candidates)}   {one.kind}   {one.confidence:.0%}"))
    console.print(marked(way.published.text, one.start, one.end))
    if entry is not None:
        table = Table(box=None, show_header=False, pad_edge=False)
        for name in SHOWN:
            value = getattr(entry, name)
            if value not in (None, "", False):
                table.add_row(Text(name, style="dim"), Text(str(getattr(value, "value", value))))
        console.print(table)
    if drafted is None:
        return
    for row in (*drafted.rows["observations"], *drafted.rows["goals"]):
        console.print(Text(f"→ {_row(row)}", style="bold"))
    for beside in drafted.duplicates:
        console.print(Text(f"= 已有 there already: {beside}", style="yellow"))
    for beside in drafted.conflicts:
        console.print(Text(f"≠ 与已有的数不同，两者都保留 differs, both are kept: {beside}", style="yellow"))


def _row(row: Any) -> str:
    """Say in short what a row is."""
    if isinstance(row, Goal):
        return f"{row.id}: {row.comparison.sign} {row.value:f}, {row.deadline}"
    assert isinstance(row, Observation)
    return f"{row.id}: {row.value:f} ({row.qualifier}), {row.as_of}"


def marked(text: str, start: int, end: int) -> Text:
    """Return the sentence around some words, with these marked; a text is shown as it is, never as markup."""
    first, last = sentence_at(text, start, end, AROUND)
    shown = Text(_visible(text[first:start]))
    shown.append(_visible(text[start:end]), style="bold reverse")
    shown.append(_visible(text[end:last]))
    return shown


def _visible(text: str) -> str:
    """Return a text without what would move the cursor of a terminal."""
    return "".join(c if c.isprintable() or c == "\u3000" else " " for c in text)


def _edited(way: Walk, asking: Asking, fields: dict[str, Any]) -> dict[str, Any]:
    """Ask for fields until an empty line; what is not sound is told, and not taken."""
    while line := asking.ask("字段=值，空行结束 field=value, empty line: done"):
        name, sign, value = (part.strip() for part in line.partition("="))
        if not sign or name not in Entry.model_fields:
            remedy = nearest(name, SHOWN) if sign else "write field=value, e.g. date=2023-12-31"
            asking.tell((Problem("edit", "there is no such field", name, remedy),))
            continue
        try:
            way.entry({**fields, name: value})
        except BadInput as bad:
            asking.tell(bad.problems)
            continue
        fields = {**fields, name: value}
    return fields


def _new_indicator(way: Walk, asking: Asking, entry: Entry | None) -> Indicator | None:
    """Ask for a new indicator."""
    words = "" if entry is None else entry.indicator
    kind = LIKELY[entry.kind].value if entry is not None else "stock"
    return _asked(
        asking,
        Indicator,
        {
            "id": ("id: a-z, 0-9, _", ""),
            "name_zh": ("名称 name", words),
            "unit_zh": ("单位 unit", "" if entry is None else entry.unit),
            "kind": ("kind: stock, cumulative, flow, share, rate", kind),
            "scope_zh": ("口径 what is counted and what not", ""),
        },
    )


def _new_region(asking: Asking, entry: Entry | None) -> Region | None:
    """Ask for a new region."""
    words = "" if entry is None else entry.region
    questions = {
        "id": ("id: a-z, 0-9, -", ""), "name_zh": ("名称 name", words),
        "parent": ("上级地区 id of the region that contains it", ""),
    }  # fmt: skip
    return _asked(asking, Region, questions)


def _asked(asking: Asking, kind: Callable[..., R], questions: Mapping[str, tuple[str, str]]) -> R | None:
    """Ask for the fields of a record; None where they are not sound, which is told."""
    answers = {name: asking.ask(question, default) for name, (question, default) in questions.items()}
    if missing := [name for name, answer in answers.items() if not answer and name != "parent"]:
        asking.tell(tuple(Problem("new", "is missing", column=name) for name in missing))
        return None
    try:
        return kind(**{name: answer for name, answer in answers.items() if answer})
    except ValidationError as error:
        asking.tell(tuple(told_of(error, "new")))
        return None

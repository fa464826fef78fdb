"""What is told when something cannot be done: which place, which rule, which value, what to do."""

import difflib
import re
import unicodedata
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in what somebody wrote.

    Parameters
    ----------
    place : str
        File, option or parameter, e.g. ``"seeds/goals.csv"``.
    rule : str
        The rule that is broken, as a sentence.
    value : str
        The value as it was written.
    remedy : str
        What to do about it.
    line : int, optional
        Line in the file, counted from 1.
    column : str, optional
        Column, key or field.
    """

    place: str
    rule: str
    value: str = ""
    remedy: str = ""
    line: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        where = self.place
        if self.line is not None:
            where += f":{self.line}"
        if self.column:
            where += f" [{shortened(self.column)}]"
        got = f" (got {shortened(self.value)!r})" if self.value != "" else ""
        remedy = f" - {shortened(self.remedy, 400)}" if self.remedy else ""
        return f"{_shown(where)}: {_shown(shortened(self.rule, 400))}{got}{_shown(remedy)}"


@dataclass(frozen=True, slots=True)
class Remark:
    """What is told of a table although nothing is refused: how cells were read, or what is doubtful in them.

    Parameters
    ----------
    problem : Problem
        What is told, with the first of the rows: once per column and kind.
    rows : tuple of int
        Positions in the table of the rows that it is about, in order; empty = of the whole table.
    kind : {"converted", "doubtful"}
        Whether cells were understood in another form than the plain one, or are believed with a doubt.
    """

    problem: Problem
    rows: tuple[int, ...] = ()
    kind: Literal["converted", "doubtful"] = "doubtful"

    def __str__(self) -> str:
        more = f" ({len(self.rows)} rows)" if len(self.rows) > 1 else ""
        return f"warning: {self.problem}{more}"


class Refusal(ValueError):
    """Something is not answered; carries every :class:`Problem` at once.

    Attributes
    ----------
    problems : tuple of Problem
        All that is wrong, in the order of the places.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class BadInput(Refusal):
    """What somebody wrote breaks rules: a file, a column, a row, an option, a name."""


class Unanswerable(Refusal):
    """The rows are sound, but they cannot answer the question: no figure and no class, a passed deadline."""


def warn_of(remarks: Iterable[Remark], depth: int) -> None:
    """Tell remarks to whoever is in Python, each as a warning of the line of theirs that read the tables.

    Parameters
    ----------
    depth : int
        How many calls lie between that line and this one.
    """
    for remark in remarks:
        warnings.warn(str(remark).removeprefix("warning: "), UserWarning, stacklevel=depth + 1)


def shown(value: object) -> str:
    """Return any value as a text, even where it has none, as a whole number of too many digits."""
    try:
        return str(value)
    except Exception:  # a value that somebody's program made
        return f"a value of the type {type(value).__name__}"


def shortened(value: object, limit: int = 60) -> str:
    """Show a value, but not a whole document."""
    text = shown(value)
    return text if len(text) <= limit else text[:limit] + "..."


def _shown(text: str) -> str:
    """Show a text as it is but for what would move a terminal's cursor or turn the order of its letters."""
    return "".join(c if c.isprintable() or c.isspace() else ascii(c)[1:-1] for c in text)


def folded(name: str) -> str:
    """Return a name as somebody may have meant it: in one case and width, with _ between its words."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    return "_".join(re.split(r"[\s_-]+", plain))


def nearly(name: str, valid: Iterable[str]) -> bool:
    """Whether a name is one of the valid ones but for a slip of the pen."""
    return bool(difflib.get_close_matches(folded(name), list(valid), n=1, cutoff=0.88))


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return a remedy that names the valid name nearest to `name`, or all of a short list."""
    names = sorted(valid)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "there is none to choose from"
    shown = ", ".join(names[:8])
    return f"choose one of: {shown}" + (", ..." if len(names) > 8 else "")

"""Quotes are the words of their source and nothing else, and stand in its text where that is held.

``seeds/texts/<source>.txt`` holds the words of a page as they were published, in UTF-8, and
``seeds/record/texts/`` those of past goals. Whoever reviews a row then need not trust its quote: that is
looked for in the text. Where the text is not held, what only an editor writes is found all the same:
arithmetic, and remarks in brackets.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from forecasts.ledger.problems import Problem, nearest
from forecasts.ledger.records import Source
from forecasts.ledger.rows import Column, Rows
from forecasts.ledger.tables import Table

#: What stands in a quote for words that were left out.
GAP = re.compile(r"\s*(?:\.{3,}|…+|。{3,}|\[\.\.\.\]|\(\.\.\.\))\s*")

#: A sum as an editor writes it, ``7355-630=6725`` or ``116000/0.29≈400000``.
ARITHMETIC = re.compile(r"\d%?\s*[-+*/^×÷−–·]\s*\d[^=≈]{0,40}[=≈]\s*\d")

#: A remark that says itself to be an editor's; ``[2023]47号`` is the number of a document.
REMARK = re.compile(
    r"\[[^\]]*[^\W\d][^\]]*\]|[(〔【](?:编者?注|编者?按|引者?注|作者注|注[:：]|sic\b|ed(?:itor)?[.:])",
    re.IGNORECASE,
)


def read_texts(folder: Path, sources: Collection[str] | None) -> tuple[Mapping[str, str], list[Problem]]:
    """Read the texts of a folder, if it is there.

    Parameters
    ----------
    folder : Path
        ``seeds/texts`` or ``seeds/record/texts``.
    sources : collection of str, optional
        The ids that stand in ``sources.csv``, sound or not; none = that table could not be read.

    Returns
    -------
    texts : mapping
        By source, as :func:`squeezed`.
    problems : list of Problem
        Files that cannot be read, and files whose name is no source.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        place = f"{folder.parent.name}/{folder.name}/{path.name}"
        if path.name.startswith("."):
            continue
        if path.suffix != ".txt" or not path.is_file():
            problems.append(Problem(place, "is no text of a source", remedy="texts are named <source>.txt"))
            continue
        if sources is not None and path.stem not in sources:
            rule = "there is no source of this name in sources.csv"
            problems.append(Problem(place, rule, path.stem, nearest(path.stem, sources)))
            continue
        try:
            texts[path.stem] = squeezed(path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError:
            problems.append(Problem(place, "the file is not UTF-8", remedy="save it as text in UTF-8"))
        except OSError as error:
            problems.append(Problem(place, f"cannot be read: {error.strerror}", remedy="check the file"))
    return texts, problems


@dataclass(frozen=True)
class Quotes:
    """A column of words and the column that names whose they are; rows without words say nothing.

    Attributes
    ----------
    column : str
        The heading of the words.
    said, sources : sequence of str
        Of each row: the words, as written, and the id of their source.
    """

    column: str
    said: Sequence[str]
    sources: Sequence[str]

    @classmethod
    def of(cls, rows: Rows[Any]) -> "Quotes":
        """Return the quotes of sheets that demand them."""
        said, sources = (rows.columns[name] for name in ("quote", "source"))
        order = range(len(rows))
        return cls("quote", [str(said.at(r) or "") for r in order], [str(sources.at(r)) for r in order])

    @classmethod
    def written(cls, table: Table, column: str, source: str) -> "Quotes | None":
        """Return the quotes of a table that may lack them; none = it does."""
        if not {column, source} <= set(table.frame.columns):
            return None
        said, sources = (table.frame[name].fillna("").astype(str).tolist() for name in (column, source))
        return cls(column, said, sources)


def refuse_unproved(table: Table, quotes: Quotes, texts: Mapping[str, str]) -> None:
    """Refuse rows whose quote does not stand in the text of their source, where that text is there."""
    if not texts:
        return
    bad = np.array(
        [said != "" and _proved(said, texts.get(whose)) is False for said, whose in _pairs(quotes)], bool
    )

    def remedy(row: int) -> str:
        return f"quote the words of texts/{quotes.sources[row]}.txt; ... stands for words that are left out"

    table.refuse(bad, quotes.column, "does not stand in the text of its source", remedy)


def refuse_edited(table: Table, quotes: Quotes, texts: Mapping[str, str]) -> None:
    """Refuse rows whose quote holds what an editor wrote, unless the source's text proves the words."""
    odd = [_edited(said) for said in quotes.said]
    for sort, rule in (
        ("sum", "holds arithmetic, which is not its source's"),
        ("remark", "holds an editor's remark in brackets"),
    ):
        bad = [
            o == sort and not _proved(q, texts.get(s)) for o, (q, s) in zip(odd, _pairs(quotes), strict=True)
        ]
        remedy = "quote the source's words and nothing else; move the rest to a note"
        table.refuse(np.array(bad, bool), quotes.column, rule, remedy)


def _pairs(quotes: Quotes) -> Iterator[tuple[str, str]]:
    return zip(quotes.said, quotes.sources, strict=True)


def _proved(quote: str, text: str | None) -> bool | None:
    """Whether a quote stands in the text of its source; None = that is not held."""
    return None if text is None else stands_in(quote, text)


@cache
def _edited(quote: str) -> str:
    """Return which sort of an editor's words a quote holds; empty if none."""
    plain = GAP.sub(" ", unicodedata.normalize("NFKC", quote))
    if ARITHMETIC.search(plain):
        return "sum"
    return "remark" if REMARK.search(plain) else ""


def held_in(rows: Rows[Source], texts: Mapping[str, str]) -> Rows[Source]:
    """Return sources with the word whether their texts are held."""
    named = rows.columns["id"]
    there = np.array([str(named.at(row)) in texts for row in range(len(rows))], np.intp)
    return replace(rows, columns={**rows.columns, "held": Column((False, True), there)}, _arrays={})


def stands_in(quote: str, text: str) -> bool:
    """Whether the parts of a quote stand in a text, in their order.

    Parameters
    ----------
    quote : str
        With ``...`` or ``……`` where words were left out.
    text : str
        As :func:`squeezed`.

    Examples
    --------
    >>> stands_in("引育企业6092家……1036家", squeezed("引育 企业６０９２家、高新技术企业1036家。"))
    True
    """
    at = 0
    parts = [squeezed(part) for part in GAP.split(quote)]
    for part in parts:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return any(parts)


def squeezed(text: str) -> str:
    """Return a text by which words are compared: in one width and form, without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))

"""The texts of sources, where they are public: each quote that was read from one stands in it.

``seeds/texts/<source>.txt`` holds the words of a page as they were published, in UTF-8. Whoever reviews a row
then need not trust its quote: that is looked for in the text.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from forecasts.ledger.problems import Problem, nearest
from forecasts.ledger.rows import Rows
from forecasts.ledger.tables import Table

#: What stands in a quote for words that were left out.
GAP = re.compile(r"\s*(?:\.{3,}|…+|。{3,}|\[\.\.\.\]|\(\.\.\.\))\s*")


def read_texts(folder: Path, sources: Collection[str] | None) -> tuple[Mapping[str, str], list[Problem]]:
    """Read the texts of a folder, if it is there.

    Parameters
    ----------
    folder : Path
        ``seeds/texts``.
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


def refuse_unproved(table: Table, rows: Rows[Any], texts: Mapping[str, str]) -> None:
    """Refuse rows whose quote does not stand in the text of their source, where that text is there."""
    if not texts or not len(rows):
        return
    quotes, sources = rows.columns["quote"], rows.columns["source"]
    bad = np.zeros(len(rows), bool)
    for row in range(len(rows)):
        text = texts.get(str(sources.at(row)))
        bad[row] = text is not None and not stands_in(str(quotes.at(row) or ""), text)

    def remedy(row: int) -> str:
        return f"quote the words of texts/{sources.at(row)}.txt; ... stands for words that are left out"

    table.refuse(bad, "quote", "does not stand in the text of its source", remedy)


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

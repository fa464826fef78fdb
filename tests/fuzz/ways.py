"""Sixty ways in which one cell goes wrong: slips of the hand, of a program, of a copy, and ill will."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

#: A way takes the cell and its column's cells, and returns what stands there instead.
Way = Callable[[str, Sequence[str]], str]


def another(cell: str, column: Sequence[str]) -> str:
    """Return what another row of the column says, or the cell where all say the same."""
    return next((c for c in column if c.strip() and c != cell), cell)


def misspelt(cell: str, column: Sequence[str]) -> str:
    """Swap two letters in the middle."""
    k = max(len(cell) // 2, 1)
    return cell[: k - 1] + cell[k : k + 1] + cell[k - 1 : k] + cell[k + 1 :]


def wide(text: str) -> str:
    """Write ASCII in full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def swapped(cell: str) -> str:
    """Swap the first two digits that differ."""
    for k in range(len(cell) - 1):
        if cell[k].isdigit() and cell[k + 1].isdigit() and cell[k] != cell[k + 1]:
            return cell[:k] + cell[k + 1] + cell[k] + cell[k + 2 :]
    return cell


def times(factor: float) -> Way:
    """Return a way that multiplies a number; other cells stay."""

    def way(cell: str, column: Sequence[str]) -> str:
        try:
            return f"{float(cell) * factor:.10g}"
        except ValueError:
            return cell

    return way


def day(change: Callable[[int, int, int], str]) -> Way:
    """Return a way that writes a day otherwise; other cells stay."""

    def way(cell: str, column: Sequence[str]) -> str:
        found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", cell)
        return change(*map(int, found.groups())) if found else cell

    return way


def thousands(cell: str) -> str:
    """Write a number with a comma before its last three digits."""
    found = re.fullmatch(r"([0-9]+)([0-9]{3})(\.[0-9]+)?", cell)
    return f"{found[1]},{found[2]}{found[3] or ''}" if found else cell


def always(text: str) -> Way:
    """Return a way that writes the same everywhere."""
    return lambda cell, column: text


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "empty": always(""),
        "blank": always("   "),
        "upper case": lambda cell, _: cell.upper(),
        "capital": lambda cell, _: cell.capitalize(),
        "full width": lambda cell, _: wide(cell),
        "space after": lambda cell, _: cell + " ",
        "space before": lambda cell, _: " " + cell,
        "no-break space after": lambda cell, _: cell + "\u00a0",
        "zero-width space after": lambda cell, _: cell + "\u200b",
        "zero-width space within": lambda cell, _: cell[:1] + "\u200b" + cell[1:],
        "ideographic space before": lambda cell, _: "\u3000" + cell,
        "byte order mark before": lambda cell, _: "\ufeff" + cell,
        "soft hyphen within": lambda cell, _: cell[:1] + "\u00ad" + cell[1:],
        "tab after": lambda cell, _: cell + "\t",
        "line break after": lambda cell, _: cell + "\n",
        "line break within": lambda cell, _: cell[:2] + "\n" + cell[2:],
        "line separator within": lambda cell, _: cell[:2] + "\u2028" + cell[2:],
        "right to left": lambda cell, _: "\u202e" + cell,
        "emoji": lambda cell, _: cell + "\U0001f600",
        "combining mark": lambda cell, _: cell + "\u0301",
        "look-alike letter": lambda cell, _: cell.replace("o", "\u043e").replace("a", "\u0430"),
        "NUL": lambda cell, _: cell + "\x00",
        "bell": lambda cell, _: cell + "\x07",
        "apostrophe before": lambda cell, _: "'" + cell,
        "quoted": lambda cell, _: f'"{cell}"',
        "misspelt": misspelt,
        "last letter lost": lambda cell, _: cell[:-1],
        "doubled": lambda cell, _: cell + cell,
        "another row's": another,
        "digits swapped": lambda cell, _: swapped(cell),
        "times ten": times(10),
        "a tenth": times(0.1),
        "times ten thousand": times(1e4),
        "one per cent more": times(1.01),
        "sign": lambda cell, _: "-" + cell,
        "decimal comma": lambda cell, _: cell.replace(".", ","),
        "thousands comma": lambda cell, _: thousands(cell),
        "per cent": lambda cell, _: cell + "%",
        "wan": lambda cell, _: cell + "万",
        "exponent": lambda cell, _: cell + "e3",
        "zero": always("0"),
        "minus one": always("-1"),
        "Unix time": always("1672531200"),
        "serial day": always("44926"),
        "nan": always("nan"),
        "n/a": always("n/a"),
        "infinity": always("inf"),
        "true": always("true"),
        "four hundred digits": always("9" * 400),
        "today": always("today"),
        "next day": day(lambda y, m, d: f"{y}-{m:02}-{d - 1:02}" if d > 1 else f"{y}-{m:02}-02"),
        "year alone": day(lambda y, m, d: f"{y}"),
        "day first": day(lambda y, m, d: f"{d:02}/{m:02}/{y}"),
        "month first": day(lambda y, m, d: f"{m:02}/{d:02}/{y}"),
        "a century before": day(lambda y, m, d: f"{y - 100}-{m:02}-{d:02}"),
        "a century after": day(lambda y, m, d: f"{y + 100}-{m:02}-{d:02}"),
        "a year after": day(lambda y, m, d: f"{y + 1}-{m:02}-{d:02}"),
        "no such day": day(lambda y, m, d: f"{y}-02-30"),
        "with an offset": day(lambda y, m, d: f"{y}-{m:02}-{d:02}T23:30:00-11:00"),
        "200 kB": always("x" * 200_000),
        "formula": always("=1+1"),
        "SQL": always("'; DROP TABLE goals; --"),
        "path": always("../../x"),
        "HTML": always("<script>alert(1)</script>"),
        "markup": always('#read("x") $x$ @y *z*'),
    }
)
assert len(WAYS) >= 60

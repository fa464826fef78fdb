"""Numbers as people write them: 1,036 · １０３６ · 6.3万 · 45 % · 128 GW, or why one cannot be read.

A column is read as a whole: whether 1.036 is a thousand or one and a bit, its neighbours may say. What is not
plain is refused, never guessed. Fields of records that are made in Python stay strict.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple


class Unit(NamedTuple):
    """What followed a number: its text as it was written, the unit without the power of ten, that power."""

    text: str
    base: str
    power: int


@dataclass
class Readings:
    """How the distinct cells of a column were understood.

    Attributes
    ----------
    values : list
        What each cell means; None where it could not be read.
    told : dict
        Of cells that are not written plainly, the form they were read in.
    faults : dict
        Of cells that could not be read, the rule that they break, and what to do.
    units : dict
        Of cells that carry a unit, which.
    """

    values: list[object]
    told: dict[int, str] = field(default_factory=dict)
    faults: dict[int, tuple[str, str]] = field(default_factory=dict)
    units: dict[int, Unit] = field(default_factory=dict)


class Unread(ValueError):
    """A cell cannot be read: the rule that it breaks, and what to do."""

    def __init__(self, rule: str, remedy: str) -> None:
        super().__init__(rule)
        self.rule, self.remedy = rule, remedy


#: Longer cells are no number and no day, but somebody's prose.
LONGEST = 100

#: A number as programs write it.
PLAIN = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?\s*", re.ASCII)

#: Dashes and minus signs that stand for each other in print.
DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-")

#: Chinese and English words for powers of ten; 千瓦 and the like are units of their own.
POWERS: dict[str, int] = {
    "万亿": 12, "十亿": 9, "百亿": 10, "千亿": 11, "亿": 8, "十万": 5, "百万": 6, "千万": 7, "万": 4, "千": 3,
    "百": 2, "萬": 4, "億": 8, "trillion": 12, "billion": 9, "million": 6, "thousand": 3, "tn": 12, "bn": 9,
    "mn": 6, "mln": 6, "bln": 9, "mio": 6, "mrd": 9,
}  # fmt: skip
_POWER = re.compile(
    rf"({'|'.join(w for w in POWERS if w.isascii())})s?(?![a-z])\.?\s*(.*)"
    rf"|({'|'.join(w for w in POWERS if not w.isascii())})(?<!千(?=[瓦克米卡升焦赫]))(?<!百(?=分))\s*(.*)"
)

_SIGNS = r"US\$|[$€£¥]|(?:RMB|CNY|USD|EUR|GBP)\b"
_NUMBER = re.compile(
    rf"(?P<lead>{_SIGNS})?\s*(?P<sign>[-+]?)\s*(?P<money>{_SIGNS})?\s*"
    r"(?P<digits>[0-9]{1,3}(?:[ '][0-9]{3})+(?:[.,][0-9]+)?(?![0-9])"
    r"|[0-9]+(?:[.,][0-9]+)*(?:e[-+]?[0-9]{1,3}(?![0-9a-z]))?|[.,][0-9]+)\s*(?P<tail>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ENGLISH = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_GERMAN = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?|[0-9]+,[0-9]+")
_DOTTED = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e[-+]?[0-9]+)?", re.IGNORECASE)
_EITHER = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")

_LETTERS = r"[^\W\d_]"
_UNIT = re.compile(
    rf"[%‰]|[$€£¥]|(?:{_LETTERS}{{2,16}}|[^\W\d_a-zA-Z]|[a-zA-Z](?=\^)|t(?![a-z]))(?:\^[23])?\.?"
    rf"(?:[ /·]{{1,3}}(?:{_LETTERS}{{1,16}})(?:\^[23])?\.?){{0,3}}"
)
_PERCENT = re.compile(r"%|pct\.?|per ?cent", re.IGNORECASE)
#: Words behind a number that say how it is meant, not what it counts.
_FLAGS = re.compile(
    r"(?:.*\b(?:est|estimated?|provisional|prelim\w*|approx\w*|about|or|more|less|plus|min|max|revised|to|and|per"
    r"|dozens?|hundreds?|lakhs?|crores?|mill?|mlrd|k|m|b|e|x|th|st|nd|rd|nan|inf|infinity)\b.*|.*[年月日号兆成第零一二三四五六七八九十]"
    r".*)$",
    re.IGNORECASE,
)
_HEDGED_BEFORE = re.compile(
    r"(?:约|近|超|逾|突破|大约|达|不足|不到|将近|接近|不少于|不低于|不超过|至少|[<>~≥≤≈=]|"
    r"(?:about|over|nearly|approx|circa|ca|more than|at least|around|almost|under|below|above|some)\b)",
    re.IGNORECASE,
)
_HEDGED_BEHIND = re.compile(
    r"(?:\S{0,3}[余多]\S{0,3}|.*(?:以上|左右|上下|以下|以内|之间|不到)|\+.*"
    r"|.*\b(?:or|and) (?:more|less|over)|plus)$",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r".*[0-9]\s*(?:[-~/～至到;:]|\bto\b|\s)\s*[-+]?[0-9].*", re.DOTALL)

#: Marks that stand where there is no value, and marks of notes and of brackets about one.
MISSING = re.compile(
    r"[-.…:*/\\x]{1,4}|n\.?\s?[/.]?\s?[adrs]\.?|nan|null|none|nil|na|tbd|#n/a|missing|not available|unknown"
    r"|(?:暂|尚)?无(?:数据)?|缺(?:失|数)?|空|不详|未知|未(?:公布|统计|发布)|待(?:定|公布)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"[(\[【<]\s*[-+]?[0-9][0-9.,' ]*[^0-9]{0,8}[)\]】>]")
_FIGURE = r"[-+]?[0-9][0-9.,' ]*(?:[%家元]\s*)?"
_NOTED = re.compile(
    rf"[*†‡#]+\s*{_FIGURE}"
    rf"|{_FIGURE}(?:[*†‡#?]+|[\[({{【]\s*\w{{1,3}}\s*[\])}}】]|\^\w{{1,2}}|[aceprsuz]\)?)",
    re.IGNORECASE,
)

_GROUPED = "commas set thousands apart"
_PLAIN_HEAD = re.compile(r"([\x20-\x7e]*[0-9])([^0-9]*)", re.DOTALL)
NO_VALUE = (
    "stands where there is no value",
    "write it, or leave it out (of a figure: the whole row); nothing is read as zero",
)
_NO_NUMBER = ("must be a number", "write it in digits, as 1036.5")


def plain_text(cell: str) -> str:
    """Return a cell in one width, with plain spaces and dashes.

    Raises
    ------
    Unread
        If it holds a raised, circled or broken digit, which would pass for another number.
    """
    if cell.isascii():
        return cell.strip()
    if found := _PLAIN_HEAD.fullmatch(cell):  # what follows plain digits is the same in many cells
        return " ".join(found[1].split()) + _plain_wide("0" + found[2])[1:]
    return _plain_wide(cell)


@lru_cache(1_000)
def _plain_wide(cell: str) -> str:
    """See :func:`plain_text`."""
    kept = []
    for before, sign in zip(" " + cell, cell, strict=False):
        if unicodedata.category(sign) == "No":
            power = {"²": "^2", "³": "^3"}.get(sign)
            if power is None or not before.isalpha():
                raise Unread(
                    "holds a digit that is raised, circled or a fraction", "write it in plain digits"
                )
            kept.append(power)
        else:
            kept.append(sign)
    text = unicodedata.normalize("NFKC", "".join(kept).translate(DASHES)).translate(DASHES)
    return " ".join(text.replace("\u2019", "'").split())


def read_numbers(cells: Sequence[Hashable], semicolons: bool = False) -> Readings:
    """Read the distinct cells of a column of numbers.

    Parameters
    ----------
    cells : sequence
        Texts, and what is a number already, which stays.
    semicolons : bool
        Whether the table separates its cells by semicolons, as programs do where the comma is decimal.
    """
    sign = _decimal_sign(cells, semicolons)
    doubtful = sign == "," or (semicolons and not sign)
    found = Readings([None] * len(cells))
    values = found.values
    for i, cell in enumerate(cells):
        if not isinstance(cell, str):
            values[i] = cell
            if not isinstance(cell, int | float | Decimal):
                found.faults[i] = _NO_NUMBER
        elif len(cell) < LONGEST and PLAIN.fullmatch(cell) and not (doubtful and "." in cell):
            values[i] = Decimal(text := cell.strip())
            if text.lstrip("+-")[:1] == "0" and text.lstrip("+-")[1:2].isdigit():
                found.told[i] = "zeros before the number are left out"
        elif not doubtful and len(cell) < LONGEST and _ENGLISH.fullmatch(cell):
            values[i] = Decimal(cell.replace(",", ""))
            found.told[i] = _GROUPED
        else:
            _read(found, i, cell, lambda text: _number(text, sign, semicolons))
    return found


def _read(
    found: Readings, i: int, cell: str, read: Callable[[str], tuple[Decimal, str, Unit | None]]
) -> None:
    """Read one cell, and note how, or why not."""
    try:
        if len(cell) > LONGEST:
            raise Unread(*_NO_NUMBER)
        found.values[i], told, unit = read(cell)
    except Unread as unread:
        found.faults[i] = (unread.rule, unread.remedy)
        return
    if told:
        found.told[i] = told
    if unit is not None:
        found.units[i] = unit


def _decimal_sign(cells: Sequence[Hashable], semicolons: bool) -> str:
    """Return the decimal sign that some cell of a column shows, and none denies; empty if there is none."""
    comma = False
    for cell in cells:
        if (
            not isinstance(cell, str)
            or len(cell) > LONGEST
            or not (semicolons or "," in cell or "，" in cell)
        ):
            continue
        try:
            found = _NUMBER.match(plain_text(cell))
        except Unread:
            continue
        digits = found["digits"] if found else ""
        if " " in digits or "'" in digits or _EITHER.fullmatch(digits):
            continue
        if _GERMAN.fullmatch(digits):
            comma = comma or semicolons or "." in digits
        elif "." in digits or "," in digits:
            return "."
    return "," if comma else ""


def _number(cell: str, sign: str, semicolons: bool) -> tuple[Decimal, str, Unit | None]:
    """Read one number; return it, the form it was read in (empty = plainly), and its unit."""
    text = plain_text(cell)
    found = _NUMBER.fullmatch(text)
    if found is None or re.search("[0-9]", re.sub(r"\^[23]", "", found["tail"])):
        _refuse_by_marks(text)
    if found is None:
        if _HEDGED_BEFORE.match(text) and re.search("[0-9]", text):
            raise _hedged()
        raise Unread(*_NO_NUMBER)
    if re.search("[0-9]", re.sub(r"\^[23]", "", found["tail"])):
        if _SEVERAL.fullmatch(text[found.start("digits") :]):
            raise Unread(
                "holds more than one number", "write one number in a cell; bounds go to low and high"
            )
        raise Unread(*_NO_NUMBER)
    value, told = _digits(found["digits"], sign, semicolons)
    unit = _unit(found["lead"] or found["money"] or "", found["tail"].strip())
    said = [told] if told else []
    if unit is not None:
        if unit.power:
            value = Decimal(f"{value.scaleb(unit.power):f}")
            said.append(f"{unit.text.removesuffix(unit.base).strip()} is read as times {10**unit.power:,}")
        if _PERCENT.fullmatch(unit.base):
            said.append("a percentage is read in percent, 45 % as 45")
        elif unit.base:
            said.append(f"the unit {unit.base} is left out")
    if not said and text != cell.strip():
        said.append("digits and signs are read in their plain width")
    return (-value if found["sign"] == "-" else value), "; ".join(said), unit


def _refuse_by_marks(text: str) -> None:
    """Refuse a cell without a value, one in brackets, one with the mark of a note, each in its own words."""
    if MISSING.fullmatch(text):
        raise Unread(*NO_VALUE)
    if _IN_BRACKETS.fullmatch(text):
        rule = "stands in brackets, which may be a negative number, or a note"
        raise Unread(rule, "write the number alone, with a minus if it is negative")
    if _NOTED.fullmatch(text):
        raise Unread("carries the mark of a note", "write the number alone; notes have columns of their own")


def _hedged() -> Unread:
    return Unread(
        "a word or sign beside the number says how it is meant",
        "write the number alone, and the word in the column qualifier (of a goal: comparison)",
    )


def _digits(digits: str, sign: str, semicolons: bool) -> tuple[Decimal, str]:
    """Read digits with their signs for thousands and decimals."""
    if " " in digits or "'" in digits:
        return Decimal(re.sub("[ ']", "", digits).replace(",", ".")), "thousands are set apart"
    if semicolons and not sign and _EITHER.fullmatch(digits):
        raise Unread(
            "may be thousands or decimals, and no other cell of its column says which",
            "write it without a sign for thousands, and decimals with a point",
        )
    if sign == "," and ("," in digits or "." in digits) and _GERMAN.fullmatch(digits):
        plain = digits.replace(".", "").replace(",", ".")
        return Decimal(plain), "the comma is decimal, and points set thousands apart"
    if sign == "," and "." in digits:
        raise Unread("mixes decimal commas and points", "write decimals of a column in one way")
    if _ENGLISH.fullmatch(digits):
        return Decimal(digits.replace(",", "")), _GROUPED
    if _DOTTED.fullmatch(digits):
        return Decimal(digits), ""
    if _GERMAN.fullmatch(digits):
        raise Unread("may be a decimal comma or a slip", "write decimals with a point, as 1.5")
    raise Unread(*_NO_NUMBER)


def read_unit(text: str) -> Unit:
    """Read a unit that stands alone, as in a heading.

    Raises
    ------
    Unread
        If it is no unit that is known to be one.
    """
    unit = _unit("", plain_text("1 " + text)[1:].strip())
    if unit is None or re.search("[0-9]", re.sub(r"\^[23]", "", unit.text)):
        raise Unread("is no unit", "name a unit")
    return unit


@lru_cache(1_000)
def plain_unit(unit: str) -> str:
    """Return a unit in one width, case and spelling."""
    try:
        text = plain_text(unit).casefold()
    except Unread:
        return unit
    return "%" if text in ("percent", "per cent", "pct", "百分比") else text


def same_unit(one: str, other: str) -> bool:
    """Whether two units are the same but for their spelling."""
    return plain_unit(one) == plain_unit(other)


@lru_cache(1_000)
def _unit(lead: str, tail: str) -> Unit | None:
    """Read what stands around the digits."""
    if not tail:
        return Unit(lead, lead, 0) if lead else None
    if _HEDGED_BEHIND.fullmatch(tail):
        raise _hedged()
    power, base = split_power(tail)
    if _PERCENT.fullmatch(base):
        return Unit(tail, base, power)
    if base and (_FLAGS.fullmatch(base) or not _UNIT.fullmatch(base)):
        _refuse_by_marks("1 " + tail)
        raise Unread(
            "what stands behind the number is no unit that is known to be one",
            "write the number alone; units and remarks have columns of their own",
        )
    if lead and base:
        raise Unread("carries two units", "write the number alone")
    return Unit(tail, base or lead, power)


def split_power(unit: str) -> tuple[int, str]:
    """Return the power of ten that a unit begins with, and the rest: 亿元 is 8 and 元."""
    found = _POWER.fullmatch(unit.lower())
    if found is None:
        return 0, unit
    word, rest = (found[1], found[2]) if found[1] else (found[3], found[4])
    return POWERS[word], unit[len(unit) - len(rest) :]

"""Headings of a table meet the fields of a record: by name, in other words, with a unit; never by guess."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forecasts.ledger.problems import Problem, Remark, folded, nearest, nearly
from forecasts.ledger.records import Record, Rule
from forecasts.ledger.tables import Table
from forecasts.ledger.written import Unit, Unread, read_unit
from forecasts.ledger.written_words import headings_doubled, headings_meant


@dataclass(frozen=True)
class Sheet:
    """What a table of one kind may hold.

    Attributes
    ----------
    required : tuple of str
        Columns that must be there, and filled in every row.
    optional : tuple of str
        Columns that are read where they are there.
    either : tuple of (str, str)
        Pairs of columns, one a language, of which one must be there and filled in every row.
    alias : str
        Another name of the column ``id``: the table's own.
    whole : bool
        Whether all of the record's columns may be there, and no other.
    rules : tuple of Rule
        What is asked of a row here beside the record's own rules.
    """

    record: type[Record]
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    either: tuple[tuple[str, str], ...] = ()
    alias: str = ""
    whole: bool = False
    rules: tuple[Rule, ...] = ()


def match_headings(table: Table, sheet: Sheet) -> dict[str, str] | None:
    """Match the record's fields with the headings; None, and problems told, where that cannot be."""
    present, fields = table.columns, sheet.record.model_fields
    faults: list[Problem] = []

    def tell(rule: str, column: str, remedy: str) -> None:
        faults.append(Problem(table.place, rule, column, remedy, table.header, column))

    read = fields if sheet.whole else (*sheet.required, *sheet.optional)
    found = {name: name for name in read if name in present}
    if sheet.alias and sheet.alias in present and "id" not in found:
        found["id"] = sheet.alias
    for column in sorted({c for c in present if present.count(c) > 1}):
        tell("the column is there twice", column, "remove one")
    for name in read:
        _otherwise(table, sheet, name, found, tell)
    free = set(present) - set(found.values())
    if sheet.whole:
        for column in (c for c in present if c in free):
            tell("unknown column", column, nearest(column, fields))
    elif lost := [name for name in sheet.optional if name not in found]:
        # Without it the future could leak in, or a total be taken for a stock: told, never guessed.
        for column in sorted(c for c in free if nearly(c, lost)):
            tell("is spelt almost like a column that is read", column, nearest(folded(column), lost))
    for name in sheet.required:
        if name not in found:
            shown = sheet.alias if name == "id" and sheet.alias else name
            tell("a column is missing", shown, nearest(shown, free) if free else "add it")
    for pair in sheet.either:
        if not set(pair) & set(found):
            tell("a column is missing", " or ".join(pair), "add one: a language is enough")
    table.problems += faults
    table.headless = bool(faults)
    return None if faults else found


def _otherwise(
    table: Table, sheet: Sheet, name: str, found: dict[str, str], tell: Callable[[str, str, str], None]
) -> None:
    """Find a column by a heading in other words; refuse one that names the same as another."""
    record, free = sheet.record.__name__, [c for c in table.columns if c not in found.values()]
    with_unit = {} if sheet.whole or name not in NUMBERS else _with_unit(record, name, free)
    if name in found:
        sound = [column for column, unit in with_unit.items() if isinstance(unit, Unit)]
        for column in (*headings_doubled(record, name, free), *sound):
            tell(f"names the same as the column {found[name]}", column, "remove one")
        return
    meant = headings_meant(record, name, free) + list(with_unit)
    if not meant and name in sheet.required:
        own = {name} | ({sheet.alias} if name == "id" and sheet.alias else set())
        meant = [column for column in free if folded(column) in own]
    if len(meant) > 1:
        shown = sheet.alias if name == "id" and sheet.alias else name
        tell(f"may be the column {shown}, and so may another", ", ".join(meant), f"call one of them {shown}")
    elif meant:
        found[name] = meant[0]
        unit = with_unit.get(meant[0])
        if isinstance(unit, Unread):
            tell(
                f"may be the column {name}, but what stands beside it is no unit", meant[0], f"call it {name}"
            )
            return
        rule = f"the heading is read as {name}"
        if unit is not None:
            table.heading_units[name] = unit
            rule += f", and {unit.text} as the unit of its numbers"
        table.remarks.append(
            Remark(Problem(table.place, rule, meant[0], "", table.header, meant[0]), (), "converted")
        )


#: Characters of a heading that may name a unit.
LONGEST = 200

#: Columns of numbers, whose headings may name a unit.
NUMBERS = ("value", "low", "high", "tolerance")

#: A heading and its unit: value (GW), 数值/家, 目标值：亿元, value in GW.
_WITH_UNIT = re.compile(
    r"(?P<stem>.+?)\s*(?:[(\[【〔]\s*(?:(?:单位|units?)\s*:?\s*)?(?P<unit>[^()\[\]【】〔〕]+?)\s*[)\]】〕]"
    r"|(?:[/,，:]|\s+in\s)\s*(?:单位\s*:?\s*)?(?P<bare>.+))",
    re.IGNORECASE,
)


def _with_unit(record: str, name: str, headings: Sequence[str]) -> dict[str, Unit | Unread]:
    """Return the headings that name a column and a unit, with it, or why it cannot be read."""
    found: dict[str, Unit | Unread] = {}
    for heading in headings:
        # Over many blanks, the match would take seconds; nobody's heading is as long as a page.
        words = " ".join(unicodedata.normalize("NFKC", heading).split())
        parts = _WITH_UNIT.fullmatch(words) if len(words) <= LONGEST else None
        if parts and (folded(parts["stem"]) == name or headings_meant(record, name, [parts["stem"]])):
            try:
                found[heading] = read_unit(parts["unit"] or parts["bare"])
            except Unread as unread:
                found[heading] = unread
    return found

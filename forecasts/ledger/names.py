"""What is doubtful in names and descriptions: a name spelt in two ways, a kind that nobody told or needs."""

import difflib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.doubts import Doubt, accepted
from forecasts.ledger.fields import Kind
from forecasts.ledger.problems import nearest
from forecasts.ledger.records import Indicator
from forecasts.ledger.rows import Rows

Bools = NDArray[np.bool_]

#: The sound rows of the tables, by the tables' names.
Held = Mapping[str, Rows[Any]]

#: Doubts of one kind that are told name by name; of the rest, how many there are.
TOLD = 20

#: Where indicators and regions are named.
NAMED = {
    "indicator": (("observations", "indicator"), ("goals", "indicator"), ("indicators", "id")),
    "region": (("observations", "region"), ("goals", "region"), ("regions", "id"), ("regions", "parent")),
}

#: What says of a unit or a name that it is a part of a hundred.
PERCENT = re.compile(r"[%％﹪‰]|\bper ?cent|\bpct\b|百分", re.IGNORECASE)

#: Kinds of which a % says nothing that is not declared.
OF_A_HUNDRED = (Kind.SHARE, Kind.RATE)

#: How nearly a name that has no row must be one that has, to be asked about.
LOOSE = 0.75

#: So many pairs of names are compared at most.
PAIRS = 20_000

#: Beyond so many names, none is looked for that is nearly another.
MANY = 5_000


#: What joins the words of a name, or stands around it.
_JOINT = re.compile(r"[\s_\-‐-―]")


@cache
def spelt(name: str) -> str:
    """Return a name as it is spelt but for width, case, blanks and hyphens; those between digits stay."""
    plain = name.casefold()
    if not name.isascii():
        plain = unicodedata.normalize("NFKC", name).casefold()
        plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    if not _JOINT.search(plain):
        return plain
    plain = re.sub(r"(?<=\d)[\s_\-‐-―]+(?=\d)", "_", plain.strip())
    return re.sub(r"(?<!\d)[\s_\-‐-―]+|[\s_\-‐-―]+(?!\d)", "", plain) or plain


def almost(name: str, others: Collection[str], cutoff: float = 0.88) -> str:
    """Return another name that this one is nearly; empty if there is none. Digits tell names apart."""
    if len(name) < 4 or len(others) > MANY:
        return ""
    near = difflib.get_close_matches(name, [o for o in others if o != name], n=3, cutoff=cutoff)
    return next((o for o in near if _a_slip(name, o)), "")


def _a_slip(name: str, other: str) -> bool:
    """Whether two names differ by letters alone: not by digits, not by a word, not by how they are spelt."""
    if re.sub(r"\d", "", name) == re.sub(r"\d", "", other) or spelt(name) == spelt(other):
        return False
    one, two = (set(re.split(r"[\s_-]+", n.casefold())) for n in (name, other))
    return not (one < two or two < one)


def doubts_of_names(held: Held, marked: Bools | None = None) -> Iterator[Doubt]:
    """Yield what is doubtful in the names and the descriptions of all tables together.

    Parameters
    ----------
    held : mapping
        Sound rows, by table: observations, goals, indicators, regions; not all need be there.
    marked : (N,) array of bool, optional
        Observations whose value or unit is written with a %.
    """
    for what in NAMED:
        yield from _told(spellings(held, what))
    yield from _told(percents(held, marked))
    yield from _told(fractions(held))
    yield from _told(idle_kinds(held))
    yield from _told(lost_goals(held))
    for what in NAMED:
        yield from _told(undescribed(held, what))
    yield from _told(lost_parents(held))
    if "indicators" in held:
        rows = held["indicators"]
        sure, kinds = accepted(rows), rows.words("kind")
        idle = ~np.isnan(rows.numbers("upper")) & (kinds != Kind.SHARE) & ~sure
        if idle.any():
            rule = "has an upper bound, but its kind is no share: the bound is not used"
            yield Doubt(
                "indicators", np.flatnonzero(idle), "upper", rule, "declare kind share, or leave it empty"
            )


def _told(doubts: Iterator[Doubt]) -> Iterator[Doubt]:
    """Yield the first doubts of one kind one by one, the rest as one that counts them."""
    rest: dict[tuple[str, str], list[Doubt]] = defaultdict(list)
    for k, doubt in enumerate(doubts):
        if k < TOLD:
            yield doubt
        else:
            rest[doubt.table, doubt.column].append(doubt)
    for (table, column), more in rest.items():
        rows = np.unique(np.concatenate([d.rows for d in more]))
        yield Doubt(
            table, rows, column, f"{more[0].rule}; so it is with {len(more) - 1} more names", more[0].remedy
        )


def _uses(held: Held, what: str) -> Iterator[tuple[str, str, list[str], NDArray[np.intp], Bools]]:
    """Yield where indicators or regions are named: table, column, values, codes, and whether accepted."""
    for table, column in NAMED[what]:
        if table in held and len(held[table]):
            cells = held[table].columns[column]
            values = ["" if v is None else str(v) for v in cells.values]
            yield table, column, values, cells.code, accepted(held[table])


def _settled(held: Held, what: str) -> set[str]:
    """Return the names whose own description says why they are right."""
    table = f"{what}s"
    if table not in held or not len(held[table]):
        return set()
    ids = held[table].words("id")
    return {str(name) for name in ids[accepted(held[table])].tolist()}


def spellings(held: Held, what: str) -> Iterator[Doubt]:
    """Yield names of indicators or regions that are spelt in several ways, over all tables."""
    counts: Counter[str] = Counter()
    seen: list[tuple[str, str, dict[str, int], list[str], NDArray[np.intp], Bools]] = []
    for table, column, values, code, sure in _uses(held, what):
        number = np.bincount(code[~sure], minlength=len(values))
        used: dict[str, int] = {}
        for value, n in zip(values, number.tolist(), strict=True):
            if n and value:
                used[value] = used.get(value, 0) + n
        counts.update(used)
        seen.append((table, column, used, values, code, ~sure))
    settled = _settled(held, what)
    groups: dict[str, list[str]] = defaultdict(list)
    for name in counts:
        if name not in settled:
            groups[spelt(name)].append(name)
    for names in groups.values():
        if len(names) < 2:
            continue
        names.sort(key=lambda n: (-counts[n], n))
        # In the first table that holds two of the spellings; failing that, in the last that holds one.
        held_by = [place for place in seen if any(n in place[2] for n in names)]
        two = [place for place in held_by if sum(n in place[2] for n in names) > 1]
        table, column, _, values, code, open_ = (two or held_by[::-1])[0]
        of = np.isin(np.array(values, object), names)[code]
        shown = ", ".join(f"{n!r} ({counts[n]} rows)" for n in names[:5]) + (", ..." if names[5:] else "")
        rule = f"one {what} is spelt in several ways: {shown}; each is read as another {what}"
        remedy = f"spell it in one way, or say in `accepted` why they are two {what}s"
        yield Doubt(table, np.flatnonzero(of & open_), column, rule, remedy)


def percents(held: Held, marked: Bools | None = None) -> Iterator[Doubt]:
    """Yield the indicators that are parts of a hundred by their unit or name, but not by their kind."""
    remedy = "declare kind share (a part of 100), or rate (a change), in the table of indicators"
    described: set[str] = set()
    rows = held.get("indicators")
    plain: dict[str, int] = {}
    if rows is not None and len(rows):
        sure = accepted(rows)
        for i in range(len(rows)):
            one: Indicator = rows.one(i)
            described.add(one.id)
            if one.kind in OF_A_HUNDRED or sure[i]:
                continue
            plain[one.id] = i
            for column in ("unit_en", "unit_zh", "name_en", "name_zh", "id"):
                if PERCENT.search(getattr(one, column)):
                    rule = f"the indicator {one.id!r} is counted in %, but its kind is {one.kind.value}"
                    yield Doubt("indicators", np.array([i]), column, rule, remedy)
                    break
    for table, column, values, code, sure in _uses(held, "indicator"):
        if table == "indicators":
            continue
        with_sign = np.zeros(len(code), bool) if marked is None or table != "observations" else marked
        signed = np.bincount(code[with_sign & ~sure], minlength=len(values)) > 0
        for k, value in enumerate(values):
            known = value in described
            if (known and not (signed[k] and value in plain)) or not (signed[k] or PERCENT.search(value)):
                continue
            at = np.flatnonzero((code == k) & ~sure & (with_sign if signed[k] else True))
            if len(at):
                described.add(value)
                said = (
                    f"its kind is {Kind.STOCK.value}"
                    if known
                    else "has no declared kind: it is read as a stock"
                )
                rule = f"the indicator {value!r} is counted in %, but {said}"
                yield Doubt(table, at, "value" if signed[k] else column, rule, remedy)


def fractions(held: Held) -> Iterator[Doubt]:
    """Yield the shares of a hundred of which no figure is above one."""
    if "indicators" not in held or "observations" not in held:
        return
    rows, value = held["indicators"], held["observations"].numbers("value")
    names, sure = held["observations"].columns["indicator"], accepted(rows)
    for i in range(len(rows)):
        one: Indicator = rows.one(i)
        if one.kind is not Kind.SHARE or one.upper is not None or sure[i]:
            continue
        at = np.flatnonzero(np.array([str(v) == one.id for v in names.values], bool)[names.code])
        if len(at) >= 3 and 0.05 <= value[at].max() <= 1:
            rule = f"the share {one.id!r} may reach 100, but no figure of it is above 1: is it a fraction?"
            remedy = "state its upper bound in the column `upper`: 1, or 100"
            yield Doubt("indicators", np.array([i]), "id", rule, remedy)


def idle_kinds(held: Held) -> Iterator[Doubt]:
    """Yield the indicators that are described, but that no figure and no goal is of."""
    rows = held.get("indicators")
    if rows is None or "observations" not in held:
        return
    used = {name for t, _, values, code, _ in _uses(held, "indicator") if t != "indicators"
            for name in (values[c] for c in np.unique(code).tolist())}  # fmt: skip
    ids = rows.words("id")
    idle = np.array([str(name) not in used for name in ids.tolist()], bool) & ~accepted(rows)
    bare = sorted(used - {str(name) for name in ids.tolist()})
    rule = "no figure and no goal is of this indicator"
    if idle.sum() > TOLD:
        yield Doubt("indicators", np.flatnonzero(idle), "id", rule, "remove what is not needed, or accept it")
        return
    for i in np.flatnonzero(idle).tolist():
        remedy = nearest(str(ids[i]), bare or used) + " Otherwise remove it, or accept it"
        yield Doubt("indicators", np.array([i]), "id", rule, remedy)


def lost_goals(held: Held) -> Iterator[Doubt]:
    """Yield the goals of indicators or regions of which there is no figure, but of nearly that name."""
    if "observations" not in held or "goals" not in held:
        return
    sure = accepted(held["goals"])
    for what in NAMED:
        uses = {
            t: (values, code) for t, _, values, code, _ in _uses(held, what) if t in ("observations", "goals")
        }
        if len(uses) < 2:
            continue
        names = {t: {v[c] for c in np.unique(code).tolist()} for t, (v, code) in uses.items()}
        values, code = uses["goals"]
        table = held.get(f"{what}s")
        described = set() if table is None else {str(name) for name in table.words("id").tolist()}
        for name in sorted(names["goals"] - names["observations"] - described)[:TOLD]:
            if near := almost(name, names["observations"]):
                at = np.flatnonzero(np.array([v == name for v in values], bool)[code] & ~sure)
                if len(at):
                    yield Doubt("goals", at, what, f"no figure is of this {what}", f"did you mean {near!r}?")


def _among(values: list[str], code: NDArray[np.intp], names: Collection[str]) -> Bools:
    """Return which rows hold one of some names."""
    return np.array([v in names for v in values], bool)[code]


def undescribed(held: Held, what: str) -> Iterator[Doubt]:
    """Yield the names that have no row in the table that describes their like, where there is one.

    One that is nearly another is told by itself, the others once for each column. One that is only spelt in
    another way is told as such.
    """
    table = held.get(f"{what}s")
    if table is None:
        return
    described = {str(name) for name in table.words("id").tolist()} if len(table) else set()
    forms = {spelt(name) for name in described}
    uses = [use for use in _uses(held, what) if use[0] in ("observations", "goals")]
    counted = {values[c] for t, _, values, code, _ in uses if t == "observations"
               for c in np.unique(code).tolist()}  # fmt: skip
    for where, column, values, code, sure in uses:
        names = {values[c] for c in np.unique(code[~sure]).tolist()} - described
        lost = sorted(name for name in names if spelt(name) not in forms)
        looked = lost[: PAIRS // max(len(described), 1)]
        near = {name: found for name in looked if (found := almost(name, described, LOOSE))}
        rule = f"has no row in the table of {what}s"
        for name, other in near.items():
            at = np.flatnonzero(_among(values, code, {name}) & ~sure)
            yield Doubt(where, at, column, rule, f"did you mean {other!r}? Otherwise add it, or accept it")
        # Of which there is no figure either, but of nearly that name: that is told.
        elsewhere = {name for name in lost[:TOLD] if name not in counted and almost(name, counted)}
        bare = set(lost) - set(near) - elsewhere
        at = np.flatnonzero(_among(values, code, bare) & ~sure)
        if len(at):
            more = f"; nor have {len(bare) - 1} more names" if len(bare) > 1 else ""
            yield Doubt(where, at, column, f"{rule}{more}", "add it, or say in `accepted` why there is none")


def lost_parents(held: Held) -> Iterator[Doubt]:
    """Yield the regions whose parent is described nowhere and has no figure."""
    rows = held.get("regions")
    if rows is None or not len(rows) or "observations" not in held:
        return
    known = {str(name) for name in rows.words("id").tolist()}
    for table, _, values, code, _ in _uses(held, "region"):
        if table == "observations":
            known |= {values[c] for c in np.unique(code).tolist()}
    parents, sure = rows.words("parent"), accepted(rows)
    for i in range(len(rows)):
        if parents[i] and str(parents[i]) not in known and not sure[i]:
            remedy = nearest(str(parents[i]), known)
            yield Doubt(
                "regions", np.array([i]), "parent", "there is no such region, and no figure of it", remedy
            )


def odd_families(rows: Rows[Indicator]) -> Mapping[int, str]:
    """Return the rows that alone are of a family whose name is nearly another's, and that other name."""
    families = [str(f) for f in rows.words("family").tolist()]
    count = Counter(f for f in families if f)
    sure = accepted(rows)
    found = {}
    for i, family in enumerate(families):
        if family and count[family] == 1 and not sure[i]:
            others = [f for f in count if f != family]
            near = next((f for f in others if spelt(f) == spelt(family)), "") or almost(family, others)
            # Of two that are alone, the later one is asked about.
            if near and (count[near] > 1 or families.index(near) < i):
                found[i] = near
    return found

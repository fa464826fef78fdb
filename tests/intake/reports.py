"""What tests of the intake share: texts, keys, and how well rows agree with a key."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from forecasts.intake.candidates import Candidate
from forecasts.intake.extract import candidates_of
from forecasts.intake.known import Known, read_known
from tests.conftest import ROOT

KEYS = Path(__file__).parent / "keys"

Key = dict[str, str]


def known() -> Known:
    """Return what the shipped seeds know."""
    return read_known(ROOT / "seeds")


def key(name: str) -> list[Key]:
    """Return the rows of a key."""
    with (KEYS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seed_text() -> str:
    """Return the seed report."""
    return (ROOT / "seeds" / "texts" / "seed-report.txt").read_bytes().decode("utf-8")


def report_text(name: str) -> str:
    """Return a province's report."""
    return (ROOT / "seeds" / "record" / "texts" / f"{name}.txt").read_bytes().decode("utf-8")


def rows_of(text: str) -> list[Candidate]:
    """Return the quantities of a text."""
    return candidates_of(text, known())


@dataclass(frozen=True)
class Agreement:
    """How well rows agree with a key: parts from 0 to 1, those after recall among what was found."""

    recall: float
    precision: float
    value: float
    kind: float
    date: float
    comparison: float
    indicator: float


def agreement(rows: Sequence[Candidate], wanted: Sequence[Key]) -> Agreement:
    """Compare rows with a key: a row is a key's if their places overlap."""
    pairs = [(k, _at(rows, k)) for k in wanted]
    found = [(k, row) for k, row in pairs if row is not None]
    n = max(len(found), 1)
    named = [(k, row) for k, row in found if k["indicator"].isascii() and k["indicator"]]
    return Agreement(
        recall=len(found) / len(wanted),
        precision=len({row.start for _, row in found}) / max(len(rows), 1),
        value=sum(_same_value(k, row) for k, row in found) / n,
        kind=sum(row.kind == k["kind"] for k, row in found) / n,
        date=sum(str(row.date or "") == k["date"] for k, row in found) / n,
        comparison=sum((row.comparison or "") == k["comparison"] for k, row in found) / n,
        indicator=sum(row.indicator == k["indicator"] for k, row in named) / max(len(named), 1),
    )


def _at(rows: Sequence[Candidate], wanted: Key) -> Candidate | None:
    start, end = int(wanted["start"]), int(wanted["end"])
    return next((row for row in rows if row.start < end and row.end > start), None)


def _same_value(wanted: Key, row: Candidate) -> bool:
    high = float(wanted["high"]) if wanted["high"] else None
    told = (float(wanted["value"]), high, wanted["unit"], wanted["qualifier"])
    return told == (row.value, row.high, row.unit, row.qualifier)


ELSEWHERE = KEYS / "elsewhere"


def texts_of(name: str) -> dict[str, str]:
    """Return the texts of a set from elsewhere, by their names."""
    whole = (ELSEWHERE / f"{name}.txt").read_bytes().decode("utf-8")
    parts = re.split(r"^=== (\S+) [^\n]*\n", whole, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@dataclass
class Score:
    """How many of a set's quantities were read as its key says."""

    wanted: int = 0
    found: int = 0
    rows: int = 0
    extra: int = 0
    value: int = 0
    kind: int = 0
    dates: int = 0
    date: int = 0
    names: int = 0
    indicator: int = 0

    def parts(self) -> dict[str, float]:
        """Return them as parts from 0 to 1."""
        return {
            "recall": self.found / self.wanted,
            "precision": 1 - self.extra / self.rows,
            "value": self.value / self.found,
            "kind": self.kind / self.found,
            "date": self.date / self.dates,
            "indicator": self.indicator / self.names,
        }


def score_of(name: str) -> Score:
    """Read a set of texts from elsewhere, and compare with its key."""
    with (ELSEWHERE / "key.csv").open(encoding="utf-8", newline="") as file:
        keys = [row for row in csv.DictReader(file) if row["set"] == name]
    score = Score()
    names = {one.id: one.names[0] for one in known().indicators}
    for text, words in texts_of(name).items():
        rows = rows_of(words)
        wanted = [k for k in keys if k["text"] == text]
        score.rows += len(rows)
        score.extra += sum(all(_at([row], k) is None for k in wanted) for row in rows)
        for k in (k for k in wanted if k["kind"]):
            score.wanted += 1
            if (row := _at(rows, k)) is None:
                continue
            score.found += 1
            score.value += _same_value(k, row)
            score.kind += row.kind in k["kind"].split("|")
            if k["date"] != "?":
                score.dates += 1
                score.date += str(row.date or "") == k["date"]
            if k["indicator"]:
                score.names += 1
                score.indicator += alike(k["indicator"], names.get(row.indicator, row.indicator))
    return score


def alike(wanted: str, told: str) -> bool:
    """Whether two names are about the same thing: most letters of the shorter stand in the other."""
    a, b = (
        re.sub("[（(].*?[)）]|增速|增长|率$|总额|总值|全社会|人均|新增|数$", "", one) or one
        for one in (wanted, told)
    )
    common = sum(block.size for block in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
    return bool(b) and common >= 0.6 * min(len(a), max(len(b), 2))

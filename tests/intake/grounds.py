"""A small ledger to put rows into, written in every form that a CSV file may have, and a report about it."""

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecasts.intake.candidates import Candidate
from forecasts.intake.entries import Entry, Published, proposed
from forecasts.ledger.records import Source

TABLES: Mapping[str, Sequence[Sequence[str]]] = {
    "indicators": (
        ("id", "name_zh", "unit_zh", "kind", "scope_zh"),
        ("firms", "高新技术企业", "家", "stock", "有效期内的企业数"),
        ("loans", "贷款", "亿元", "cumulative", "累计数"),
        ("contracts", "技术合同成交额", "亿元", "flow", "当年数"),
        ("growth", "产值增速", "%", "rate", "比上年"),
        ("spread", "投入占比", "%", "share", "占比"),
    ),
    "regions": (("id", "name_zh", "parent"), ("land", "全省", ""), ("town", "临江市", "land")),
    "sources": (("id", "title", "publisher"), ("old-report", "上年报告", "临江市")),
    "observations": (
        ("id", "indicator", "region", "as_of", "value", "qualifier", "low", "high", "period_start", "source",
         "published_on", "quote", "note_zh", "as_of_basis"),
        ("one", "firms", "town", "2021-12-31", "1000", "eq", "", "", "", "old-report", "2022-01-20",
         "企业1000家", "引号\"在内,\n两行", "stated"),
    ),
    "goals": (
        ("id", "indicator", "region", "value", "comparison", "deadline", "announced_on", "published_on",
         "source", "quote", "note"),
        ("town-2023", "firms", "town", "1200", ">=", "2023-12-31", "2022-01-20", "2022-01-20", "old-report",
         "达到1200家", ""),
    ),
}  # fmt: skip

TEXT = (
    "临江市2022年工作报告\n\n一、过去一年\n全市高新技术企业达到1100家，累计贷款63亿元；技术合同成交额5.5亿元。"
    "产值下降3.5%，投入占比2.4%。\n\n二、今年\n高新技术企业突破1300家，贷款达到700000万元。"
)


@dataclass(frozen=True)
class Look:
    """How files are written: all that must stay as it was."""

    line_end: str = "\n"
    separator: str = ","
    quoted: bool = False
    mark: bool = False
    ended: bool = True
    backwards: bool = False


def write_ledger(folder: Path, look: Look = Look()) -> Path:
    """Write the small ledger."""
    folder.mkdir(parents=True)
    for name, rows in TABLES.items():
        out = io.StringIO(newline="")
        writer = csv.writer(
            out, delimiter=look.separator, lineterminator=look.line_end,
            quoting=csv.QUOTE_ALL if look.quoted else csv.QUOTE_MINIMAL,
        )  # fmt: skip
        writer.writerows(row[::-1] if look.backwards else row for row in rows)
        text = out.getvalue() if look.ended else out.getvalue().removesuffix(look.line_end)
        (folder / f"{name}.csv").write_bytes((b"\xef\xbb\xbf" if look.mark else b"") + text.encode())
    return folder


def report(text: str = TEXT, name: str = "town-2023", **more: str) -> Published:
    source = Source(id=name, title="工作报告", publisher="临江市", **more)
    return Published(source, dt.date(2023, 1, 20), text)


def found(quote: str, value: float, unit: str, kind: str, indicator: str, **more: object) -> Candidate:
    """Return a candidate of the text, by its words."""
    start = TEXT.index(quote)
    given: dict[str, object] = {
        "high": None, "qualifier": "eq", "cumulative": False, "new": False, "region": "临江市",
        "date": dt.date(2022, 12, 31), "date_inferred": True, "comparison": None, "confidence": 0.9, **more,
    }  # fmt: skip
    return Candidate(
        start=start, end=start + len(quote), quote=quote, value=value, unit=unit, kind=kind,
        indicator=indicator, **given,  # type: ignore[arg-type]
    )  # fmt: skip


NEXT = dt.date(2023, 12, 31)
CANDIDATES = (
    found("1100家", 1100.0, "家", "observation", "高新技术企业"),
    found("63亿元", 63.0, "亿元", "observation", "loans", cumulative=True),
    found("5.5亿元", 5.5, "亿元", "observation", "contracts"),
    found("3.5%", 3.5, "%", "change", "产值增速"),
    found("2.4%", 2.4, "%", "share", "spread"),
    found("突破1300家", 1300.0, "家", "goal", "firms", qualifier="over", date=NEXT, comparison=">"),
    found("700000万元", 700000.0, "万元", "goal", "贷款", date=NEXT, comparison=">="),
)


def entries(candidates: Sequence[Candidate] = CANDIDATES, **more: object) -> list[Entry]:
    return [Entry.model_validate({**proposed(one, TEXT), **more}) for one in candidates]


def contents(folder: Path) -> dict[str, bytes]:
    """Return what lies in a ledger, by path; what is under way aside."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        name: path.read_bytes()
        for path in files
        if not (name := path.relative_to(folder).as_posix()).startswith(".intake/")
    }

"""Which day a quantity is of: a date in its sentence, or else that of the section or of the report."""

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from forecasts.intake.numerals import number_of
from forecasts.intake.report import Report, day_of
from forecasts.intake.sections import Role, Section

_CHINESE: Final = {"一": 1, "二": 2, "三": 3, "四": 4}

_REST = (
    r"(?:年?(?P<end>[底末])|(?P<m>\d{1,2})月(?P<d>\d{1,2})日|(?:\d{1,2}|[一1])?月?[-—–~至](?P<m2>\d{1,2})月份?|(?P<m3>\d{1,2})月份?[底末]?"
    r"|(?P<half>上半年)|前(?P<quarters>[一二三])个?季度|(?:第)?(?P<quarter>[一二三四])季度)?"
)
_DATE = re.compile(
    rf"(?:(?:19|20)\d\d\s?[-—–~至]{{1,2}}\s?)?(?P<y>(?:19|20)\d\d)\s?年(?:度|前)?{_REST}"
    rf"|(?P<rel>今年|本年|当年|去年|上年|明年|前年){_REST.replace('?P<', '?P<r_')}"
    r"|[“\"]?(?P<plan>十[一二三四五六七]五)[”\"]?(?:规划)?(?P<span>末|期末|时期|期间|以来|收官)?"
    r"|(?P<now>截至目前|截至当前|截止目前|目前|当前|迄今|至今|现有)"
    r"|(?P<ahead>(?:今后|未来)(?P<n>[三五])年|[三五]年内)|(?P<back>(?:过去|近)(?P<nb>[三五])年|五年来)"
    r"|(?P<lone>截至\d{1,2}月(?P<l_d>\d{1,2}日)?|\d{1,2}月[底末]|(?<![年前])上半年|前[二三]个?季度|(?<![第年])[一二三四]季度(?![度末])|(?<![年\d])1[-—–~至]\d{1,2}月"
    r"|前(?:\d{1,2}|[三四五六七八九十]|十一)个?月)"
)
#: What before or behind a date says that it is something else: a base, a beginning, part of a name.
_BASE = re.compile(r"(?:比|较|与|同|自|从|由|于|是)\s?$")
_BEHIND = re.compile(r"^(?:以来|同期|水平|的?基础|成立|相比|起(?!底)|出生|建成的|开始)")
_AHEAD = re.compile(r"(?:到|至|力争|预计|计划)\s?$")
#: How far into a sentence a day stands that those after it share, where the text has no day of its own:
#: 8月22日,记者从高新区了解到,2019年上半年
_OPENING: Final = 60
#: 2024年中国国际进口博览会: a year in the name of an event
_EVENT: Final = re.compile("(?:中国|全国|世界|全球)[^，,。；;、]{0,14}(?:会|赛|论坛|节|行动|活动)")
_ITS_OWN = re.compile(r"(?:从|由|较|比)\s?$")


@dataclass(frozen=True, slots=True)
class Dated:
    """A day.

    Parameters
    ----------
    day : date, optional
    inferred : bool
        Whether it follows from elsewhere than the sentence.
    explicit_year : int, optional
    ends : bool
        Whether a month or the end of a year is said, not a year alone.
    """

    day: dt.date | None
    inferred: bool
    explicit_year: int | None = None
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Dates:
    """The words for days in a text, in their order."""

    found: Sequence[re.Match[str]]
    starts: Sequence[int]

    def before(self, at: int, floor: int) -> Iterator[re.Match[str]]:
        """Yield those that end before an offset, the nearest first, and begin behind another."""
        for match in reversed(self.found[bisect_left(self.starts, floor) : bisect_left(self.starts, at)]):
            if match.end() <= at:
                yield match


def dates_of(text: str) -> Dates:
    """Return the words for days in a plain text."""
    found = list(_DATE.finditer(text))
    return Dates(found, [match.start() for match in found])


def day_for(
    text: str,
    dates: Dates,
    sentence: int,
    at: int,
    section: Section,
    report: Report,
    carried: dt.date | None = None,
) -> Dated:
    """Return the day of a quantity that stands at an offset of a plain text.

    Parameters
    ----------
    sentence : int
        Where its sentence begins.
    carried : date, optional
        A day that an earlier sentence of the paragraph named.

    Examples
    --------
    >>> text = "截至2023年6月底,建成77个,力争到2025年达到100个"
    >>> report = Report(day=dt.date(2023, 7, 10), year=2023)
    >>> for at in (14, 26):
    ...     print(day_for(text, dates_of(text), 0, at, Section(0, Role.UNKNOWN, None), report).day)
    2023-06-30
    2025-12-31
    """
    goal = section.role is Role.PLAN
    for match in dates.before(at, sentence):
        before, behind = (
            text[max(sentence, match.start() - 3) : match.start()],
            text[match.end() : match.end() + 6],
        )
        if _ITS_OWN.search(before) and not (
            match["y"] and 0 <= at - match.end() <= 3 and behind.startswith(("的", "时"))
        ):
            if match["y"] and at - match.end() <= 2 and before.rstrip()[-1] in "从由":
                return Dated(_day_said(match, report, goal), False, int(match["y"]))
            continue
        if (_BASE.search(before) and not _ITS_OWN.search(before)) or _BEHIND.match(behind):
            continue
        if match["y"] and _EVENT.match(text, match.end()) and not match["end"]:
            continue
        if match["plan"] and not match["span"]:
            continue
        told = section.day.year if section.role is Role.REVIEW and section.day is not None else None
        day = _day_said(match, report, goal, told)
        if match["now"]:
            return Dated(section.day if day is None else day, True)
        if day is not None:
            return Dated(day, False, day.year, _ends(match))
    if carried is not None:
        return Dated(carried, True, carried.year)
    return Dated(section.day or (report.year_end if goal else report.day or _told_end(report)), True)


def _told_end(report: Report) -> dt.date | None:
    """Return the end of the year that a text without a day and a plan tells of."""
    return None if report.plan or report.five_year else report.year_end


def _ends(match: re.Match[str]) -> bool:
    """Whether words for a day say more than a year."""
    return any(match[name] for name in ("end", "r_end", "m", "r_m", "m2", "r_m2", "m3", "r_m3", "lone"))


_HORIZON: Final = re.compile(r"到(20\d\d)年")


def horizon_of(text: str, start: int, end: int) -> dt.date | None:
    """Return the year's end until which a sentence looks ahead, for the goals of those that follow.

    Examples
    --------
    >>> horizon_of("力争到2025年突破75家", 0, 14)
    datetime.date(2025, 12, 31)
    """
    years = _HORIZON.findall(text, start, end)
    return day_of(int(years[-1])) if years else None


def named_day(text: str, start: int, end: int, report: Report) -> dt.date | None:
    """Return the day of those that follow a sentence: the last one of what begins with a day."""
    far = 6 if report.day else _OPENING
    last: dt.date | None = None
    for match in _DATE.finditer(text, start, end):
        if last is None and match.start() - start > far:
            break
        if not (match["y"] or match["rel"] or match["lone"]):
            continue
        before = text[start : match.start()]
        if (
            _BEHIND.match(text[match.end() : match.end() + 6])
            or _BASE.search(before)
            or _AHEAD.search(before)
        ):
            continue
        last = _day_said(match, report, False) or last
    return last


def _day_said(match: re.Match[str], report: Report, goal: bool, told: int | None = None) -> dt.date | None:
    """Return the last day of what a date names; months without a year are of the year that is told."""
    year = report.year if report.day is None else report.day.year
    if match["y"]:
        return _of_year(int(match["y"]), match, "", report, goal)
    if match["rel"]:
        if year is None:
            return None
        step = {"去": -1, "上": -1, "明": 1, "前": -2}.get(match["rel"][0], 0)
        return _of_year(year + step, match, "r_", report, goal)
    if match["plan"]:
        return day_of(2010 + 5 * "一二三四五六七".index(match["plan"][1]))
    if match["now"]:
        return report.day
    if match["ahead"]:
        return day_of(year + (2 if "三" in match["ahead"] else 4)) if year else None
    if match["back"]:
        if match["back"].startswith("近") and report.day is not None and report.day.month > 4:
            return report.day  # 近三年 are those before the day of a report within the year
        return day_of(report.past) if report.past else None
    if match["lone"] and (told or year):
        return _of_months(told or year or 0, match["lone"])
    return None


def _of_months(year: int, lone: str) -> dt.date | None:
    if "半年" in lone:
        return day_of(year, 6)
    if "季度" in lone:
        return day_of(year, 3 * _CHINESE[lone.lstrip("前")[0]])
    if lone.startswith("前"):
        said = lone.strip("前个月")
        return day_of(year, int(said) if said.isdigit() else int(number_of(said) or 0))
    months = [int(v) for v in re.findall(r"\d{1,2}(?=月)", lone)]
    days = re.search(r"月(\d{1,2})日", lone)
    return day_of(year, months[-1], int(days[1]) if days else None)


def _of_year(year: int, match: re.Match[str], part: str, report: Report, goal: bool) -> dt.date | None:
    def said(name: str) -> str | None:
        return match[part + name]

    if said("m"):
        return day_of(year, int(said("m") or 0), int(said("d") or 0))
    if month := said("m2") or said("m3"):
        return day_of(year, int(month))
    if said("half"):
        return day_of(year, 6)
    if quarter := said("quarters") or said("quarter"):
        return day_of(year, 3 * _CHINESE[quarter])
    end = day_of(year)
    if said("end") or goal or end is None or report.day is None:
        return end
    if part and end > report.day and report.day.month < 12:
        return report.day  # 今年 so far
    return end

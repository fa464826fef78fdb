"""Which part of a report looks back, which looks ahead, and until when.

A heading says it, or where there is none, how a paragraph begins: 过去一年, 今年…主要预期目标是. Each list of
words is a rule; its examples stand beside it.
"""

import datetime as dt
import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum

from forecasts.intake.report import Report, day_of


class Role(StrEnum):
    """What a part of a report does."""

    UNKNOWN = ""
    REVIEW = "review"
    PROBLEMS = "problems"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report.

    Parameters
    ----------
    start : int
        Where it begins; it ends where the next one does.
    day : date, optional
        Of what it tells without a date of its own; none = the day of the report.
    """

    start: int
    role: Role
    day: dt.date | None


#: 二、存在的问题; 困难和挑战
PROBLEMS = re.compile("问题|困难|挑战|不足$|短板")
#: 一、2024年工作回顾; 过去五年; 2025年主要工作和“十四五”发展成就; 计划执行情况; 工作开展情况
REVIEW = re.compile(
    "(?:圆满|顺利|全面)(?:完成|实现)|回顾|成就|成效|成绩|总结|基础|现状|过去[一三五几两]?年|[一三五]年来|以来"
    "|(?:执行|完成|开展|进展|运行|工作|发展|实施|推进|落实|基本|总体)情况|进展"
)
#: 二、2025年工作总体要求和目标任务; 三、下一步工作打算; 今后五年; “十五五”时期的主要目标任务
PLAN = re.compile(
    "目标|安排|打算|部署|任务|重点|下一?步|展望|要求|思路|考虑|今后|未来|计划|规划|举措|建议|指标|远景|蓝图|做好.{0,6}工作"
)
#: Among such words, those that turn from the one to the other.
PLAINLY_BACK = re.compile("回顾|过去|[一三五]年来|成就|总结|(?:执行|完成|开展)情况")
PLAINLY_AHEAD = re.compile(
    "今[年后]|下一?步|下半年|打算|安排|未来|展望|(?:预期|主要|发展|奋斗|总体|工作)目标|目标任务|目标要求|总体要求|总体思路|"
    "(?:重点|主要)(?:工作|任务)|工作(?:任务|要求|部署|重点|思路)|十[四五六七]五"
)
#: 今后五年; “十五五”时期; 到2030年
YEARS_AHEAD = re.compile(r"[今往]后[五三]年|未来[五三]年|(?<![前])十([三四五六七])个?五|20[3-9]0年|五年规划")
#: 今年, 2026年
THIS_YEAR = re.compile(r"今年|本年|(20\d\d)年")

_NUMBERED = re.compile(
    r"^\s*(?:#{1,3}\s*)?(?:\*\*)?(?:第[一二三四五六七八九十]{1,3}(?:部分|章|篇|编|节)\s*|[一二三四五六七八九十]{1,3}\s?[、.．]\s*)"
    r"(?P<title>[^。！？；;\n]{1,60})"
)
_INNER = re.compile(
    r"^\s*(?:#{2,5}\s*)?[(][一二三四五六七八九十]{1,3}[)]\s*(?P<title>[^。！？；;，,\n]{1,40})"
)
_BARE = re.compile(r"^\s*(?:#{1,4}\s*)?(?P<title>[^。！？；;，,:：\n“]{4,34})\s*$")
_BARE_WORDS = re.compile(
    "工作回顾|目标任务|工作安排|总体要求|预期目标|工作打算|主要目标|发展目标|下一步|过去[一五]年|今后五年|重点工作|存在的?(?:主要)?问题|主要任务|发展成就"
)
_INNER_WORDS = re.compile(
    "工作回顾|预期目标|总体要求|工作安排|下一步|过去[一五]年|今后五年|(?:主要|发展)(?:预期)?目标|存在的?(?:主要)?问题"
)
_NO_HEADING = re.compile("报告|公报|纲要|来源|作者|记者|日期|汇报")

#: 过去一年，面对复杂严峻的形势; 刚刚过去的2025年; 一年来
_BACK = re.compile(
    r"^\s*(?:——|各位代表[,，!！:：]*)?(?:刚刚)?(?:过去的?(?:一年|20\d\d年)|一年来|回顾(?:过去|20\d\d年|一年))"
)
#: 今年经济社会发展主要预期目标是; 2025年工作的总体要求是; 做好今年工作
_AHEAD = re.compile(
    r"(?:预期|主要|发展|工作|奋斗)(?:性)?(?:目标|指标)(?:任务)?(?:建议)?(?:是|为|如下|:|安排)|(?:目标|指标)(?:任务|体系)?安排[^。；;:]{0,8}:|(?:政府)?工作的?总体(?:要求|思路)(?:是|为|:)"
    r"|^\s*(?:——|各位代表[,，!！:：]*)?(?:做好今年|今年(?:我们)?要|今年(?:要)?重点|新的一年|下一步|下步)"
)
#: 圆满完成…确定的主要目标 looks back.
_DONE = re.compile("完成|实现了|圆满|顺利|如期")
#: A list of what the people are promised for the year: 今年办好10件民生实事:
_PROMISES = re.compile(
    '(?:办好|办理|办成|实施|抓好)(?![了的])[^。；;]{0,24}实事(?:项目)?[”"]?\\s*(?::|$)|(?:具体|以下|这些)目标[^。；;，,]{0,6}:'
)
_PLAN_ENDS = re.compile("(?:打算|思路|安排|计划|要点|重点)$")
#: 2023年工作总结和2024年工作思路 is of two parts, and begins with the first.
_BOTH = re.compile("^(?P<first>.*?)(?:和|及|与|暨|、)(?=[^和及与暨、]*$)")
#: 今年是…, 今年经济社会发展主要预期目标, 全省经济社会发展的主要预期目标
_HERE = re.compile(
    r"^\s*(?:——|各位代表[,，!！:：]*)?(?:综合考虑[^,，]{0,16}[,，])?(?:做好)?(?:今年(?!以来)|全[省市区县]经济社会发展的?主要预期目标)"
)
#: 《纲要》…主要指标, 十五五…主要目标, 今后五年…
_FAR = re.compile(r"纲要|年均|[今往]后[五三]年|未来[五三]年|(?<!前)十[四五六七]五(?:时期|期间|发展|经济)")


def sections_of(text: str, report: Report) -> list[Section]:
    r"""Return the parts of a plain text in their order; the first one begins at 0.

    Examples
    --------
    >>> text = "一、2024年工作回顾\n增长5%。\n二、今年工作安排\n增长6%。"
    >>> for part in sections_of(text, Report(year=2025)):
    ...     print(part.start, part.role.value, part.day)
    0 review 2024-12-31
    18 plan 2025-12-31
    """
    found = [Section(0, *_of_document(report))]
    far: dt.date | None = None
    start = 0
    for line in text.split("\n"):
        heading, first_rank = _heading(line)
        part = classified(heading, report) if heading else None
        if part is not None and not _plainly(heading, part[0], found[-1].role, report):
            part = None
        if part is not None and (first_rank or part[0] is not found[-1].role or THIS_YEAR.search(heading)):
            ahead = YEARS_AHEAD.search(heading) if part[0] is Role.PLAN else None
            far = years_ahead_end(ahead, report) if ahead else None
            _add(found, Section(start, *part))
        elif not heading:
            for at, turn in _turns(line, found[-1], report, far):
                _add(found, Section(start + at, *turn))
        start += len(line) + 1
    return found


def _plainly(heading: str, role: Role, was: Role, report: Report) -> bool:
    """Whether a heading turns from one part to another beyond doubt: 夯实发展基础 in a plan looks not back.

    Examples
    --------
    >>> _plainly("夯实安全发展基础", Role.REVIEW, Role.PLAN, Report())
    False
    >>> _plainly("下一步工作打算", Role.PLAN, Role.REVIEW, Report())
    True
    """
    if role is was or was in {Role.UNKNOWN, Role.PROBLEMS}:
        return True
    years = [int(y) for y in re.findall(r"20\d\d(?=年)", heading)]
    if role is Role.PLAN:
        return bool(PLAINLY_AHEAD.search(heading)) or any(y >= (report.year or 9999) for y in years)
    if role is Role.PROBLEMS:
        return was is not Role.PLAN or "存在" in heading
    return bool(PLAINLY_BACK.search(heading)) or any(y < (report.year or 0) for y in years)


def _add(found: list[Section], section: Section) -> None:
    """Add a section unless it goes on as the one before it."""
    if section.start == 0:
        found.clear()
    if not found or (section.role, section.day) != (found[-1].role, found[-1].day):
        found.append(section)


def section_at(sections: list[Section], offset: int) -> Section:
    """Return the section in which an offset lies."""
    return sections[max(0, bisect_right([s.start for s in sections], offset) - 1)]


def classified(heading: str, report: Report) -> tuple[Role, dt.date | None] | None:
    """Return what a heading announces; nothing if it does not tell.

    Examples
    --------
    >>> classified("2025年主要工作和“十四五”发展成就", Report(year=2026))
    (<Role.REVIEW: 'review'>, datetime.date(2025, 12, 31))
    >>> classified("“十五五”时期的主要目标任务", Report(year=2026))
    (<Role.PLAN: 'plan'>, datetime.date(2030, 12, 31))
    >>> classified("2025年工作总结和2026年工作思路", Report(year=2026))
    (<Role.REVIEW: 'review'>, datetime.date(2025, 12, 31))
    >>> classified("全面加强政府自身建设", Report(year=2026)) is None
    True
    """
    plain = re.sub('[“”"‘’]', "", heading)
    if (both := _BOTH.match(plain)) and REVIEW.search(both["first"]) and _PLAN_ENDS.search(plain):
        plain = both["first"]
    years = [int(y) for y in re.findall(r"20\d\d(?=年)", plain)]
    if PROBLEMS.search(plain) and not PLAN.search(plain) and not REVIEW.search(plain):
        return Role.PROBLEMS, None
    looks_back = bool(REVIEW.search(plain)) and not re.search("下一?步|今后|打算", plain)
    if not looks_back and years and report.year and max(years) < report.year and not PLAN.search(plain):
        looks_back = True
    if not looks_back and years and report.year and max(years) < report.year and re.search("主要工作", plain):
        looks_back = True
    if looks_back:
        return Role.REVIEW, _review_day(years, plain, report)
    if (
        PLAN.search(plain)
        or YEARS_AHEAD.search(plain)
        or (years and report.year and max(years) >= report.year)
    ):
        return Role.PLAN, _plan_day(plain, report)
    return None


def _review_day(years: list[int], heading: str, report: Report) -> dt.date | None:
    if years:
        year = max(years)
    elif re.search("过去|一年来|五年来|回顾|去年|上年", heading) and report.past:
        year = report.past
    elif (plan := re.search("十([二三四五六])五", heading)) and report.past:
        year = min(report.past, 2015 + 5 * "二三四五六".index(plan[1]))
    else:
        return None
    end = day_of(year, 6 if "上半年" in heading else 9 if "前三季度" in heading else 12)
    if report.day is not None and end is not None and end > report.day and report.day.month < 11:
        return None  # it tells of a year that has not ended: of the report's day
    return end


def _plan_day(heading: str, report: Report) -> dt.date | None:
    this = THIS_YEAR.search(heading)
    if (ahead := YEARS_AHEAD.search(heading)) and not (
        this and "20" + "30" not in this[0] and _mixed(heading)
    ):
        return years_ahead_end(ahead, report)
    if this and this[1] and int(this[1]) <= (report.year or 9999) + 15:
        return day_of(int(this[1]))
    end = report.horizon or report.year
    return day_of(end) if end else None


def _mixed(heading: str) -> bool:
    """Whether a heading names the coming years and this one: its paragraphs tell which."""
    return bool(re.search(r"(?:和|及|与|、)(?:20\d\d年|今年)", heading))


def years_ahead_end(found: re.Match[str], report: Report) -> dt.date | None:
    """Return the last day of the coming years that some words name."""
    if found.lastindex and found[1]:
        return day_of(2025 + 5 * ("三四五六七".index(found[1]) - 1))
    if number := re.search(r"20\d\d", found[0]):
        return day_of(int(number[0]))
    return None if report.year is None else day_of(report.year + (2 if "三" in found[0] else 4))


def _heading(line: str) -> tuple[str, bool]:
    """Return the title of a line that is a heading, and whether it is one of the first rank."""
    if match := _NUMBERED.match(line):
        return match["title"], True
    if (match := _INNER.match(line)) and _INNER_WORDS.search(match["title"]):
        return match["title"], False
    if (
        (match := _BARE.match(line))
        and _BARE_WORDS.search(match["title"])
        and not _NO_HEADING.search(match["title"])
    ):
        return match["title"], True
    return "", False


def _of_document(report: Report) -> tuple[Role, dt.date | None]:
    if report.statistics:
        return Role.REVIEW, day_of(report.year) if report.year else None
    if "政府工作报告" in report.title and not report.session:
        return Role.REVIEW, day_of(report.past) if report.past else None
    if report.plan:
        end = report.horizon or report.year
        return Role.PLAN, day_of(end) if end else None
    if _PLAN_ENDS.search(report.title.removesuffix("汇报").removesuffix("的")) and _BOTH.match(report.title):
        return classified(report.title.removesuffix("汇报"), report) or (Role.UNKNOWN, None)
    if report.session:
        return Role.UNKNOWN, day_of(report.past) if report.past else None
    if report.five_year:
        ahead = YEARS_AHEAD.search(report.title.replace("“", "").replace("”", ""))
        return Role.PLAN, years_ahead_end(ahead, report) if ahead else None
    return Role.UNKNOWN, None


def _states(sentence: str, role: Role) -> bool:
    """Whether a sentence says what the goals are.

    Examples
    --------
    >>> _states("今年的主要预期目标是:增长6%,完成节能任务", Role.UNKNOWN)
    True
    >>> _states("全面完成了年初的主要预期目标:增长6%", Role.UNKNOWN)
    False
    >>> _states("今年继续办好10件民生实事:", Role.UNKNOWN), _states("办好民生实事:", Role.REVIEW)
    (True, False)
    """
    found = _AHEAD.search(sentence)
    if found is not None and not sentence.startswith("什么", found.end()):
        clause = max(sentence.rfind(sign, 0, found.start()) for sign in "，,：:")
        return not _DONE.search(sentence[clause + 1 : found.end()])
    return role is Role.UNKNOWN and _PROMISES.search(sentence) is not None


def _plan_end(words: str, report: Report) -> dt.date | None:
    """Return the end of the five years that a plan is for which is named without them: 《纲要》提出的目标."""
    return day_of(-(-report.year // 5) * 5) if report.year and "纲要" in words else None


Turn = tuple[int, tuple[Role, dt.date | None]]


def _turns(line: str, was: Section, report: Report, far: dt.date | None) -> list[Turn]:
    """Return where a paragraph turns to the past year, to this year or to the coming ones."""
    if report.statistics:
        return []
    this_year = day_of(report.year) if report.year else None
    if was.role is not Role.PLAN and _BACK.match(line):
        return [(0, (Role.REVIEW, day_of(report.past) if report.past else None))]
    turns: list[Turn] = []
    begin = 0
    for sentence in re.split("(?<=[。！？;；])", line):
        opening = re.sub("[“”]", "", sentence[:70])
        states = _states(sentence, was.role)
        if _HERE.search(opening) and (was.role is Role.PLAN or states):
            turns.append((begin, (Role.PLAN, this_year)))
        elif (ahead := _FAR.search(opening)) and (far or states) and (was.role is Role.PLAN or states):
            named = YEARS_AHEAD.search(opening)
            end = (years_ahead_end(named, report) if named else None) or far or _plan_end(opening, report)
            turns.append((begin, (Role.PLAN, end)))
        elif states and was.role is not Role.PLAN and not ahead:
            turns.append((begin, (Role.PLAN, this_year)))
        begin += len(sentence)
    return turns

"""What a report says of itself: its day, its year, its region, which year it looks back on."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from forecasts.intake.numerals import number_of

#: How much of a text is its head.
HEAD: Final = 1500

#: A line of a head is no longer, unless lines were joined.
_LINE: Final = 90

_NUMBER = "[一二三四五六七八九十]"
_DAY = re.compile(
    r"(?P<y>(?:19|20)\d\d|二[〇零○O][一二三四五六七八九〇零○]{2})\s?"
    rf"(?:年\s?(?P<m>\d{{1,2}}|{_NUMBER}{{1,2}})\s?月\s?(?P<d>\d{{1,2}}|{_NUMBER}{{1,3}})\s?日"
    r"|(?P<mark>[-/.])(?P<m2>\d{1,2})(?P=mark)(?P<d2>\d{1,2})(?!\d))"
)
_SPOKEN = re.compile("会议|大会|人大|代表|常委会|作|上")
_TITLE = re.compile(
    r"^\s*#*\s*(?P<title>[^\n]{2,60}(?:报告|公报|纲要|规划|方案|意见|通知|要点|计划|总结|汇报)[^\n]{0,12})\s*$",
    re.MULTILINE,
)
#: The title of a report whose lines were joined.
_GLUED = re.compile(r"\s*(?P<title>[^\n。，,:：;；]{0,30}?政府工作报告)(?!》|解读)[^\n]{200}")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?年?")
_LOOKS_BACK = re.compile(r"((?:20)\d\d)年(?:度)?(?:以来)?(?:的)?(?:政府)?(?:主要)?工作(?:回顾|情况|总结)")
_LOOKS_AHEAD = re.compile(
    r"((?:20)\d\d)年(?:度)?(?:的)?(?:政府|经济社会发展)?(?:主要|重点|总体)?(?:工作)?(?:预期)?(?:目标|安排|任务|重点|要求|总体要求|打算)"
)
#: 2021侨界菁英大会
_BARE_YEAR = re.compile(r"(?<![\d.])(20[12]\d)(?=[\u4e00-\u9fff])(?!年|余|多?[元家个项亿万人名件台套])")
#: News begin with their day: 新华网广州1月12日电, 9月23日上午.
_LEAD = re.compile(
    r"^[^。，,\n]{0,16}?(?<![\d年])(?P<m>\d{1,2})月(?P<d>\d{1,2})日(?:电|讯|消息|上午|下午|[,，])",
    re.MULTILINE,
)
#: 区长作政府工作报告, 在政府工作报告中指出: news of a session, which are held until spring.
_SESSION = re.compile(
    "作(?:了)?(?:《)?政府工作报告|政府工作报告》?解读|解读《?政府工作报告|(?:在|今年的?)(?:《)?政府工作报告"
)
_SESSIONS_END = 4
#: 过去一年 2022年是不平凡的一年
_PAST_YEAR = re.compile(r"(?:过去的?一年|工作回顾)\s*[^。\n]{0,12}?(20\d\d)年")
#: 2023年工作总结和2024年工作思路
_TWO_YEARS = re.compile(r"(20\d\d)年[^\d]*(?:总结|情况|回顾)[^\d]*(20\d\d)年")
#: A year that a text names as its own: 2023年主要预期目标; not 到2023年, 2023年以来.
_OWN_YEAR = re.compile(r"(?<![\d到至—–~\-])(?<!力争)(?<!预计)(?<!计划)(20\d\d)年(?!同期|底前|代|的?基础)")


@dataclass(frozen=True, slots=True)
class Report:
    """A report about itself.

    Parameters
    ----------
    title : str
        Empty if none is seen.
    day : date, optional
        The day it was given or, where that is not said, published.
    year : int, optional
        The year in which its plan is to be carried out; of a report of statistics, the year it tells.
    statistics, five_year, plan : bool
        Whether it is a statistical communiqué, a plan of five years, another plan.
    horizon : int, optional
        The last year that the title of another plan names.
    session : bool
        Whether it is news of a session in which a report was given.
    """

    title: str = ""
    day: dt.date | None = None
    year: int | None = None
    statistics: bool = False
    five_year: bool = False
    plan: bool = False
    horizon: int | None = None
    session: bool = False

    @property
    def past(self) -> int | None:
        """The year a review looks back on."""
        return None if self.year is None else self.year - (not self.statistics)

    @property
    def year_end(self) -> dt.date | None:
        """The last day of its year."""
        return None if self.year is None else day_of(self.year)


def day_of(year: int, month: int = 12, day: int | None = None) -> dt.date | None:
    """Return a day, by default the last of its month; nothing if the calendar has none such."""
    try:
        return dt.date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError):
        return None


def report_of(text: str) -> Report:
    r"""Return what a plain text says about itself.

    Examples
    --------
    >>> said = report_of("2025年某省政府工作报告\n2025年1月19日在某省第十四届人民代表大会第三次会议上")
    >>> said.title, said.day, said.year
    ('2025年某省政府工作报告', datetime.date(2025, 1, 19), 2025)
    >>> report_of("某市科技发展情况的报告\n——2023年5月30日在市人大常委会上").year
    2023
    """
    head = text[:HEAD]
    # Over many empty lines, the search would take seconds.
    whole = "\n".join(filter(None, map(str.strip, head.split("\n"))))
    found = _TITLE.search(whole) or _GLUED.match(head)
    title = found["title"].strip() if found else ""
    day = _day_of(head)
    statistics = "统计公报" in head[:300]
    other = "报告" not in title and not statistics
    five_year = other and bool(re.search("五年规划|规划纲要|发展规划|十[三四五六七]五”?规划", title))
    plan = other and not five_year and bool(re.search("要点|计划|方案|安排|清单|实施意见", title))
    year = _year_of(text, title, day, statistics)
    if day is None and not title and year and (lead := _LEAD.search(head)):
        day = day_of(year, int(lead["m"]), int(lead["d"]))
    last = max((int(y) for y in re.findall(r"20\d\d", title)), default=None) if plan else None
    early = day is None or day.month <= _SESSIONS_END
    news = not title or "解读" in title
    session = news and not statistics and early and bool(_SESSION.search(head))
    return Report(title, day, year, statistics, five_year, plan, last, session)


def _day_of(head: str) -> dt.date | None:
    """Return the day of a meeting, or else the first day that is named."""
    first = None
    for match in _DAY.finditer(head):
        line_end = head.find("\n", match.end())
        line = head[head.rfind("\n", 0, match.start()) + 1 : line_end if line_end >= 0 else len(head)]
        if len(line) > _LINE:
            if match.start() > 2 * _LINE:
                continue  # a sentence of the text, not its head
            line = head[max(0, match.start() - _LINE // 2) : match.end() + _LINE // 2]
        numbers = [
            int(v) if v.isdigit() else int(number_of(v.replace("○", "〇").replace("O", "〇")) or 0)
            for v in (match["y"], match["m"] or match["m2"], match["d"] or match["d2"])
        ]
        if (day := day_of(*numbers) if all(numbers) else None) is None:
            continue
        if _SPOKEN.search(line) and not re.search("来源|发布|时间", line):
            return day
        first = first or day
    return first


def _year_of(text: str, title: str, day: dt.date | None, statistics: bool) -> int | None:
    named = [int(y) for y in _YEAR.findall(title)]
    back = _LOOKS_BACK.search(text)
    if named and (statistics or "工作报告" in title):
        late = back is not None and int(back[1]) == named[0] and (day is None or day.month > 10)
        return named[0] + late
    if "报告" not in title and (five := re.search("十([三四五六七])个?五", title)):
        return 2016 + 5 * "三四五六七".index(five[1])
    if len(named) > 1 and (both := _TWO_YEARS.search(title)) is not None and int(both[1]) + 1 == int(both[2]):
        return int(both[2])
    ahead = _LOOKS_AHEAD.search(text)
    if back and (not ahead or ahead.start() > back.start()):
        return int(back[1]) + 1
    if ahead and (day is None or abs(int(ahead[1]) - day.year) <= 1):
        return int(ahead[1])
    if day is not None:
        late = day.month == 12 and "政府工作报告" in text[:HEAD]
        return day.year + late - (statistics and day.month < 7)
    if named:
        return named[0]
    if past := _PAST_YEAR.search(text[:HEAD]):
        return int(past[1]) + 1
    own = _OWN_YEAR.findall(text[:HEAD]) or _BARE_YEAR.findall(text[:HEAD])
    return max((int(y) for y in own), default=None)

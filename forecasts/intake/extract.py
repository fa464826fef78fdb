"""The quantities of a text: numbers, less what is none, each with its kind, day, indicator and region."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from forecasts.intake.candidates import Candidate, Said
from forecasts.intake.dating import Dated, Dates, dates_of, day_for, horizon_of, named_day
from forecasts.intake.figures import Figure, figures_of
from forecasts.intake.kinds import PAST, kind_of
from forecasts.intake.known import Known
from forecasts.intake.naming import Named, name_of
from forecasts.intake.places import place_at, region_of
from forecasts.intake.plain import Squeezed, plain, quoted, sentences, squeezed
from forecasts.intake.refusals import refused_by
from forecasts.intake.report import Report, report_of
from forecasts.intake.sections import Role, Section, section_at, sections_of

#: How far a sentence is looked at around a number: real ones are shorter.
_FAR = 600

#: Indicators of which less is wanted: a goal of about so much asks for no more.
_LESS = ("失业率", "居民消费价格", "涨幅")


def candidates_of(text: str, known: Known = Known(), region: str = "") -> list[Candidate]:  # noqa: B008
    r"""Return every quantity of a text, in its order, none within another.

    Parameters
    ----------
    text : str
        A report, or any Chinese prose, as it was decoded.
    known : Known
        The indicators and regions that have names already.
    region : str, optional
        Of what the text tells unless it says otherwise; without it the title is asked.

    Examples
    --------
    >>> text = "2025年某省政府工作报告\n二、2025年目标任务\n地区生产总值增长5%左右，高新技术企业超6.1万家。"
    >>> for one in candidates_of(text):
    ...     print(one.quote, one.value, one.unit, one.kind, one.indicator, one.date)
    5%左右 5.0 % goal 地区生产总值增速 2025-12-31
    超6.1万家 61000.0 家 goal 高新技术企业 2025-12-31
    """
    squeeze = squeezed(plain(text))
    same = squeeze.text
    report = report_of(same)
    sections = sections_of(same, report)
    where = region or region_of(report.title, same, known)
    spans = iter(_sentences_with(same))
    dates = dates_of(same)
    found: list[Candidate] = []
    carried: dt.date | None = None
    ahead: dt.date | None = None
    paragraph = -1
    for start, end, figures in spans:
        section = section_at(sections, figures[0].start if figures else start)
        line = same.rfind("\n", 0, start)
        if line != paragraph:
            goes_on = report.day is None and section.role is Role.UNKNOWN  # a list has its day at its head
            paragraph, carried, ahead = line, carried if goes_on else None, None
        if section.day is None and (named := named_day(same, start, end, report)) is not None:
            carried = named
        context = _Context(text, squeeze, report, known, where, dates)
        shared = _Shared(carried if section.day is None else None, ahead)
        found += _of_sentence(context, start, end, figures, section, shared)
        ahead = horizon_of(same, start, end) or ahead
    return found


@dataclass(frozen=True, slots=True)
class _Shared:
    """The days that earlier sentences of a paragraph named: of what they tell, and of their goals."""

    told: dt.date | None
    ahead: dt.date | None


@dataclass(frozen=True, slots=True)
class _Context:
    """What all sentences of a text share."""

    text: str
    squeezed: Squeezed
    report: Report
    known: Known
    region: str
    dates: Dates

    @property
    def same(self) -> str:
        """The text that the rules read."""
        return self.squeezed.text


def _sentences_with(same: str) -> Iterator[tuple[int, int, list[Figure]]]:
    """Yield each sentence with its quantities; those without any, too."""
    names = quoted(same)
    figures = figures_of(same)
    at = near = 0
    for start, end in sentences(same):
        inside: list[Figure] = []
        while at < len(figures) and figures[at].start < end:
            figure = figures[at]
            at += 1
            while near < len(names) and names[near][1] <= figure.start:
                near += 1
            around = [n for n in names[near : near + 3] if n[0] <= figure.start and n[1] >= figure.end]
            if figure.start >= start and not refused_by(same, figure, around):
                inside.append(figure)
        yield start, end, inside


def _of_sentence(
    context: _Context,
    start: int,
    end: int,
    figures: list[Figure],
    section: Section,
    shared: _Shared,
) -> Iterator[Candidate]:
    """Yield the quantities of one sentence."""
    same = context.same
    names: list[Named] = []
    said: Said | None = None
    floor = start
    previous: Figure | None = None
    for figure in figures:
        figure = _like(previous, figure, same)
        near, far = max(start, figure.outer[0] - _FAR), min(end, figure.outer[1] + _FAR)
        bare = same[floor : figure.outer[0]].strip(" 、和及与到至-—")
        dated = day_for(same, context.dates, near, figure.outer[0], section, context.report, shared.told)
        if not bare and said is not None and previous is not None and previous.unit == figure.unit:
            kind = said
        else:
            future = _future(dated, section, context.report)
            if future is None and section.role is Role.UNKNOWN and _goes_on(same, start, figure, shared):
                future = True
            kind = kind_of(same, near, far, figure, section.role, future)
        named = name_of(same, near, max(near, floor), far, figure, context.known, names)
        kind = _of_name(kind, named, figure)
        if section.role is Role.PLAN and kind is not Said.GOAL and dated.inferred:
            dated = Dated(context.report.day or dated.day, True)  # how it is, not how it shall be
        if section.role is Role.UNKNOWN and kind is Said.GOAL and dated.inferred:
            dated = _hoped_for(dated, shared, context.report)
        dated = _start_of(same, start, figure, dated, section)
        yield _candidate(context, near, figure, section, dated, kind, named)
        names.append(named)
        said, previous, floor = kind, figure, figure.outer[1]


def _goes_on(same: str, start: int, figure: Figure, shared: _Shared) -> bool:
    """Whether a sentence goes on with the goals of the one before: 到2027年突破90家;小巨人企业突破8家."""
    goes_on = shared.ahead is not None and same[start - 1 : start] in {"；", ";"}
    return goes_on and not PAST.search(same, start, figure.start)


def _like(previous: Figure | None, figure: Figure, same: str) -> Figure:
    """Return a figure of a list with the hedge of the first: 分别超过8万元、4.5万元."""
    if (
        previous is not None
        and figure.qualifier == "eq"
        and previous.qualifier == "over"
        and previous.outer[0] < previous.start
        and same[previous.outer[1] : figure.outer[0]].strip(" ") in {"、", "和", "及", "与"}
        and figure.outer == (figure.start, figure.end)
    ):
        return replace(figure, qualifier=previous.qualifier, comparison=previous.comparison)
    return figure


def _future(dated: Dated, section: Section, report: Report) -> bool | None:
    """Whether the day that a sentence names lies after the report's; none if it names none."""
    if dated.inferred or dated.day is None:
        return None
    if report.day is not None and dated.day.year == report.day.year and section.role is Role.UNKNOWN:
        return True if dated.day > report.day and dated.ends else None  # 2023年 is told of at its end, too
    if report.day is not None:
        return dated.day > report.day
    if report.year is None:
        return None
    if section.role is Role.PLAN:
        return dated.day.year >= report.year
    return dated.day.year > report.year or None


def _of_name(kind: Said, named: Named, figure: Figure) -> Said:
    """Return the kind that a name asks for: 涨幅 and 增速 are changes."""
    ends = named.base.endswith(("涨幅", "增速", "增幅", "降幅"))
    return Said.CHANGE if kind is Said.OBSERVATION and ends and figure.unit == "%" else kind


def _hoped_for(dated: Dated, shared: _Shared, report: Report) -> Dated:
    """Return by when a goal without a day is to be met: as an earlier one, or in news at the year's end."""
    if shared.ahead is not None:
        return Dated(shared.ahead, True)
    now = report.day or report.year_end
    over = dated.day is None or report.session or (now is not None and dated.day <= now)
    return Dated(report.year_end, True) if over and report.year_end else dated


#: 从15家, which a rise or fall to another number follows.
_FROM = re.compile(r"[从由](?:上年的?)?$")
_TO = re.compile("(?:提高|增加|增长|增|提升|跃升|上升|下降|降|减少|缩小|扩大|升|发展)[至到]?")
_FIVE_YEARS = re.compile("五年来|过去五年|五年间|十[二三四五]五”?(?:时期|以来|期间)")


def _start_of(same: str, start: int, figure: Figure, dated: Dated, section: Section) -> Dated:
    """Return the day of the first number of 从…提高到…: a year before, or five in a look back on five."""
    before = same[max(0, figure.outer[0] - 8) : figure.outer[0]]
    if not _FROM.search(before) or not _TO.match(same[figure.outer[1] : figure.outer[1] + 4]):
        return dated
    if dated.day is None or dated.day.month != 12 or dated.day.day != 31:
        return dated
    long = _FIVE_YEARS.search(same, max(section.start, start - 2000), figure.outer[0])
    return Dated(dated.day.replace(year=dated.day.year - (5 if long else 1)), True)


def _candidate(
    context: _Context, start: int, figure: Figure, section: Section, dated: Dated, kind: Said, named: Named
) -> Candidate:
    first, last = figure.outer
    begins, ends = context.squeezed.span(first, last)
    clause = context.same[max(start, first - 24) : first]
    comparison = figure.comparison
    if (
        comparison in {"~", ">="}
        and figure.qualifier in {"about", "eq"}
        and any(w in named.base for w in _LESS)
    ):
        comparison = "<="
    return Candidate(
        start=begins,
        end=ends,
        quote=context.text[begins:ends],
        value=figure.value,
        high=figure.high,
        unit=figure.unit,
        qualifier=figure.qualifier,
        kind=kind.value,
        cumulative="累计" in clause.rpartition(",")[2].rpartition("，")[2],
        new=named.new,
        indicator=named.text,
        region=place_at(context.same, start, first, context.region, context.known),
        date=dated.day,
        date_inferred=dated.inferred,
        comparison=comparison if kind is Said.GOAL else None,
        confidence=_confidence(figure, section, dated, named),
    )


def _confidence(figure: Figure, section: Section, dated: Dated, named: Named) -> float:
    """Return how sure the rules are: each thing that was not said takes some off."""
    sure = 0.95
    if dated.inferred:
        sure *= 0.95 if section.day is not None else 0.8
    if dated.day is None:
        sure *= 0.8
    if not named.known:
        sure *= 0.95 if named.text else 0.6
    if named.inherited:
        sure *= 0.9
    if not figure.unit or figure.letters:
        sure *= 0.8
    return round(sure, 3)

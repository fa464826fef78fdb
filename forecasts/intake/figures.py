"""Where numbers stand in a text, and what they say by themselves: value, range, unit, hedges."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from forecasts.intake.numerals import LETTERS, number_of
from forecasts.intake.units import MONEY, PERCENT, POINTS, UNIT, spelled

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_MORE = "[多余几]"
_SCALE = r"(?:[十百千]?万亿|[十百千]?万|[十百千]?亿|千(?![瓦米克伏卡])|百(?!分))"
_SEPARATED = r"\s?(?:[-—–~]{1,2}|至|到)\s?"
_AMOUNT = rf"(?:{_MORE})?[ \t]?(?:{_SCALE})?(?:{_MORE})?[ \t]?(?:{UNIT})?"
_PARTS = re.compile(
    rf"(?P<more>{_MORE})?[ \t]?(?P<scale>{_SCALE})?(?P<more2>{_MORE})?[ \t]?(?P<unit>{UNIT})?"
)

#: Figures, perhaps with a range; 3-5分, 5%—6%, 1.2万至1.5万家.
_DIGITS = re.compile(
    rf"(?P<a>{_NUMBER})(?P<rest>{_AMOUNT})(?:(?P<sep>{_SEPARATED})(?P<b>{_NUMBER})(?P<rest2>{_AMOUNT}))?"
)

#: Chinese letters before a unit, 二十五个; or before 大 and what there are so many of, 八大.
_LETTERS = re.compile(
    rf"(?P<a>[{LETTERS}]{{0,12}}[一二两三四五六七八九十][{LETTERS}]{{0,12}}?(?:点[零一二三四五六七八九]+)?)(?P<rest>大|{_AMOUNT})"
)

#: A scale alone, 超千场, 近百个, 万名以上: only with a hedge.
_SCALE_ALONE = re.compile(
    rf"(?:(?<=[超近逾过破])|(?<=突破|超过|接近|达到|达上)|(?<=[达破超]上)|(?<=上))(?P<a>[百千万亿]|十万|百万|千万|百亿|千亿|万亿)"
    rf"(?P<more>{_MORE})?(?P<unit>{UNIT}|(?=大关|台阶|门槛))"
)
_SCALE_BOUND = re.compile(
    rf"(?<![{LETTERS}\d])(?P<a>[百千万])(?P<more>)(?P<unit>[个家名人户项场条])(?=以上|左右)"
)

_FRACTION = re.compile(r"(?<![\d/.])(?P<a>\d{1,2})/(?P<b>\d{1,3})(?![\d/])")
_PARTS_OF = re.compile(
    r"(?P<b>百|千|[二两三四五六七八九十])分之(?P<a>[一二两三四五六七八九十百零点]+|\d+(?:\.\d+)?)"
)
_RATIO = re.compile(r"(?<![\d.])(?P<a>\d+(?:\.\d+)?)\s?:\s?1(?![\d.])")
_DOUBLED = re.compile(r"翻(?:了)?(?P<a>[一两二三])?番")

_POWER: Final = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}

#: Hedges before a number, with the qualifier and what a goal so hedged asks.
BEFORE: Final = (
    ("不低于|不少于|不小于|不得低于|至少", "over", ">="),
    ("不超过|不高于|不大于|不多于|控制在|压降至", "eq", "<="),
    ("不足|不到|接近|将近|逼近|近", "near", ">="),
    ("低于|小于|少于", "eq", "<"),
    ("超过|超出|突破|跨越|跨过|迈过|越过|高于|大于|多于|首超|冲破|超|逾|破", "over", ">"),
    ("大约|约为|约|大致", "about", "~"),
)
_BEFORE = tuple((re.compile(rf"(?:{words})(?:了|上|至|到)?\s?$"), q, c) for words, q, c in BEFORE)

#: Hedges behind it.
AFTER: Final = (
    ("(?:及|或)?以上|之上", "over", ">="),
    ("以内|之内|及以下", "eq", "<="),
    ("以下|之下", "eq", "<"),
    ("左右|上下", "about", "~"),
    ("多(?![个少种数项])|余(?![额])", "remainder", ">="),
)
_AFTER = tuple((re.compile(rf"\s?(?:{words})"), q, c) for words, q, c in AFTER)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a text.

    Parameters
    ----------
    start, end : int
        The number and its unit, without hedges around them.
    outer : tuple of int
        The same with the hedges beside it.
    """

    start: int
    end: int
    outer: tuple[int, int]
    value: float
    high: float | None
    unit: str
    qualifier: str
    comparison: str
    letters: bool = False


def figures_of(text: str) -> list[Figure]:
    """Return the numbers of a plain text in their order, quantities or not, none within another.

    Examples
    --------
    >>> for f in figures_of("超1.5万家，100—120亿元，二十五个，占1/3以上，翻一番"):
    ...     print(f.value, f.high, f.unit, f.qualifier)
    15000.0 None 家 over
    100.0 120.0 亿元 eq
    25.0 None 个 eq
    0.333333333333 None  over
    2.0 None 倍 eq
    """
    found = sorted(_all(text), key=lambda figure: (figure.start, -figure.end))
    kept: list[Figure] = []
    for figure in found:
        if not kept or figure.outer[0] >= kept[-1].outer[1]:
            kept.append(figure)
        elif figure.start >= kept[-1].end and figure.outer[1] > kept[-1].outer[1]:
            kept.append(_hedged(text, figure, kept[-1].outer[1]))
    return [_with_unit(text, *pair) for pair in pairwise(kept)] + kept[-1:]


def _with_unit(text: str, figure: Figure, after: Figure) -> Figure:
    """Return a figure with the unit that it shares with the next: 分别回落2.16和1.66个百分点."""
    if text[figure.outer[1] : after.outer[0]] not in {"和", "、", "及", "与"}:
        return figure
    points = after.unit in POINTS and figure.unit in {"", "个"}
    shared = points or (after.unit in PERCENT and not figure.unit)
    return replace(figure, unit=after.unit) if shared and not figure.letters else figure


def _all(text: str) -> Iterator[Figure]:
    for pattern in (_FRACTION, _PARTS_OF, _RATIO, _DOUBLED, _SCALE_ALONE, _SCALE_BOUND):
        for match in pattern.finditer(text):
            if (special := _special(text, pattern, match)) is not None:
                yield special
    for match in _DIGITS.finditer(text):
        if match["b"] is not None and _is_way(text, match):
            yield from _one(text, match, "a", "rest")
            yield from _one(text, match, "b", "rest2")
        elif match["b"] is not None:
            yield from _range(text, match)
        else:
            yield from _one(text, match, "a", "rest")
    for match in _LETTERS.finditer(text):
        if match["rest"].strip():
            yield from _one(text, match, "a", "rest", letters=True)


def _is_way(text: str, match: re.Match[str]) -> bool:
    """Whether 从15家到38家 tells two numbers, not a range."""
    said = match["sep"].strip() in {"到", "至"}
    return (
        said
        and re.search(r"[从由][^，,。；;]{0,8}$", text[max(0, match.start() - 10) : match.start()])
        is not None
    )


def _one(text: str, match: re.Match[str], number: str, rest: str, letters: bool = False) -> Iterator[Figure]:
    if letters and match[rest] == "大":
        value = number_of(match[number])
        if value is not None:
            end = match.end(rest)
            yield Figure(
                match.start(number), end, (match.start(number), end), value, None, "大", "eq", ">=", True
            )
        return
    value = number_of(match[number]) if letters else _parsed(match[number])
    parts = _PARTS.match(match[rest])
    if value is None or parts is None:
        return
    factor, unit = _scaled(parts["scale"] or "", parts["unit"] or "")
    tail = len(match[rest]) - len(match[rest].rstrip())
    more = "remainder" if parts["more"] or parts["more2"] else "eq"
    start, end = match.start(number), match.end(rest) - tail
    yield _hedged(
        text, Figure(start, end, (start, end), _clean(value * factor), None, unit, more, ">=", letters)
    )


def _range(text: str, match: re.Match[str]) -> Iterator[Figure]:
    low, high = _parsed(match["a"]), _parsed(match["b"])
    first, second = _PARTS.match(match["rest"]), _PARTS.match(match["rest2"])
    if low is None or high is None or first is None or second is None:
        return
    unit = second["unit"] or first["unit"] or ""
    scale = second["scale"] or ""
    # 1.2-1.5万家 shares its scale; 8000—1.2万家 does not.
    shared = first["scale"] or ("" if first["unit"] or low > high else scale)
    factor, told = _scaled(scale or shared, unit)
    lower = _scaled(shared, unit)[0]
    if any(sign in unit for sign in ("元",)) and scale != shared and shared:
        lower = factor  # 100亿—120亿元 has one unit
    start, end = match.start(), match.end() - (len(match[0]) - len(match[0].rstrip()))
    a, b = _clean(low * lower), _clean(high * factor)
    if b < a:
        yield from _one(text, match, "a", "rest")
        yield from _one(text, match, "b", "rest2")
        return
    yield _hedged(text, Figure(start, end, (start, end), a, b, told, "eq", ">="))


def _special(text: str, pattern: re.Pattern[str], match: re.Match[str]) -> Figure | None:
    """Return a fraction, a ratio, a doubling or a scale that stands alone."""
    unit, qualifier = "", "eq"
    if pattern is _FRACTION:
        value = int(match["a"]) / max(int(match["b"]), 1)
        if not 0 < value < 1:
            return None
    elif pattern is _PARTS_OF:
        over = number_of(match["a"]) if not match["a"][0].isdigit() else float(match["a"])
        if over is None:
            return None
        under = number_of(match["b"]) or 1.0
        unit = {"百": "%", "千": "‰"}.get(match["b"], "")
        value = over if unit else over / under
    elif pattern is _RATIO:
        value, unit = float(match["a"]), ":1"
    elif pattern is _DOUBLED:
        value, unit = 2.0 ** {"两": 2, "二": 2, "三": 3}.get(match["a"] or "一", 1), "倍"
    else:
        factor, unit = _scaled(match["a"], match["unit"])
        value = factor
        qualifier = "remainder" if match["more"] else "over" if text[match.start() - 1] == "上" else "eq"
    span = match.span()
    return _hedged(text, Figure(*span, span, _clean(value), None, unit, qualifier, ">="))


def _hedged(text: str, figure: Figure, floor: int = 0) -> Figure:
    """Return a figure with the hedges that stand beside it."""
    start, end = figure.start, figure.end
    qualifier, comparison = figure.qualifier, figure.comparison
    window = text[max(floor, start - 6) : start]
    for words, q, c in _BEFORE:
        if hedge := words.search(window):
            start, qualifier, comparison = start - (len(window) - hedge.start()), q, c
            break
    for words, q, c in _AFTER:
        if hedge := words.match(text, end, end + 6):
            end = hedge.end()
            if qualifier in {"eq", "remainder"} and comparison in {">=", "~"}:
                qualifier, comparison = q, c
            elif q == "about" and qualifier == "eq":
                qualifier = q  # 控制在5.5%左右
            break
    return Figure(
        figure.start, figure.end, (start, end), figure.value, figure.high, figure.unit, qualifier, comparison,
        figure.letters,
    )  # fmt: skip


def _parsed(digits: str) -> float | None:
    bare = digits.replace(",", "")
    return float(bare) if len(bare) <= 18 else None


def _scaled(scale: str, unit: str) -> tuple[float, str]:
    """Return by what a number is multiplied, and its unit: before 元 the scale stays with the unit."""
    kept = ""
    if re.match(rf"(?:{MONEY})", unit):
        kept = scale[-2:] if scale.endswith("万亿") else scale[-1:] if scale[-1:] in "万亿" else ""
        scale = scale[: len(scale) - len(kept)]
    factor = 1.0
    for sign in scale:
        factor *= _POWER[sign]
    return factor, kept + spelled(unit)


def _clean(value: float) -> float:
    """Return 47000 for 4.7 times 10,000: what is printed has few figures."""
    return float(f"{value:.12g}")

"""Where a quantity is counted: the report's region, unless a sentence names another."""

import re
from typing import Final

from forecasts.intake.known import Known

#: A part of the region at the beginning of a sentence or clause: 江东片区, 核心区, 江西片区.
_PART: Final = re.compile(
    r"(?:^|[，,。；;、\n])\s*(?:[\"“”]?(?:(?:19|20)\d\d年)[,，]?)?(?P<part>[一-鿿]{2,8}?(?:片区|新区|高新区|经开区|自贸区|开发区|[市区县])|核心区|[一-鿿]{2,6}?(?:片区|核心区|新区|高新区|经开区|自贸区|开发区|园区|[市区县]))"
    r"(?![域内级间委长场政位民乡城外属])(?=[一-鿿])"
)
_NO_PART: Final = re.compile(
    "全[省市区县]|我[省市区县]|[各本该县城郊社市辖小街山老地省]区|城市|[都超各大中小县设]市|[各贫百]县|市区|沿海|长三角|示范区|示范市"
)
_NATION: Final = re.compile(
    r"(?:^|[，,。；;、\n])\s*(?:全国|我国)(?!第|人|首|各|统一|重点|范围|文明|性|平均|前|最)(?=[一-鿿])"
)
#: How far before a number its place is looked for.
_FAR: Final = 200
_TITLE: Final = re.compile(
    r"[一-鿿()]{2,14}?(?:省|自治区|特别行政区|市|州|盟|科[学技]城|新区|高新区|开发区|区|县)"
)


def region_of(title: str, head: str, known: Known) -> str:
    """Return the region a report is about: the id of a known one, or its name.

    Parameters
    ----------
    title, head : str
        The report's title and the beginning of its text, both plain.
    """
    for words in (title, head[:300]):
        best: tuple[int, int, str] | None = None
        for region in known.regions:
            for name in region.names:
                at = words.find(name.replace("（", "(").replace("）", ")"))
                if at >= 0 and (best is None or (_depth(region.id, known), len(name)) > best[:2]):
                    best = (_depth(region.id, known), len(name), region.id)
        if best is not None:
            return best[2]
    found = _TITLE.search(re.sub(r"^\s*#*\s*(?:19|20)\d\d年?", "", title))
    return found.group() if found else ""


def _depth(region: str, known: Known) -> int:
    """Return how many regions hold a region: the innermost that a title names is meant."""
    parents = {one.id: one.parent for one in known.regions}
    depth = 0
    while region in parents and parents[region] and depth < 9:
        region, depth = parents[region], depth + 1
    return depth


def place_at(text: str, sentence: int, at: int, region: str, known: Known) -> str:
    """Return the region of a quantity: a part named before it in its sentence, or the report's.

    Examples
    --------
    >>> place_at("江东片区建成27万平方米", 0, 8, "某市", Known())
    '江东片区'
    >>> place_at("全市建成27万平方米", 0, 6, "某市", Known())
    '某市'
    """
    told = text[max(sentence, at - _FAR) : at]
    part = ""
    for match in _PART.finditer(told):
        if not _NO_PART.search(match["part"]):
            part = match["part"]
    if not part:
        if _NATION.search(told):
            return next((r.id for r in known.regions if "全国" in r.names), "全国")
        return region
    part = re.sub(r"^(?:其中|推动|支持|推进|建设|的)", "", part)
    inside = [r for r in known.regions if r.parent == region]
    for one in inside:
        if any(name.endswith(part) for name in one.names):
            return one.id
    own = next((r for r in known.regions if r.id == region), None)
    if own is not None and any(part in name or name in part for name in own.names) and "核心" not in part:
        return region
    for one in known.regions:
        if part in one.names:
            return one.id
    for one in inside:
        if any(part in name for name in one.names):
            return one.id
    return part

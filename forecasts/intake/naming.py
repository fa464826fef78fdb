"""What a number counts: the words before it, or right behind it, or those of the number before.

Verbs, hedges and places are taken off; what stays is the indicator's name. Of a list (分别) each number has
its own words. Known indicators are found by their names; others are offered under the words of the text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from forecasts.intake.figures import Figure
from forecasts.intake.known import Known, KnownIndicator, usual
from forecasts.intake.units import PERCENT, POINTS, fits
from forecasts.intake.wording import (
    ADDED,
    AND,
    BARE,
    BEHIND_END,
    COMMA,
    COUNT,
    CROPS,
    DOWN,
    LEAD,
    LONGEST,
    OF_UNIT,
    PLACE,
    QUOTED,
    REACHED,
    RELATIVE,
    SHARE,
    SHARED,
    STOP,
    TAIL,
    UP,
    VERB,
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a number counts.

    Parameters
    ----------
    text : str
        An id of the ledger, or a name.
    base : str
        The name without 增速 and the like, for the number that follows without words of its own.
    known, inherited, new : bool
        Whether the ledger has it, it is the words of an earlier number, it counts what was added.
    subjects : tuple of str
        The names of a list, of which the numbers that follow take the next.
    """

    text: str
    base: str = ""
    known: bool = False
    inherited: bool = False
    new: bool = False
    subjects: tuple[str, ...] = ()
    turn: int = 0
    clause: int = -1


def name_of(
    text: str, sentence: int, floor: int, end: int, figure: Figure, known: Known, said: Sequence[Named]
) -> Named:
    """Return what a number counts.

    Parameters
    ----------
    sentence, end : int
        Where its sentence begins and ends.
    floor : int
        Where the quantity before it in the sentence ends, or where the sentence begins.
    said : sequence of Named
        What the quantities before it in the sentence count.
    """
    earlier = said[-1] if said else None
    start = figure.outer[0]
    head = text[max(floor, start - 90) : start]
    if "分别" in head:
        listed = _listed(text, max(sentence, floor), start) or tuple(one.base for one in said[-2:])
        if listed:
            return _finished(listed, 0, head[head.rindex("分别") :], figure, known)
    between = head.strip(" 、和及与,，")
    own = _last(head)
    if earlier is not None and earlier.subjects and not _untailed(between)[0]:
        turn = earlier.turn + 1 if not between else 0
        if turn < len(earlier.subjects):
            return _finished(earlier.subjects, turn, between or _verb_of(earlier), figure, known, earlier)
    bare, tail = _untailed(own)
    name, new = _unled(bare)
    behind = _name_behind(text, end, figure)
    inside = bool(ADDED.search(head)) or new
    if (split := _split_name(text[sentence:start], (between, own, own + behind), figure, known)) is not None:
        return Named(split.id, name or behind, True, False, inside)
    if behind and not _says_all(name):
        name = behind
    if VERB.match(name):
        name, tail = OF_UNIT.get(figure.unit, ""), tail or name
    name = name or OF_UNIT.get(figure.unit, "")
    if not name and earlier is not None and (UP.search(tail) or DOWN.search(tail)):
        return _named(earlier.base or earlier.text, tail, figure, known, False, True, own)
    if not name and (tail or not own.strip()):
        wider = _wider(head)
        name, more = _unled(_untailed(wider)[0])
        name, inside = "" if VERB.match(name) else name, inside | more
    if not name and "元" in figure.unit:
        name = _noun_behind(text, end, figure)  # 设立10亿元科创基金
    if not name and earlier is not None:
        part = SHARE.search(own) if figure.unit == "%" else None
        return _named(
            (earlier.base or earlier.text) + (part.group() if part else ""),
            tail if part else tail + _verb_of(earlier),
            figure,
            known,
            earlier.new and not tail,
            True,
            own,
        )
    if (
        earlier is not None
        and earlier.new
        and (earlier.known or earlier.text.startswith("新"))
        and figure.unit not in PERCENT
    ):
        inside |= _lists_on(text, floor, start)
    if name in COUNT and earlier is not None and earlier.base:
        name = earlier.base
    if name in CROPS and "粮食" in text[sentence:start]:
        name = f"粮食{name}"
    elif name in BARE and earlier is not None and earlier.base:
        name = re.sub("(?:播种)?面积$|总?数量?$", "", earlier.base) + name
    return _named(
        name, tail, figure, known, inside, False, own, _last(text[sentence:start].replace("、", ""))
    )


def _says_all(name: str) -> bool:
    """Whether the words before a number name something that is counted: 高新技术企业, 投资, 吞吐量."""
    return bool(name) and bool(
        re.search("(?:数|数量|总数|总量|量|额|率|比|值|收入|投资|面积|规模|企业)$", name)
    )


def _lists_on(text: str, floor: int, start: int) -> bool:
    """Whether a number goes on a list with 、 after 新增, and is no total: 新增5家、总数达到18家."""
    words = text[floor:start]
    return words.startswith("、") and not COMMA.search(words) and not re.search("总|累计|达到|突破", words)


def _last(head: str) -> str:
    """Return the words since the last stop; 、 within a list of nouns is none if only 和 follows."""
    cuts = [m.end() for m in STOP.finditer(head)]
    return head[cuts[-1] :] if cuts else head


def _wider(head: str) -> str:
    """Return the clause before, where the last one has no noun."""
    parts = [part for part in COMMA.split(head) if part.strip()]
    return parts[-2] if len(parts) > 1 else parts[-1] if parts else ""


def _untailed(words: str) -> tuple[str, str]:
    """Return words without the verbs and hedges at their end, and those.

    Examples
    --------
    >>> _untailed("地区生产总值增长"), _untailed("城镇新增就业")
    (('地区生产总值', '增长'), ('城镇新增就业', ''))
    """
    whole = words = words.rstrip(' "”’)）')
    while found := TAIL.search(words, max(0, len(words) - LONGEST)):
        words = words[: found.start()].rstrip("、")
    return words, whole[len(words) :]


def _unled(words: str) -> tuple[str, bool]:
    """Return words without connectives, places and verbs before them, and whether 新增 was among these."""
    new = False
    words = words.strip()
    while words and not RELATIVE.match(words):
        match = LEAD.match(words)
        if match is None or (len(words) - match.end() < 2 and match.group() not in "、，,的和及"):
            place = PLACE.match(words)
            if place is None:
                break
            words = words[place.end() :]
            continue
        new |= match.group().startswith(("新", "净增"))
        words = words[match.end() :]
    words = re.sub(r"[“”\"‘’《》*_`#]", "", words).strip(" 、的-").removesuffix("等")
    if RELATIVE.match(words):
        return "", new
    if LEAD.fullmatch(words):
        return "", new or words.startswith(("新", "净增"))
    return words[-LONGEST:], new


def _name_behind(text: str, end: int, figure: Figure) -> str:
    """Return the noun that stands right behind a classifier: 10家概念验证中心."""
    if (not figure.unit and figure.value < 10_000) or "元" in figure.unit:
        return ""
    if figure.unit and figure.unit in PERCENT | POINTS | {"倍", "番"}:
        return ""
    return _noun_behind(text, end, figure)


def _noun_behind(text: str, end: int, figure: Figure) -> str:
    """Return the noun that stands right behind a number."""
    words = text[figure.outer[1] : min(end, figure.outer[1] + LONGEST)]
    words = QUOTED.sub(r"\1\2", words)
    stop = BEHIND_END.search(words)
    noun = (words[: stop.start()] if stop else words).removeprefix("的").strip(' “”"')
    return noun if len(noun) > 1 else ""


def _listed(text: str, sentence: int, start: int) -> tuple[str, ...]:
    """Return the names of a list before 分别.

    Examples
    --------
    >>> words = "高新技术企业、科技型企业分别达到1150家、6700家"
    >>> _listed(words, 0, words.index("1150"))
    ('高新技术企业', '科技型企业')
    >>> words = "家电、新能源汽车零售额分别增长23.9%、35.8%"
    >>> _listed(words, 0, words.index("23.9"))
    ('家电零售额', '新能源汽车零售额')
    """
    at = text.rfind("分别", sentence, start)
    clause = text[sentence:at]
    cut = [m.end() for m in re.finditer(r"[，,；;。：:！？!?\n]", clause)]
    words = _untailed(clause[cut[-1] :] if cut else clause)[0]
    words = _unled(_quiet(words))[0] if len(words) <= LONGEST else _quiet(words)
    names = [part.strip(' “”"') for part in AND.split(words) if part.strip(' “”"')]
    if len(names) == 1 and "城乡" in names[0]:
        return names[0].replace("城乡", "城镇"), names[0].replace("城乡", "农村")
    if not names:
        return ()
    names[0] = _unled(names[0])[0] or names[0]
    last = names[-1]
    if (shared := SHARED.search(last)) and len(last) > len(shared.group()):
        names = [n if _whole(n, shared.group()) else _joined(n, shared.group()) for n in names]
    elif len(names) == 2 and (both := re.search("居民.*$", last)) and "居民" not in names[0]:
        names[0] += both.group()
    return tuple(names)


def _whole(name: str, ending: str) -> bool:
    """Whether a name of a list needs not its ending: 民营企业、外资企业出口 are both of 出口.

    Examples
    --------
    >>> _whole("民营企业", "出口"), _whole("高新技术企业", "企业"), _whole("旅游收入", "产值")
    (False, True, True)
    """
    own = SHARED.search(name)
    return own is not None and (own.group() != "企业" or ending == "企业")


def _joined(name: str, ending: str) -> str:
    """Return a name with the ending that a list shares: 城镇居民 and 居民人均可支配收入 have one 居民."""
    return (name.removesuffix("居民") if ending.startswith("居民") else name) + ending


def _quiet(words: str) -> str:
    """Return words without brackets."""
    return re.sub(r"[(（][^)）]*[)）]", "", words)


def _verb_of(earlier: Named) -> str:
    return "增长" if earlier.text.endswith("增速") else "下降" if earlier.text.endswith("降幅") else ""


def _finished(
    subjects: tuple[str, ...],
    turn: int,
    tail: str,
    figure: Figure,
    known: Known,
    earlier: Named | None = None,
) -> Named:
    one = _named(subjects[min(turn, len(subjects) - 1)], tail, figure, known, False, False, "")
    return Named(
        one.text, one.base, one.known, False, one.new or bool(earlier and earlier.new), subjects, turn
    )


def _named(
    name: str, tail: str, figure: Figure, known: Known, new: bool, inherited: bool, own: str, clause: str = ""
) -> Named:
    """Return a name as it is offered: known ones by their id."""
    name = known.without_place(name)
    if (found := _found(name, own, clause, figure, known, new)) is not None:
        return Named(found.id, name, True, inherited, new)
    kept = usual(_pruned(name))
    shown = kept
    tail += "增长" if "增长" in name and "增长" not in kept else ""
    changes = figure.unit in PERCENT | POINTS | {"倍"} and bool(kept)
    if kept == "居民消费价格" and figure.unit == "%":
        shown = "居民消费价格涨幅"
    elif changes and DOWN.search(tail) and not UP.search(tail) and not REACHED.search(tail):
        shown = f"{kept}降幅"
    elif changes and UP.search(tail) and not re.search("(?:率|比重|占比|比例|强度|增速|涨幅)$", kept):
        shown = f"{kept}增速"
    if new and kept and not re.search("^新|新增", shown):
        shown = f"新增{shown}"
    return Named(shown, kept, False, inherited, new)


def _pruned(name: str) -> str:
    """Return a name without what tells neither what nor where."""
    name = re.sub(r"^(?:全[省市区县国]|地方(?=一般)|实际(?=使用外)|主要)", "", name)
    return (
        re.sub(r"(?:的?(?:总数量|总数|数量|总量|保有量|拥有量|存量)|(?<=企业)数)$", "", name)
        if len(name) > 3
        else name
    )


def _found(
    name: str, own: str, clause: str, figure: Figure, known: Known, new: bool
) -> KnownIndicator | None:
    """Return the indicator of the ledger whose name the words are, in a unit that fits."""
    words = re.sub(r"[\s\"“”‘’]", "", own)
    pruned = re.sub(
        "^(?:国家级?|省级|全[省市区国]|有效期内的?|有效|证书有效期内的?|国家重点支持的)+",
        "",
        _pruned(name),
    )
    kept = usual(pruned)
    for wanted in ([f"新增{pruned}", f"新增{kept}"] if new else []) + [pruned, name, kept]:
        for one in known.by_name.get(wanted, ()):
            if fits(one.unit, figure.unit):
                return one
    said = _pruned(_untailed(words)[0])
    for quotes in re.findall('[“"]([^”"]{2,12})[”"]', clause):
        for one in known.by_name.get(quotes, ()):
            if fits(one.unit, figure.unit):
                return one
    for wanted, ones in known.by_name.items():
        if len(wanted) >= 3 and (said.endswith(wanted) or words.endswith(wanted)) and not new:
            for one in ones:
                if (
                    fits(one.unit, figure.unit)
                    and len(said) - len(wanted) <= 12
                    and _same_thing(said, wanted)
                ):
                    return one
    return None


def _split_name(before: str, ends: Sequence[str], figure: Figure, known: Known) -> KnownIndicator | None:
    """Return the indicator whose name ends with the words at a number and begins earlier in the sentence.

    A name that says whose or where (种子基金支持金额) is split by other words: 种子基金投贷119个项目，
    支持金额超4400万元.

    Parameters
    ----------
    before : str
        The sentence up to the number.
    ends : sequence of str
        The words at the number: those before it, with and without the noun behind it.
    """
    said = {re.sub('^累计|[\\s"“”]', "", _untailed(end)[0]) for end in ends}
    said |= {re.sub('^累计|[\\s"“”]', "", end) for end in ends}
    for end in sorted((one for one in said if len(one) >= 4), key=len, reverse=True):
        for wanted, ones in known.by_name.items():
            begin = wanted.removesuffix(end)
            if not 2 <= len(begin) < len(wanted) or ADDED.search(begin):
                continue
            if any(fits(one.unit, figure.unit) for one in ones) and _in_order(begin, before):
                return next(one for one in ones if fits(one.unit, figure.unit))
    return None


def _in_order(words: str, text: str) -> bool:
    """Whether words stand in a text, whole or cut once into parts of two letters or more.

    Examples
    --------
    >>> _in_order("基金支持", "股权投资基金,累计支持"), _in_order("基金支持", "支持股权投资基金")
    (True, False)
    """
    cuts = ((words[:at], words[at:]) for at in range(2, len(words) - 1))
    return words in text or any(last in text.partition(first)[2] for first, last in cuts)


def _same_thing(said: str, wanted: str) -> bool:
    """Whether what stands before a known name does not make it another thing."""
    rest = said[: -len(wanted)] if said.endswith(wanted) else ""
    return not re.search("[一-鿿](?:、|和|及)$", rest) and not rest.endswith(("非", "准", "潜在"))

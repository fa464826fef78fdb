"""What a number counts: the words before it, or right behind it, or those of the number before.

Verbs, hedges and places are taken off; what stays is the indicator's name. Of a list (分别) each number has
its own words. Known indicators are found by their names; others are offered under the words of the text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forecasts.intake.figures import Figure
from forecasts.intake.known import Known, KnownIndicator, usual_names
from forecasts.intake.units import PERCENT, POINTS

#: Verbs and hedges between a name and its number, taken off one by one.
TAIL: Final = re.compile(
    r"(?:分别|均|已|将|约|也|再|就|仅|仍|共|只|累计|预计|预期|同比|年均|较[^,，]{1,8}|(?<!占)比(?![例重率值照])[^,，]{1,8}|"
    r"平均|持续|首次|再次|连续|基本|保持|稳定|维持|控制|力争|按|稳步|大幅|进一步|总体|成功|有望|连续跨越|至少|不低于|"
    r"合计|共计|总计|要|从|由|为|是|有|到|至|在|了|于|超|超过|突破|接近|近|达|达到|实现|完成|"
    r"增长|增加|增至|增到|增|提高|提升|上升|上涨|回升|扩大|加快|下降|降低|减少|缩小|回落|收窄|降至|降为|降到|降|减|"
    r"压减|压降|削减|精简|缩减|跃升|跃上|迈上|站上|翻|新增|净增|多增|上调|下调|占|得到|获得|收获|取得|可达|"
    r"稳|左右|(?:的)?(?:年度|预期|调控|增长)?目标(?:任务|值)?(?:定)?|过|逾|冲刺|升至|跃居|涨幅达|跨越|计)$"
)
#: Words of change at the end of a name; what is left is told with 增速 or 降幅.
_UP: Final = re.compile("增长|增加|增至|提高|提升|上升|上涨|回升|扩大|加快|增速|增幅|增|涨|翻|高于|快于")
_DOWN: Final = re.compile("下降|降低|减少|缩小|回落|收窄|压减|压降|削减|精简|降|减|跌|下滑|缩短")

#: Connectives, times, places and verbs before a name.
LEAD: Final = re.compile(
    r"^(?:[“\"]?(?:十[一二三四五六七]五|今后五年|未来五年|过去五年|五年)[”\"]?(?:期间|时期|末|来)?|[^,，]{0,12}提出了?|要(?!素)|[一二三四五六七八九十]是|我们|\d{1,2}[.、]|[、,，:：.·\-—\s\"“”‘’'(（)）]|其中|并|并且|且|以及|及|和(?![美谐平])|与|等|的|又|还|再|也|共(?![建同])|累计|预计|预期|初步核算|同时|另外|此外|特别是|"
    r"全年|年内|全年预计|今年|去年|上年|本年|当年|明年|目前|截至目前|截至|到|至|(?:19|20)\d\d年(?:底|末|年底|年末|上半年|度)?|\d{1,2}月(?:底|末|份)?|前三季度|上半年|年底|年末|"
    r"全省|全市|全区|全县|全国|我省|我市|我区|我国|我县|本省|本市|全社会(?!研发|用电|固定)|"
    r"主要预期目标(?:是|为)|力争|确保|争取|推动|促进|实现|完成|计划|努力|着力|加快|持续|继续|积极|深入|大力|全力|加大|加强|抓好|推进|实施|安排|统筹(?!区)|组织|开展|带动|支持|引导|鼓励|帮助|保持|启动|滚动|稳定|扩大|"
    r"新增|新认定|新培育|新引育|新引进|新登记|新入选|新获批|新设|新签约|净增|建设|建成|建立|打造|培育|引进|引育|招引|布局|设立|成立|创建|争创|获批|入选|认定|评定|集聚|汇聚|"
    r"投用|投产|投运|建好|办好|举办|承办|举行|发放|发行|拨付|投入|下达|争取到|争取|落实|保障(?!性)|供应|配置|选派|派驻|培养|培训|支持培养|"
    r"出台|制定|推出|上线|上线运行|发布|办理|办结|提请|梳理|签约|落地|引入|拥有|现有|共有|达成|累计建成|获得|荣获|取得|增加|减少|压减|提供|吸引|推广|吸纳|达到|达|突破|为|让|使|将|把|对(?![口外])|有|在|从|由)"
)  # fmt: skip

#: A name right behind a classifier ends here.
_BEHIND_END: Final = re.compile(
    r"[，,。；;：:、（(）)！？!?\n“”《》\d]|以上|左右|入选|获批|获评|开工|建成|投产|投用|纳入|落地|完成|达到|达|超过|超|突破|实现|进入|上榜|获|得到|提供|被|已|均|全部|基本|稳定|投入|"
    r"增长|下降|提高|新增|和(?=\d)|及(?=\d)|上线|签约|落户|晋升|晋级|通过|成功|加快|有序|顺利|提前|竣工|营业收入|营收|用于|惠及|荣|居(?=全|第|省|世|首)|占|位|为|是|的(?=\d)|开展|运行|挂牌|列入|启动|入驻|之一|有|到|来|在|可|较|比|同比"
)
_STOP: Final = re.compile(r"[，,；;。：:！？!?\n、|]")
_COMMA: Final = re.compile(r"[，,；;。：:！？!?\n|]")
_AND: Final = re.compile(r"[、]|(?<=[一-鿿])(?:和(?!美|谐|平)|以及|(?<!普)及(?![时其率格])|与)(?=[一-鿿])")
_PLACE: Final = re.compile(
    r"^[一-鿿]{2,6}?(?:省|市|自治区|片区|新区|高新区|经开区|科[学技]城|区|县)"
    r"(?<!地区)(?<!社区)(?<!小区)(?<!市区)(?<!园区)(?<!城区)(?<!山区)(?<!城市)(?<!上市)(?<!都市)(?<!景区)(?<!灌区)(?<!县区)(?<!城镇区)"
    r"(?<!设区)(?<!各县)(?<!街区)(?<!辖区)(?<!校区)(?<!专区)(?<!门市)(?<!超市)(?<!县市)(?<!节省)"
    r"(?=[一-鿿])(?!域|内|级|间|委|长|场|政|民|属|外|镇|乡|值|城|际)"
)
_LONGEST: Final = 26
#: What was added in a period.
_ADDED: Final = re.compile(
    "(?:(?<![更创高革翻])新增|净增|(?<![更创高革翻])新[建改认培引登入获设开签当育][^，,。；;、]?)[^，,。；;、\\d]{0,16}$"
)
#: A comparison is no name.
_RELATIVE: Final = re.compile(
    "^(?:占|低于|高于|快于|优于|多于|少于|超|好于|相当于)(?:全|年度|国家|同期|上年|考核|目标|计划|十|其)"
)
#: What is counted where only the unit tells it.
_OF_UNIT: Final = {"列": "班列开行", "标箱": "集装箱吞吐量"}
#: Words that name a size, but not whose.
_BARE: Final = frozenset(
    {"总产", "总产量", "产量", "单产", "总量", "总数", "数量", "人数", "面积", "规模", "金额", "支持金额"}
)
#: What several names of a list share at their end.
_SHARED: Final = re.compile(
    "(?:居民人均可支配收入|人次|业务量|案件|增加值|总产值|产值|投资|零售额|产量|吞吐量|营业收入|营收|收入|数量|人数|出口|进口|进出口|覆盖率|比例|比重|占比|余额|浓度|销量|人均可支配收入|面积|消费|保费|规模|总量|领域投资|领域投资额|投资额|企业|总额|次数|起数|用电量)$"
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
    inside = bool(_ADDED.search(head)) or new
    if behind and not _says_all(name):
        name = behind
    name = name or _OF_UNIT.get(figure.unit, "")
    if not name and earlier is not None and (_UP.search(tail) or _DOWN.search(tail)):
        return _named(earlier.base or earlier.text, tail, figure, known, False, True, own)
    if not name and (tail or not own.strip()):
        wider = _wider(head)
        name, more = _unled(_untailed(wider)[0])
        inside |= more
    if not name and earlier is not None:
        return _named(
            earlier.base or earlier.text,
            tail + _verb_of(earlier),
            figure,
            known,
            earlier.new and not tail,
            True,
            own,
        )
    if earlier is not None and earlier.new and earlier.text.startswith("新") and figure.unit not in PERCENT:
        inside |= _lists_on(text, floor, start)
    if name in _BARE and earlier is not None and earlier.base:
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
    """Whether a number goes on a list with 、 after 新增."""
    return text[floor : floor + 1] == "、" and not _COMMA.search(text[floor:start])


def _last(head: str) -> str:
    """Return the words since the last stop; 、 within a list of nouns is none if only 和 follows."""
    cuts = [m.end() for m in _STOP.finditer(head)]
    return head[cuts[-1] :] if cuts else head


def _wider(head: str) -> str:
    """Return the clause before, where the last one has no noun."""
    parts = [part for part in _COMMA.split(head) if part.strip()]
    return parts[-2] if len(parts) > 1 else parts[-1] if parts else ""


def _untailed(words: str) -> tuple[str, str]:
    """Return words without the verbs and hedges at their end, and those.

    Examples
    --------
    >>> _untailed("地区生产总值增长"), _untailed("城镇新增就业")
    (('地区生产总值', '增长'), ('城镇新增就业', ''))
    """
    whole = words = words.rstrip(' "”’)）')
    while found := TAIL.search(words, max(0, len(words) - _LONGEST)):
        words = words[: found.start()]
    return words, whole[len(words) :]


def _unled(words: str) -> tuple[str, bool]:
    """Return words without connectives, places and verbs before them, and whether 新增 was among these."""
    new = False
    words = words.strip()
    while words:
        match = LEAD.match(words)
        if match is None or (len(words) - match.end() < 2 and match.group() not in "、，,的和及"):
            place = _PLACE.match(words)
            if place is None:
                break
            words = words[place.end() :]
            continue
        new |= match.group().startswith(("新", "净增"))
        words = words[match.end() :]
    words = re.sub(r"[“”\"‘’《》*_`#]", "", words).strip(" 、的-").removesuffix("等")
    if _RELATIVE.match(words):
        return "", new
    if LEAD.fullmatch(words):
        return "", new or words.startswith(("新", "净增"))
    return words[-_LONGEST:], new


def _name_behind(text: str, end: int, figure: Figure) -> str:
    """Return the noun that stands right behind a classifier: 10家概念验证中心."""
    if (not figure.unit and figure.value < 10_000) or "元" in figure.unit:
        return ""
    if figure.unit and figure.unit in PERCENT | POINTS | {"倍", "番"}:
        return ""
    words = text[figure.outer[1] : min(end, figure.outer[1] + _LONGEST)]
    stop = _BEHIND_END.search(words)
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
    words = _unled(_quiet(words))[0] if len(words) <= _LONGEST else _quiet(words)
    names = [part.strip(' “”"') for part in _AND.split(words) if part.strip(' “”"')]
    if len(names) == 1 and "城乡" in names[0]:
        return names[0].replace("城乡", "城镇"), names[0].replace("城乡", "农村")
    if not names:
        return ()
    names[0] = _unled(names[0])[0] or names[0]
    last = names[-1]
    if (shared := _SHARED.search(last)) and len(last) > len(shared.group()):
        names = [n if _SHARED.search(n) else _joined(n, shared.group()) for n in names]
    elif len(names) == 2 and (both := re.search("居民.*$", last)) and "居民" not in names[0]:
        names[0] += both.group()
    return tuple(names)


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
    kept = usual_names().get(_pruned(name), _pruned(name))
    shown = kept
    tail += "增长" if "增长" in name and "增长" not in kept else ""
    changes = figure.unit in PERCENT | POINTS | {"倍"} and bool(kept)
    if kept == "居民消费价格" and figure.unit == "%":
        shown = "居民消费价格涨幅"
    elif changes and _DOWN.search(tail) and not _UP.search(tail):
        shown = f"{kept}降幅"
    elif changes and _UP.search(tail) and not re.search("(?:率|比重|占比|比例|强度|增速|涨幅)$", kept):
        shown = f"{kept}增速"
    if new and kept and not re.search("^新|新增", shown):
        shown = f"新增{shown}"
    return Named(shown, kept, False, inherited, new)


def _pruned(name: str) -> str:
    """Return a name without what tells neither what nor where."""
    name = re.sub(r"^(?:全[省市区县国]|地方(?=一般)|国内(?=生产)|实际(?=使用外)|主要)", "", name)
    return re.sub(r"(?:总数量|总数|数量|总量)$", "", name) if len(name) > 5 else name


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
    for wanted in ([f"新增{pruned}"] if new else []) + [pruned, name]:
        for one in known.by_name.get(wanted, ()):
            if fits(one.unit, figure.unit):
                return one
    said = _untailed(words)[0]
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


def _same_thing(said: str, wanted: str) -> bool:
    """Whether what stands before a known name does not make it another thing."""
    rest = said[: -len(wanted)] if said.endswith(wanted) else ""
    return not re.search("[一-鿿](?:、|和|及)$", rest) and not rest.endswith(("非", "准", "潜在"))


def fits(unit: str, printed: str) -> bool:
    """Whether a printed unit counts the same as an indicator's.

    Examples
    --------
    >>> fits("亿元", "万元"), fits("家", "户"), fits("家", "%")
    (True, True, False)
    """
    if "元" in unit:
        return printed.endswith(unit.lstrip("万亿千百"))
    firms = {"家", "户", "个"}
    return unit == printed or (unit in firms and printed in firms)

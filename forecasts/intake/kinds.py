"""What a quantity says: how much there was, shall be, by how much it changed, or which part it is.

The section decides first, then the words beside the number. Each rule is a list of words with its examples;
to add one, add a word and an example to :data:`EXAMPLES`.
"""

import re
from typing import Final

from forecasts.intake.candidates import Said
from forecasts.intake.figures import Figure
from forecasts.intake.sections import Role
from forecasts.intake.units import MEASURE, PERCENT, POINTS

_HEDGE = "(?:[了约近超逾已均各也仅又再]|超过|分别|累计|达|年均|同比|平均|大幅|进一步){0,4}"

#: 增长5%, 下降12.8%, 提高4.6个百分点, 涨幅2%; not 提高到, not 新增.
CHANGE: Final = re.compile(
    rf"(?:(?<!新)(?<!净)增长|增加|(?<![新净])增(?![加长])|提高|提升|上升|上涨|上调|上浮|回升|扩大|加快|拉长|"
    rf"下降|降低|减少|缩小|缩短|回落|收窄|下滑|下跌|下调|压减|压降|削减|精简|降|减|跌|涨|减幅|增速|增幅|涨幅|降幅|跌幅|增长率|"
    rf"降低率|年均增长|多增|少增|增产|减产|翻){_HEDGE}\s?$"
)
#: 增长到, 降至 : the number is how much there is.
REACHED = re.compile(r"(?:到|至|为|达到?)(?:了|约|近|超过?|逾)?\s?$")
#: 高于全国2个百分点 compares with others.
_AGAINST: Final = re.compile("(?:高于|低于|快于|优于|好于|高出|领先)[^，,。；;、]{1,20}$")
#: Rises by so many: only of what is told in percent, points, times, or of a sum.
_BY: Final = re.compile(r"^(?:%|‰|个百分点|个基点|倍|成|)$")

#: 占全省比重达16%, 占比45%, 份额
SHARE: Final = re.compile(
    r"占(?!地|用|有|补|道)[^，,。；;]{0,30}$|占比[^，,。；;]{0,8}$|比重[^，,。；;、]{0,10}$|份额[^，,。；;、]{0,10}$"
)

#: 力争, 到2025年 … 达到
GOAL: Final = re.compile(
    "力争|争取(?!到|上级|中央|省|国家|各类|各级|资金|专项|债券|项目|政策)|确保|目标(?=[是为:：到]|任务|定|达|值|\\d)|计划(?!单列|生育)|规划(?!面积|建筑)|拟(?!定|人)|有望|努力(?:实现|达到|使)|(?<![即不])将(?:达|建|新|增|实|完|突|超|形|培|引|在|有|于|打|全|累|力|力争)"
    "|要(?:达到|实现|突破|超过|完成)|致力|保证(?![金书人])|(?:^|[，,。；;])\\s*要(?![求素件点道闻塞])|预计到|预期(?!寿命)|实现[^，,。；;]{2,16}目标|(?:^|[，,。；;、])\\s*到20\\d\\d年(?!的)"
)
#: 已建成, 去年, 目前: told of the past, also among plans.
PAST: Final = re.compile(
    r"(?<![较比])去年|(?<![较比])上年(?!度计划)|已(?:经|建|达|有|累|完|成|培|超|突|实|发|形|全|在)|目前|截至|截止|现有|迄今|以来|过去|历年|五年来|累计已|上一?年度"
)
#: 提出了“十一五”期间能源消耗降低20%左右、排放总量减少10%等目标
_PROPOSES: Final = re.compile("提出(?!以来)[^。；;]{0,60}$")
_AIM: Final = re.compile("^[^。；;，,]{0,30}?(?:等|的)目标(?!任务)")
#: 2025年全国将新增: what will be is no past, whichever year is said.
_WILL: Final = re.compile("(?<![即不])将(?:新|建|增|达|实|完|突)")
#: What turns from the past to the plan: 去年建成500家，今年再培育600家.
_TURN: Final = re.compile(
    "今年|本年|年内|明年|到20\\d\\d年|力争|争取|确保|要(?:新|再|建|培|完|达|实|突)|将(?:新|再|建|培|完|达|实|突)"
)
#: What stands in a title, or is told of the past behind a word of goals: 《三年行动计划》, 确保…,成功获批5家.
_TITLES: Final = re.compile("《[^《》]*》")
_DONE: Final = re.compile("已(?!经?有)|成功|获批|入选|荣获|获评")
#: 地区生产总值超万亿人口: people and the like are there, nobody plans them.
_THERE: Final = re.compile(
    r"^(?:多|余)?(?:全?[省市区县]|[一-鿿]{2,4}(?:各族)?)?(?:人民|儿女|百姓|党员|父老|同胞)"
)

#: 推进100平方公里科学中心建设: how large a thing is, not how much is planned.
_WORKS: Final = re.compile(r"^[^，,。；;、]{2,30}?(?:建设|改造|工程|项目|规划|前期|扩建)(?=[，,。；;、]|$)")
_PUSHES: Final = re.compile(r"(?:推进|推动|加快|加强|抓好|实施|谋划|启动|开展|高起点推进|提速)$")
#: 总投资500亿元的项目
_DESCRIBES: Final = re.compile(
    r"(?:总投资|总规模|规模|总面积|面积|总量|总长|全长|总装机|投资)(?:约|近|超|达|逾)?$"
)

#: Text with one marked number, section, what it says.
EXAMPLES: Final = (
    ("地区生产总值增长[5.8%]", Role.REVIEW, "change"),
    ("地区生产总值增长[5%]左右", Role.PLAN, "goal"),
    ("优良天数比率提升[4.6个百分点]", Role.REVIEW, "change"),
    ("城镇化率提高到[75.5%]", Role.REVIEW, "observation"),
    ("城镇调查失业率[4.5%]", Role.REVIEW, "observation"),
    ("城镇调查失业率[5.5%]左右", Role.PLAN, "goal"),
    ("居民消费价格涨幅[2%]左右", Role.PLAN, "goal"),
    ("新增[711家]", Role.REVIEW, "observation"),
    ("累计培育[2215家]", Role.REVIEW, "observation"),
    ("工业总产值占全市比重达[16%]", Role.REVIEW, "share"),
    ("数量分别仅占全市的16%、[13%]", Role.PROBLEMS, "share"),
    ("降低物流成本[65亿元]", Role.REVIEW, "observation"),
    ("贷款余额增加[2702亿元]", Role.REVIEW, "change"),
    ("力争到2023年年底达到[1150家]", Role.UNKNOWN, "goal"),
    ("出台《三年行动计划》等[18条]政策", Role.UNKNOWN, "observation"),
    ("争取省级项目资金[5600万元]", Role.UNKNOWN, "observation"),
    ("全市已建成[12个]", Role.PLAN, "observation"),
    ("纲要提出能耗降低[20%]左右、排放减少10%等目标", Role.REVIEW, "goal"),
    ("去年达到8000家，今年要新增[1000家]", Role.PLAN, "goal"),
    ("高起点推进[100平方公里]综合性科学中心建设", Role.PLAN, "observation"),
    ("汇聚[8500万]江苏人民的力量", Role.PLAN, "observation"),
    ("设立总规模[500亿元]的基金", Role.PLAN, "observation"),
    ("建设[27万平方米]孵化空间", Role.PLAN, "goal"),
    ("高于全国平均增速[2个百分点]", Role.REVIEW, "observation"),
    ("预期寿命达到[79.6岁]", Role.UNKNOWN, "observation"),
    ("完成年度目标的[112%]", Role.UNKNOWN, "observation"),
    ("产值[翻一番]", Role.REVIEW, "change"),
)


def kind_of(text: str, sentence: int, end: int, figure: Figure, role: Role, future: bool | None) -> Said:
    """Return what a quantity says.

    Parameters
    ----------
    sentence, end : int
        Where its sentence begins and ends.
    future : bool, optional
        Whether a date in its sentence lies after the day of the report; none = there is no such date, or
        nobody knows the day.
    """
    before = text[sentence : figure.outer[0]]
    behind = text[figure.outer[1] : end]
    if (goal := _is_goal(text, sentence, before, behind, figure, role, future)) is not None and goal:
        return Said.GOAL
    near = before[-40:]
    if figure.unit in PERCENT and SHARE.search(near) and not CHANGE.search(before[-24:]):
        return Said.SHARE
    if _changes(before[-24:], text[figure.start : figure.end], figure):
        return Said.CHANGE
    return Said.OBSERVATION


def _changes(before: str, words: str, figure: Figure) -> bool:
    if words.startswith("翻") or before.endswith("翻"):
        return True
    if figure.unit in POINTS and _AGAINST.search(before):
        return False
    if REACHED.search(before) and not re.search(
        "(?:增速|增幅|涨幅|降幅|增长率)(?:到|至|为|达到?)", before[-8:]
    ):
        return False
    if not CHANGE.search(before):
        return False
    return (
        bool(_BY.match(figure.unit)) or not re.search("[一-鿿](?:增|减|降)$", before) or figure.unit in POINTS
    )


def _is_goal(
    text: str, sentence: int, before: str, behind: str, figure: Figure, role: Role, future: bool | None
) -> bool | None:
    """Whether a quantity shall be reached."""
    told = text[sentence : figure.start]
    if _PROPOSES.search(told) and _AIM.match(behind):
        return True
    if role is Role.PLAN:
        if (
            (future is False and not _WILL.search(told[-8:]))
            or _THERE.match(behind)
            or (
                _past(text[max(sentence, figure.outer[0] - 24) : figure.outer[0]])
                and not GOAL.search(told[-12:])
            )
        ):
            return False
        if figure.unit and MEASURE.match(figure.unit):
            if _DESCRIBES.search(before) and behind.startswith("的"):
                return False
            if _PUSHES.search(before) and _WORKS.match(behind) and figure.qualifier == "eq":
                return False
        return True
    if role is Role.PROBLEMS:
        return False
    if role is Role.REVIEW:
        return bool(future) and not re.search("已", told[-20:])
    if future is not None and not future:
        return False
    return bool(future) or (_hoped(_TITLES.sub("", told)) and not PAST.search(told[-20:]))


def _past(told: str) -> bool:
    """Whether the words before a number of a plan tell of the past, the last of them.

    Examples
    --------
    >>> _past("去年达到"), _past("去年达到8000家，今年要新增"), _past("今年在已建成")
    (True, False, True)
    """
    last = max((found.end() for found in PAST.finditer(told)), default=None)
    return last is not None and not _TURN.search(told, last)


def _hoped(told: str) -> bool:
    """Whether the words before a number tell of what shall be.

    Examples
    --------
    >>> _hoped("力争到年底达到"), _hoped("确保质量,成功创建"), _hoped("对照目标任务(目标为400家)建成")
    (True, False, True)
    """
    last = max((found.end() for found in GOAL.finditer(told)), default=None)
    return last is not None and not _DONE.search(told, last)

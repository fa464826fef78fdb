"""What is no quantity although it has a number: each rule small, with examples.

A rule looks at what stands before the number, at the number with its unit, and behind it; what it names must
all fit. To add one, add a line with a text and the numbers of it that stay.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from forecasts.intake.figures import Figure
from forecasts.intake.units import TIME

#: How far a rule sees, in characters.
NEAR: Final = 16


@dataclass(frozen=True)
class Refusal:
    """One reason why a number is no quantity.

    Parameters
    ----------
    name : str
        What the number is instead.
    before, number, behind : str
        Regular expressions: what must end right before the number, be it, and begin right behind it.
    unless : str
        What before the number makes it a quantity all the same.
    examples : sequence of (str, str)
        A text, and the quotes of it that are quantities, separated by blanks.
    """

    name: str
    before: str = ""
    number: str = ""
    behind: str = ""
    unless: str = ""
    examples: Sequence[tuple[str, str]] = field(default=(), compare=False)

    @cached_property
    def _compiled(self) -> tuple[re.Pattern[str] | None, ...]:
        return tuple(
            re.compile(pattern) if words else None
            for words, pattern in (
                (self.before, f"(?:{self.before})$"),
                (self.number, f"(?:{self.number})$"),
                (self.behind, f"(?:{self.behind})"),
                (self.unless, f"(?:{self.unless})$"),
            )
        )

    def fits(self, left: str, words: str, right: str) -> bool:
        """Whether the rule refuses a number: what stands before it, the number, and what stands behind it."""
        before, number, behind, unless = self._compiled
        return (
            (before is None or before.search(left) is not None)
            and (number is None or number.match(words) is not None)
            and (behind is None or behind.match(right) is not None)
            and (unless is None or unless.search(left) is None)
        )


def around(text: str, figure: Figure) -> tuple[str, str, str]:
    """Return what stands before a number, the number with its unit, and what stands behind it."""
    start, end = figure.start, figure.end
    words = text[start:end]
    if figure.unit and re.fullmatch(r"[\d.,]+", words):
        words += figure.unit  # it shares the unit of the next
    return text[max(0, start - NEAR) : start], words, text[end : end + NEAR]


_VERB = "达到?|到|至|为|从|由|是|升|降|涨|超过?|突破|指数|指标值|得分|分别|约|近|和|及|、|较[^,，]{1,6}"

REFUSALS: Final[tuple[Refusal, ...]] = (
    Refusal("an ordinal", before="第", examples=[("居全国第4位、第15届，培育4家", "4家")]),
    Refusal(
        "an ordinal with its noun",
        behind=r"^ ?(?:届|号|级|世纪|年代|期(?!间)|版|线|代|次(?:会议|全会|党代会)|星级|等奖"
        r"|度(?!电)|周[年岁]|路|楼|#)",
        examples=[("21世纪，5号文，2.0版，三期工程，30万吨级航道，80周年，新增5个", "5个")],
    ),
    Refusal(
        "a rank",
        before="前|后|居|位列|名列|排名|第",
        unless="目前|此前|日前|提前|之后|然后|今后|会后|以后",
        examples=[("进入前50强、前10名，居后两位", "")],
    ),
    Refusal(
        "a list of so many", behind="^[ \\t]?强", examples=[("跻身全国30强", ""), ("4家企业入选30强", "4家")]
    ),
    Refusal(
        "a year",
        number=r"(?:19|20)\d\d(?:\s?(?:[-—–~]{1,2}|至|到)\s?(?:19|20)?\d\d)?|[一二][〇零一二三四五六七八九]{3}",
        behind=r"^[ \t]?(?:年|[-—–~/.]\d)",
        examples=[("2023年，2021—2025年，建成3座", "3座")],
    ),
    Refusal(
        "a year without its word",
        number=r"(?:19|20)\d\d(?:\s?(?:[-—–~]{1,2}|至|到)\s?(?:19|20)?\d\d)?",
        examples=[("承办2025中国发布会，2026年", "")],
    ),
    Refusal(
        "a date or a length of years",
        behind=r"^[ \t]?(?:多|余|几)?[ \t]?(?:年|月|日|号|时(?![间])|点|分钟|周(?!岁)|季度|旬|世纪)",
        examples=[("连续7年，5月30日，前三季度，三年行动，10多年，投入3亿元", "3亿元")],
    ),
    Refusal(
        "a day of the year",
        before=r"[\d年月]\s?[-/.·]",
        number=r"\d{1,2}",
        behind=r"^(?:[-/.日月\s]|$)",
        examples=[("2026/02/01 发布，新增2个", "2个")],
    ),
    Refusal(
        "a length of time",
        number=r".*(?:个工作日|工作日|个月|小时|分钟|天|秒钟?|岁)",
        unless="(?:缩短|压缩|压减|减少|提前|节约|节省|提[高升]|增加|延长|降|减|增|达|寿命|天数|超过?)(?:至|到|了|为)?",
        examples=[("15分钟生活圈，60岁以上老人，预期寿命达82.5岁，压缩至3个工作日", "82.5岁 3个工作日")],
    ),
    Refusal(
        "a code with letters",
        before=r"[A-Za-z][-—]?",
        unless="(?:GDP|AED|CPI|PPP|APP)",
        examples=[("PM2.5，G60，C919", "")],
    ),
    Refusal(
        "a code before letters",
        number=r"[\d.]+",
        behind=r"^[A-Za-z+×·](?!\w*/)",
        examples=[("5G工厂25个，“415X”，8·20，4+1", "25个")],
    ),
    Refusal("a sum as a name", before=r"[+×·]", examples=[("推进1+3功能区、新建3个", "3个")]),
    Refusal(
        "the number of a document",
        number=r"\d+",
        before=r"[\[〔【(]",
        behind=r"^[\]〕】)]",
        examples=[("某府发〔2023〕5号", "")],
    ),
    Refusal(
        "the number of an item",
        before=r"(?:^|[\n(])\s*",
        number=r"\d{1,2}",
        behind=r"^\s?[.、)](?!\d)",
        examples=[("1.医疗方面\n2、新增5家\n(3)其他", "5家")],
    ),
    Refusal(
        "a telephone number",
        number=r"0\d{2,3}[-—]?\d{7,8}|1[3-9]\d{9}|\d{7,}",
        examples=[("电话：023-67575000", "")],
    ),
    Refusal(
        "a number to call",
        behind=r"^[ \t]?(?:热线|平台|电话|系统)",
        number=r"\d{5}",
        examples=[("12345热线", "")],
    ),
    Refusal("so many of which", before="每", examples=[("每10万人45台", "45台")]),
    Refusal(
        "a meeting",
        number="[二三四五六七八九十]+次",
        behind="^(?:全会|会议|全体|党代会|代表|扩大)",
        examples=[("市委六届二次全会部署", "")],
    ),
    Refusal(
        "a size as a name",
        number=".*(?:千伏|千伏安|英寸|寸)",
        examples=[("500千伏变电站3座", "3座")],
    ),
    Refusal(
        "a threshold",
        number=r".*(?:元|人|亩|吨|户|%|\d[万亿])",
        behind=r"^(?:及)?以[上下](?:的|规模|重大|重点|工业|产业|大型|农业|制造业|行政|项目|企业|技改|优质|先进)",
        unless="(?:增长|达到?|完成|新增|实现|突破|在)",
        examples=[("10亿元以上重大项目30个", "30个"), ("引进5000万元以上项目超过841个", "超过841个")],
    ),
    Refusal(
        "so many steps",
        number=".*个",
        behind="^[十百千万亿]{0,3}元?级?新?台阶",
        examples=[("经济总量连跨两个万亿元台阶，增长5%", "5%")],
    ),
    Refusal("how many digits", behind="^数", number=".*位", examples=[("实现两位数增长，增长12%", "12%")]),
    Refusal(
        "a size as a name",
        number="[十百千万亿]+[元吨斤]",
        behind="^(?!大关|台阶|门槛|规模|以上|左右|[,，。；;、)]|\\s|$)",
        examples=[("全省首个超百亿元水利工程开工，营收突破千亿元大关", "突破千亿元")],
    ),
    Refusal(
        "a policy by its number",
        number=".*大",
        before='[”"]',
        behind="^(?:行动|工程|战略|攻坚|任务|计划|举措|要求|工作|目标)",
        examples=[("推动“改作风、促发展”八大行动，建成3条", "3条")],
    ),
    Refusal("a policy by its number", number=".*件", behind="^大事", examples=[("办好两件大事", "")]),
    Refusal(
        "a rank by its number",
        number="[三四五六七八九十百]+大",
        before="(?:入选|获评|荣获|跻身|评为)[^,，。；;]{0,10}",
        examples=[("入选浙江十大魅力名城", "")],
    ),
    Refusal("a part of a text", number=".*方面", examples=[("十方面民生实事", "")]),
    Refusal("a part of a text", behind="^方面", examples=[("重点抓好10个方面工作", "")]),
    Refusal(
        "indicators of a plan",
        behind="^(?:主要|核心|预期性|约束性)?指标",
        number=".*项",
        examples=[("共计28项指标", "")],
    ),
    Refusal(
        "a class of water",
        number="[一二三四五]类",
        behind="^(?:及)?以上|^水",
        examples=[("三类以上水质比例82%", "82%")],
    ),
    Refusal("the three sectors", number="[一二三]次", behind="^产业", examples=[("三次产业结构", "")]),
    Refusal(
        "a name with 大",
        number=".*大",
        before="[党的届十次]|党代会|全国|中共",
        examples=[("党的二十大精神", "")],
    ),
    Refusal(
        "a name with 大",
        number=".*大",
        behind="^(?:精神|报告|以来|会议|代表|常委|人大|[,，。、；;\n]|$|和|将|的|会)",
        examples=[("二十大以来", ""), ("深入贯彻二十大、二十届全会精神", "")],
    ),
    Refusal(
        "a rule by its number",
        number=r"[二三四五六七八九十]+项",
        behind="^(?:规定|原则|制度)",
        examples=[("中央八项规定精神", "")],
    ),
    Refusal(
        "letters before what is seldom counted so",
        number="[二两三四五六七八九十百]+[门口眼面环层站方分段片组对域地市县镇乡村区校园里度票封本只餐码把块股]",
        examples=[("三门核电，五环路", "")],
    ),
    Refusal(
        "an indefinite one",
        number=r"[一](?![成倍百千万亿])\S*",
        examples=[("一批项目，一个中心，一条路", ""), ("集聚一百多家企业", "一百多家")],
    ),
    Refusal(
        "a word with letters",
        before="[第每某这那同另唯独统合]|五湖|千方|再|上|下|(?:[^\\d,，、。]一)|归|初|不|万",
        number=r"[一二两三四五六七八九十百千]+\S{0,2}",
        examples=[("同一个梦想", ""), ("这三个方面", "")],
    ),
    Refusal(
        "a number without a unit",
        number=r"[\d.,]+(?:\s?(?:[-—–~]{1,2}|至|到)\s?[\d.,]+)?",
        unless=rf"(?:{_VERB})[了\s]?(?:不低于|不高于|超过|约|超|近)?",
        examples=[("指数达105.3，满意度从84.7提升至89.6，编号36", "105.3 84.7 89.6")],
    ),
)

#: What follows a number without a unit that is a quantity.
_CLOSED = re.compile(r"^[ \t]?(?:$|[,，。、；;)\n]|提|升|降|以|左右|上升|上下|和|及|到|至|增|减|缩|跃|上涨)")

#: In quotation marks a number is part of a name, unless the words are a sentence, or it tells how many things
#: of a list there are: “科技贷”“流动贷”等“八大资金池”.
_SENTENCE: Final = 14
_SO_MANY = re.compile(r"^[\"“‘「][二三四五六七八九十]大[^\"”’」]{3,}[\"”’」]$")


def refused_by(text: str, figure: Figure, within: Sequence[tuple[int, int, str]]) -> str:
    """Return the name of the rule that refuses a number; empty if it is a quantity.

    Parameters
    ----------
    within : sequence of (int, int, str)
        Titles and quotation marks around the number: start, end, opening sign.
    """
    for start, end, sign in within:
        if sign == "《":
            return "part of a title"
        counted = text[start - 1 : start] == "等" and _SO_MANY.match(text[start:end])
        if (figure.letters or end - start - 2 <= _SENTENCE) and not counted:
            return "part of a name"
    sides = around(text, figure)
    for rule in REFUSALS:
        if rule.fits(*sides):
            return rule.name
    if not figure.unit and re.fullmatch(r"[\d.,]+", text[figure.start : figure.end]):
        return "" if _CLOSED.match(text[figure.end : figure.end + 3]) else "a number without a unit"
    if figure.letters and not figure.unit:
        return "letters without a unit"
    if figure.letters and TIME.match(figure.unit):
        return "a length of time"
    return ""

"""Units of printed numbers, as they stand behind them; the longest one fits."""

import re
from typing import Final

#: What money is counted in; 万 and 亿 before it stay with it.
MONEY: Final = "美元|欧元|港元|港币|日元|英镑|人民币|元"

_TIMES = "个工作日|工作日|个月|小时|分钟|天|秒钟?|岁"

_MEASURES = (
    "平方公里|平方千米|平方米|平方|平米|公里|千米|海里|厘米|毫米|微米|纳米|米|公顷|万?亩次|亩|立方米|方(?!面)|"
    "吨标准煤|吨标煤|吨公里|载重吨|总吨|吨|公斤|千克|毫克|微克|克|毫升|升|斤|标准箱|标箱|千瓦时|千瓦|兆瓦时|兆瓦|"
    "吉瓦|瓦|千伏安|千伏|度|桶|分贝|摄氏度|℃|里|TEU|[kKMG]W[h]?|[KMGTPE]B|[TPE]?FLOPS|P(?=[，。、；）算])"
)

_COUNTS = (
    "个百分点|百分点|个基点|基点|个标准箱|个|家次|家|户次|户|人次|人份|人年(?![末底内初度均])|人|名|位|项次|项|件次|件|条次|条|所|座|栋|幢|"
    "套次|套|间|台套|台次|台班|台|辆次|辆|艘次|艘|架次|架|列次|列|趟次|趟|班次|班|航次|只|头|羽|匹|株|棵|张|床|份|册|篇|"
    "部|集|场次|场|次|批次|批|种次|种|类|支|组|对|处|口|眼|块|片|宗|起|例|笔|单|票|本|门|盏|根|面|封|尊|枚|剂次|剂|"
    "股|款|环|层|站|双|倍|成|席|幅|孔|段|轮|期限|亩|版面|颗|把|户籍|县次|分|码|餐|平方|方面|域|地|"
    "校|园|市|县|镇|乡|村|区(?![域间])"
)

_BASE = f"%|‰|(?:{MONEY})|{_TIMES}|{_MEASURES}|{_COUNTS}"

#: A unit: what is counted, perhaps by something, perhaps each time; the brackets are the text's.
_PER = f"(?:{MONEY})|{_TIMES}|{_MEASURES}|{_COUNTS}|年|月|日|时"
UNIT: Final = f"(?:{_BASE})(?:\\(次\\)|\\([套间台副组]\\)|[/／](?:{_PER}))?"

#: Units that measure how large one thing is rather than count things.
MEASURE: Final = re.compile(f"^(?:[万亿千百]*(?:{MONEY})|{_MEASURES})$")

#: Classifiers: what they count is named right behind them.
CLASSIFIER: Final = re.compile(f"^(?:{_COUNTS})$")

#: Lengths of time, which are quantities only where something takes or lasts so long.
TIME: Final = re.compile(f"^(?:{_TIMES})$")

#: Parts of a whole, and steps of such.
PERCENT: Final = frozenset({"%", "‰", "成", ""})
POINTS: Final = frozenset({"个百分点", "百分点", "个基点", "基点"})


def spelled(unit: str) -> str:
    """Return a unit in one spelling.

    Examples
    --------
    >>> spelled("家(次)"), spelled("台(套)"), spelled("百分点")
    ('家次', '台(套)', '个百分点')
    """
    if unit in {"百分点", "基点"}:
        return f"个{unit}"
    return {"平米": "平方米", "标准箱": "标箱", "个标准箱": "标箱", "吨标煤": "吨标准煤", "千米": "公里"}.get(
        unit, unit.replace("(次)", "次")
    )


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
    return unit == printed or (unit in firms and printed in firms | {""})

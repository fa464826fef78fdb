"""Words of a list as people spell them: ≥ and 达到 for ``>=``, Stock and 存量 for ``stock``; and headings.

What a word means is written down here or it is not read: an unknown one is refused with the nearest.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from forecasts.ledger.fields import Basis, Comparison, Confidence, Kind, Met, Origin, Outcome, Qualifier
from forecasts.ledger.problems import folded, nearest
from forecasts.ledger.written import Readings

_SPELLINGS: Mapping[type, Mapping[str, str]] = MappingProxyType(
    {
        Kind: {
            "stock": "存量 存量指标 时点 时点值 level levels stocks",
            "cumulative": "累计 累计值 累计量 累计数 cumulated cumulative_total cum",
            "flow": "流量 当期 当期值 本期 流量指标 flows",
            "share": "占比 比重 比例 份额 share_of_total proportion shares",
            "rate": "增速 增长率 增幅 同比 同比增速 growth growth_rate rate_of_growth",
        },
        Comparison: {
            ">=": "≥ ⩾ ≧ => 以上 达到 达 不低于 不少于 至少 ge gte at_least reach not_less_than min minimum",
            ">": "超过 突破 超 逾 高于 大于 gt more_than above over greater_than exceed",
            "<=": "≤ ⩽ ≦ =< 以内 以下 不超过 不高于 不大于 至多 le lte "
            " at_most no_more_than not_more_than max maximum",
            "<": "低于 小于 少于 lt less_than below under",
            "~": "≈ ∼ 左右 约 大约 about around approximately approx",
        },
        Qualifier: {
            "eq": "= == 为 达 达到 equal equals reached plain",
            "over": "超 超过 逾 突破 以上 不低于 不少于 至少 > >= ≥ ⩾ more_than at_least above exceeds",
            "remainder": "余 多 余个 odd",
            "about": "约 左右 大约 上下 ~ ≈ around approximately approx",
            "near": "近 不足 不到 将近 接近 nearly almost just_under",
        },
        Confidence: {"high": "高", "medium": "中 mid", "low": "低"},
        Origin: {
            "printed": "公布 已公布 官方公布 published official",
            "derived": "推算 推算值 计算 calculated computed",
            "estimate": "预计 估计 预计值 估计值 expected estimated forecast",
            "known_start": "已知起点 起点 known start",
        },
        Basis: {"stated": "写明 注明 明示", "inferred": "推定 推断"},
        Outcome: {
            "yes": "是 达成 完成 已完成 met achieved true",
            "no": "否 未达成 未完成 missed not_met false",
            "unknown": "未知 不明",
            "open": "进行中 未到期 pending",
        },
        Met: {
            "yes": "是 达成 完成 已完成 met achieved true",
            "no": "否 未达成 未完成 missed not_met false",
            "unknown": "未知 不明 未公布 silent",
        },
        bool: {"true": "是 真 对 √ ✓", "false": "否 假 × ✗"},
    }
)

#: Words that name no choice, and what to choose from.
_OPEN: Mapping[type, tuple[frozenset[str], str, str]] = MappingProxyType(
    {
        Comparison: (
            frozenset(("=", "==", "eq", "equal", "equals", "等于", "为")),
            "does not say on which side of the value the goal is met",
            "choose >= (at least), <= (at most) or ~ (about)",
        )
    }
)


def _meanings(of: type) -> dict[str, str]:
    """Return what the words of a list mean, by their folded spelling."""
    meant = {folded(word): value for value, words in _SPELLINGS.get(of, {}).items() for word in words.split()}
    own = (
        {value.value: value.value for value in of}
        if issubclass(of, StrEnum)
        else {"true": "true", "false": "false"}
    )
    return meant | own


def read_words(cells: Sequence[Hashable], of: type) -> Readings:
    """Read the distinct cells of a column that holds words of a list, or yes and no.

    Parameters
    ----------
    of : type
        The list: an enumeration of texts, or ``bool``.
    """
    meanings = _meanings(of)
    opened, rule, remedy = _OPEN.get(of, (frozenset(), "", ""))
    found = Readings(list(cells))
    for i, cell in enumerate(cells):
        if not isinstance(cell, str) or cell == "":
            continue
        word = folded(cell)
        if word in opened:
            found.faults[i] = (rule, remedy)
        elif word in meanings:
            meant = meanings[word]
            found.values[i] = meant
            if meant not in (cell.strip(), cell.strip().lower() if of is bool else ""):
                found.told[i] = f"is another word for {meant}"
        elif issubclass(of, StrEnum):
            valid = [str(value.value) for value in of]
            near = nearest(word, [*valid, *meanings])
            said = near if near.startswith("did you mean") else f"choose one of: {', '.join(valid)}"
            found.faults[i] = ("is none of the words that may stand here", said)
    return found


#: Headings that name a column beyond doubt, in other words; by table, then by column.
_COMMON = {
    "region": "地区 区域 省市 省份 城市 地区名称 地区编号 area country province city geo ref_area location "
    "region_id region_name region_code",
    "indicator": "指标 指标名称 指标编号 series measure metric variable indicator_id indicator_name "
    "indicator_code",
}
_GOAL = _COMMON | {
    "id": "目标 目标编号 编号 goal_id target_id",
    "value": "目标值 目标数值 数值 值 target target_value goal_value",
    "deadline": "截止日期 期限 完成时限 目标日期 目标年份 目标年 完成期限 截止时间 due due_date "
    "target_date target_year",
    "comparison": "比较 比较方式 比较符 comparator operator",
    "tolerance": "容差 允许偏差",
    "announced_on": "宣布日期 提出日期 公布日期 announced announcement_date date_announced",
    "published_on": "发布日期 publication_date published_date release_date date_published",
    "source": "来源",
    "quote": "原文 摘引",
    "accepted": "认可理由",
    "note": "备注 注",
}
HEADINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Observation": _COMMON
        | {
            "as_of": "日期 截至 截止 时点 统计时间 统计日期 所指日期 时间 年份 年度 date day time year "
            "period time_period observation_date reference_date obs_date",
            "value": "数值 值 数量 观测值 指标值 obs_value figure observed_value",
            "published_on": "公布日期 发布日期 公布时间 发布时间 publication_date published_date "
            "release_date date_published",
            "period_start": "起始日期 期初 开始日期 起始日 period_begin period_from",
            "qualifier": "限定词 修饰词",
            "low": "下限 下界 lower lower_bound",
            "high": "上限 上界 upper upper_bound",
            "confidence": "可信度 置信度",
            "source": "来源",
            "quote": "原文 摘引",
            "accepted": "认可理由",
            "note_zh": "备注 注",
        },
        "Goal": _GOAL,
        "PastGoal": _GOAL
        | {
            "met": "是否完成 是否达成 完成情况 achieved",
            "known_on": "得知日期 结果公布日期 outcome_published_on",
            "level": "级别 层级",
            "announcer": "宣布者 提出者 announced_by",
            "outcome_value": "结果 实际值",
            "outcome_as_of": "结果日期",
        },
        "Indicator": {
            "id": "指标 指标编号 indicator_id indicator_name indicator_code 指标名称 series measure "
            "metric variable",
            "kind": "类型 指标类型 种类 type indicator_kind indicator_type",
            "family": "族 指标族 参照组",
            "upper": "上限 upper_bound",
            "q4_share": "四季度占比",
            "name_zh": "中文名 中文名称",
            "name_en": "英文名 英文名称",
            "unit_zh": "单位 计量单位",
            "scope_zh": "口径 统计口径",
            "aliases": "别名 别称 又称",
            "accepted": "认可理由",
            "note": "备注 注",
        },
        "Region": {
            "id": "地区 区域 地区编号 地区名称 省市 省份 城市 region_id region_name region_code area country",
            "parent": "上级地区 上级 所属地区 parent_region part_of",
            "name_zh": "中文名 中文名称",
            "name_en": "英文名 英文名称",
            "accepted": "认可理由",
            "note": "备注 注",
        },
        "Source": {"title": "标题 题目", "publisher": "发布者", "url": "地址 链接", "note": "备注 注"},
    }
)


#: Headings that also stand beside the column itself, with another meaning: a name beside a code, a year
#: beside a day; there they are left alone.
_WEAK = frozenset(
    word
    for words in (
        "date day time year period series area country measure metric variable province city location geo",
        "type due target announced figure lower upper operator min max 年份 年度 时间 来源 备注 注 原文 目标",
    )
    for word in words.split()
)
_NAMES = (
    "id",
    "region",
    "indicator",
    "parent",
    "name_zh",
    "name_en",
    "unit_zh",
    "scope_zh",
    "note",
    "note_zh",
)


def headings_meant(record: str, column: str, present: Iterable[str]) -> list[str]:
    """Return the headings that name a column in other words; those that name nothing else alone, if any."""
    words = _words_of(record, column)
    meant = [heading for heading in present if folded(heading) in words]
    return [heading for heading in meant if folded(heading) not in _WEAK] or meant


def headings_doubled(record: str, column: str, present: Iterable[str]) -> list[str]:
    """Return the headings that cannot stand beside a column, for they name the same."""
    words = frozenset() if column in _NAMES else _words_of(record, column) - _WEAK
    return [heading for heading in present if folded(heading) in words]


@cache
def _words_of(record: str, column: str) -> frozenset[str]:
    return frozenset(map(folded, HEADINGS.get(record, {}).get(column, "").split()))

"""Several goals at once on a terminal, in Chinese and English."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from forecasts.attainment.what_if import Joint, JointEvent, JointPair, Shared
from forecasts.cli.told import percentage

#: What two goals share.
SHARED = {
    Shared.REGION: "同一地区 same region",
    Shared.INDICATOR: "同一指标 same indicator",
    Shared.NEITHER: "均不同 neither",
    Shared.SERIES: "同一序列 same series",
}


def print_joint(found: Joint) -> None:
    """Print goals, how they hang together, and what may become of them."""
    console = Console()
    console.width = max(console.width, 160) if not console.is_terminal else console.width
    console.print(f"截至{found.known_on}已知 as known on {found.known_on}; 误差以百分点计 errors in points")
    alone = _table("", "目标 goal", "情景 scenario", "P", "误差 error", words=3)
    number = {goal.goal: k for k, goal in enumerate(found.goals, 1)}
    for goal in found.goals:
        error = f"{100 * goal.std_error:.2f}"
        alone.add_row(str(number[goal.goal]), goal.goal, goal.scenario, percentage(goal.probability), error)
    console.print(alone)
    console.print()
    pairs = _table(
        "", "共有 shared", "相关 correlation", "80 %", "实测 measured", "数对 pairs", "地区 regions",
        "时期 periods", words=2,
    )  # fmt: skip
    numbered = [(sorted(number[name] for name in pair.goals), pair) for pair in found.pairs]
    for (one, other), pair in sorted(numbered, key=lambda held: held[0]):
        measured = "-" if pair.measured is None else f"{pair.measured:+.2f}"
        pairs.add_row(
            f"{one} + {other}", SHARED[pair.relation],
            f"{pair.correlation:+.2f}", f"{pair.low:+.2f}..{pair.high:+.2f}", measured, str(pair.pairs),
            str(pair.regions), str(pair.periods),
        )  # fmt: skip
    console.print(pairs)
    for line in _remarks(found):
        console.print(line, highlight=False)
    console.print()
    events = _table(
        "结果 outcome", "P", "误差 error", "若独立 if independent", "相关低 at low", "相关高 at high", words=1
    )
    for event in found.events:
        if event.what != "at_least" or event.k != len(found.goals):
            events.add_row(
                _outcome(event), percentage(event.probability), f"{100 * event.std_error:.2f}",
                *(percentage(p) for p in (event.independent, event.at_low, event.at_high)),
            )  # fmt: skip
    console.print(events)


def _table(*names: str, words: int) -> Table:
    """Return a table without lines, of which the first columns hold words."""
    table = Table(box=None, pad_edge=False)
    for k, name in enumerate(names):
        table.add_column(name, justify="left" if k < words else "right", no_wrap=True)
    return table


def _outcome(event: JointEvent) -> str:
    match event.what:
        case "all":
            return "全部达成 all are met"
        case "at_least":
            return f"至少{event.k}个达成 at least {event.k} met"
        case "none":
            return "无一达成 none is met"
        case "alone_fails":
            return f"仅此未达成 only this fails: {event.goal}"
        case _:
            return f"最先落空 first to fail: {event.goal}"


def _remarks(found: Joint) -> Iterator[str]:
    """Yield what must be known of the correlations."""
    if any(map(_assumed, found.pairs)):
        yield "  既无实测、也无其他指标对可参照之处，相关系数只凭先验（以0为中心）。"
        yield "  where neither it nor any other pair is measured, the prior alone speaks (around 0)."
    if found.changed:
        yield "  各相关系数不能同时成立，已改用最接近的一组。"
        yield "  the correlations could not all be true together: the nearest that can were taken."


def _assumed(pair: JointPair) -> bool:
    return pair.taught == 0 and pair.relation is not Shared.SERIES

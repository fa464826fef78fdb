"""Answers on a terminal: a readable table, and an explanation in sentences."""

import csv
import io

from rich.console import Console
from rich.table import Table

from forecasts.attainment.explain import Explanation
from forecasts.attainment.outlook import Outlook
from forecasts.attainment.pace import Speed
from forecasts.attainment.result import Pace, RecordFacts
from forecasts.attainment.what_if import Comparison, Sought, Vary

#: How the steps of an explanation are told.
STEPS = {
    "pool": "from the newest figure and all growth series that it learned from",
    "class": "with what its reference class did",
    "parent": "with what the region that contains it did",
    "own": "with its own earlier figures",
    "calibration": "with what was learned of how sure it may be",
    "persistence": "with how its reference class fared with goals of its own pace",
    "few": "with the caution that one to three figures of its own ask for",
    "members": "with every member that has weight",
    "scenario": "under the scenario",
}


def percentage(p: float) -> str:
    """Return a probability for people; never 0 % or 100 %."""
    return "<1%" if p < 0.01 else ">99%" if p > 0.99 else f"{p:.0%}"


def print_answers(found: list[Outlook], headlines: list[float]) -> None:
    """Print outlooks as a table; what the record moved has its probability without it beside the headline."""
    moved = [one.probability != headline for one, headline in zip(found, headlines, strict=True)]
    chances = ("P", "P alone") if any(moved) else ("P",)
    rest = ("median", "80 %", "reached P50", "required", "observed", "n")
    table = Table(box=None, pad_edge=False)
    for name in ("goal", "scenario", *chances, *rest):
        table.add_column(name, justify="left" if name in ("goal", "scenario") else "right", no_wrap=True)
    for one, headline in zip(found, headlines, strict=True):
        low, middle, high = one.quantiles((0.1, 0.5, 0.9))
        said = (headline, one.probability)[: len(chances)]
        table.add_row(
            one.question.goal.id, one.question.scenario.id, *map(percentage, said), f"{middle:,.0f}",
            f"{low:,.0f}-{high:,.0f}", str(one.day_reached(0.5) or f"not by {one.horizon.year}"),
            _pace(one.required_pace), _pace(one.observed_pace), str(one.n),
        )  # fmt: skip
    console = Console()
    console.width = max(console.width, 160) if not console.is_terminal else console.width
    console.print(table)


def _pace(pace: Pace | Speed | None) -> str:
    if pace is None:
        return "-"
    if pace.scale == "percent_per_year":
        return f"{pace.value:.1f}%/y"
    return f"{pace.value:,.1f}/y"


def print_comparison(found: Comparison) -> None:
    """Print scenarios side by side."""
    table = Table(box=None, pad_edge=False)
    for name in (
        "scenario",
        "P",
        "error",
        "difference",
        "error",
        "median",
        "80 %",
        "reached P50",
        "reached P80",
    ):
        table.add_column(name, justify="left" if name == "scenario" else "right", no_wrap=True)
    for k, row in enumerate(found.rows):
        apart = (
            ("", "") if k == 0 else (f"{100 * row.difference:+.1f}", f"{100 * row.difference_std_error:.2f}")
        )
        table.add_row(
            row.scenario, percentage(row.probability), f"{100 * row.std_error:.2f}", *apart,
            f"{row.median:,.0f}", f"{row.low:,.0f}-{row.high:,.0f}", str(row.reached_p50 or "-"),
            str(row.reached_p80 or "-"),
        )  # fmt: skip
    console = Console()
    console.width = max(console.width, 160) if not console.is_terminal else console.width
    console.print(f"{found.goal}, as known on {found.known_on}; differences and errors in points")
    console.print(table)


#: How what was sought is told.
SOUGHT = {
    Vary.PACE: "future growth {value:.3g} times as fast",
    Vary.ONE_OFF: "{value:,.4g} on top",
    Vary.SCOPE: "a counted share of {value:.3g}",
    Vary.DELAY: "a delay of {value:.3g} months",
    Vary.GOAL: "a goal of {value:,.6g}",
}


def sought(found: Sought) -> str:
    """Return what it takes as lines of text."""
    lines = [f"{found.goal} / {found.scenario}, as known on {found.known_on}: for {found.wanted:.0%}"]
    if found.day is not None:
        lines.append(f"  held from {found.day} on")
    elif found.value is None or found.probability is None:
        lines += [f"  不可达：{found.reason_zh}", f"  not reachable: {found.reason_en}"]
    else:
        error = "" if not found.value_std_error else f" (error {found.value_std_error:.2g})"
        lines.append(f"  {SOUGHT[found.vary].format(value=found.value)}{error}")
        lines.append(f"  probability there: {found.probability:.4f} (error {found.std_error:.4f})")
    return "\n".join(lines)


def sought_csv(found: Sought) -> str:
    """Return what it takes as a table of one row."""
    row = found.model_dump(mode="json", exclude={"tried", "format"})
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    return out.getvalue()


def explained(e: Explanation) -> str:
    """Return an explanation as lines of text."""
    r = e.result
    facts = r.reference
    said = f"{facts.steps} steps of {facts.regions} regions ({facts.relation})"
    if facts.median is not None:
        said += f", median {facts.median:.1f} % a year"
    lines = [f"{r.goal.id} / {r.scenario.id}: {percentage(r.probability)}, as known on {r.known_on}"]
    before = None
    for step in e.steps:
        moved = "" if before is None else f"  ({100 * (step.probability - before):+.0f} points)"
        lines.append(f"  {percentage(step.probability):>5}  {STEPS[step.name]}{moved}")
        before = step.probability
    lines.append(f"  own history without a class: {percentage(e.without_class)}")
    lines.append(f"  rests on the prior: {e.prior_share:.0%}; own figures: {r.n}")
    lines.append(f"  reference class: {said}")
    if r.required_pace:
        lines.append(f"  pace: required {_pace(r.required_pace)}, observed {_pace(r.observed_pace)}")
    for m in r.members:
        own = percentage(m.probability) if m.probability is not None else m.status
        lines.append(f"  {m.name:<18} weight {m.weight:.2f}  {own}{' ' + m.reason if m.reason else ''}")
    return "\n".join([*lines, *(() if r.record is None else _recorded(r.record))])


def _recorded(said: RecordFacts) -> list[str]:
    """Return what the record of resolved goals says, as lines of text."""
    if said.newest is None:
        return ["  record of resolved goals: none of its kind was known by then, nothing moves"]
    low, high = percentage(said.low), percentage(said.high)
    lines = [
        f"  with the record of resolved goals: {percentage(said.probability)} "
        f"(80 %: {low} to {high}), without it {percentage(said.alone)}"
    ]
    if not said.speaks:
        more = f"{said.speaks_from} resolved goals of its announcer or level (now {said.own})"
        lines.append(f"    a second opinion until there are {more}")
    for block in said.blocks:
        fared = f"{block.met} of {block.resolved} met" if block.resolved else "none resolved"
        silent = f", {block.silent} silent" if block.silent else ""
        lines.append(f"    {block.name} {block.value}: {fared}{silent}  ({block.logit:+.2f} on the logit)")
    if said.of("family").silent:
        lines.append(f"    if every silent goal had been missed: {percentage(said.dark)}")
    lines.append(f"    newest outcome used: {said.newest.goal}, known on {said.newest.known_on}")
    return lines

"""What an answer rests on, on a terminal: a table in both languages, Chinese above English."""

from rich.console import Console
from rich.table import Table

from forecasts.attainment.what_if import Sensitivity, SensitivityEnd, SensitivityRow
from forecasts.cli.told import percentage
from forecasts.publish.phrases import setting_told, share_told
from forecasts.publish.words import Words

#: So many points of the curve are told.
TOLD = 9

COLUMNS = (
    "假设\nassumption", "低端\nlow", "概率\nP", "高端\nhigh", "概率\nP", "变动（点）\nswing",
    "方差占比\nshare",
)  # fmt: skip


def print_sensitivity(found: Sensitivity) -> None:
    """Print the assumptions, the widest first, and the probability of other goals."""
    console = Console()
    console.width = max(console.width, 160) if not console.is_terminal else console.width
    chance = f"{percentage(found.probability)} (± {100 * found.std_error:.2f})"
    console.print(f"{found.goal} / {found.scenario}，截至{found.known_on}已知：{chance}")
    console.print(
        f"as known on {found.known_on}; each assumption alone, all else as it stands", highlight=False
    )
    table = Table(box=None, pad_edge=False, padding=(0, 1, 1, 1))
    for name in COLUMNS:
        words = name.startswith(("假设", "低端", "高端"))
        table.add_column(name, justify="left" if words else "right", no_wrap=not words)
    for row in found.rows:
        table.add_row(
            f"{row.name_zh}\n{row.name_en}", _setting(row, row.low), _chance(row.low),
            _setting(row, row.high), _chance(row.high), f"{100 * row.swing:.1f}", share_told(row.share),
        )  # fmt: skip
    console.print(table)
    for row in found.rows:
        if row.reason_en:
            console.print(f"{row.name_zh}：{row.reason_zh}\n{row.name_en}: {row.reason_en}", markup=False)
    _print_curve(found, console)


def _print_curve(found: Sensitivity, console: Console) -> None:
    points = found.curve
    step = max((len(points) - 1) // (TOLD - 1), 1)
    kept = {k for k, p in enumerate(points) if k % step == 0 or p.value == found.goal_value}
    console.print(f"目标值 / goal ({found.unit_zh} / {found.unit_en})：概率 / P", markup=False)
    for k in sorted(kept):
        mark = "  ← 目标 goal" if points[k].value == found.goal_value else ""
        value, chance = points[k].value, percentage(points[k].probability)
        console.print(
            f"{f'{value:,.0f}' if abs(value) >= 1000 else f'{value:.4g}':>14}  {chance:>5}{mark}",
            highlight=False,
        )


def _setting(row: SensitivityRow, end: SensitivityEnd) -> str:
    return "\n".join(dict.fromkeys(setting_told(row, end, Words(language)) for language in ("zh", "en")))


def _chance(end: SensitivityEnd) -> str:
    if end.probability is None:
        return "-"
    error = f"\n± {100 * end.std_error:.2f}" if end.std_error else ""
    return f"{percentage(end.probability)}{error}"

"""What holds of every answer, whatever the history: tried on random ones of all kinds, 20,000 in the soak."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasts.attainment.outlook import FLOOR
from forecasts.ledger.fields import Kind
from tests.attainment.random_histories import LEVELS, QUANTILES, Batch, batch

#: Histories of a batch, batches of the test and of the soak.
SIZE, FEW, MANY = 100, 2, 200

#: Kinds of which nothing changes in another unit: points stay points, and a share's bound its bound.
SCALABLE = {Kind.STOCK, Kind.CUMULATIVE, Kind.FLOW}

LESS = ("<=", "<")


def wrong(answers: pd.DataFrame, broken: np.ndarray) -> str:
    """Return the first answers that break a rule, to look at."""
    shown = [
        "goal",
        "kind",
        "comparison",
        "value",
        "announced_on",
        "deadline",
        "probability",
        "q0.5",
        "n",
        "model",
    ]
    return "\n" + answers.loc[broken, [*shown, "reached_p50", "reached_p80"]].head(8).to_string()


def check_goals_that_ask_for_more(found: pd.DataFrame) -> None:
    order = found.assign(history=found["goal"].str.split(":").str[0]).groupby("history")["probability"]
    step = order.diff().fillna(0.0).to_numpy() * np.where(found["comparison"].isin(LESS), -1, 1)
    assert not np.any(step > 1e-9), wrong(found, step > 1e-9)


def check_bounds(found: pd.DataFrame, tried: Batch) -> None:
    chance, q = found["probability"].to_numpy(), found[QUANTILES].to_numpy()
    assert np.all((chance >= FLOOR) & (chance <= 1 - FLOOR))
    assert np.all(np.isfinite(q)), wrong(found, ~np.isfinite(q).all(1))
    assert np.all(np.diff(q, axis=1) >= 0), wrong(found, (np.diff(q, axis=1) < 0).any(1))
    seen = tried.observations.groupby(["indicator", "region"])["value"]
    keys = pd.MultiIndex.from_frame(found[["indicator", "region"]])
    last, least = seen.last()[keys].to_numpy(), seen.min()[keys].to_numpy()
    kind = found["kind"].to_numpy()
    share = kind == Kind.SHARE
    assert np.all((q[share] >= 0) & (q[share] < 100)), wrong(found, share & ((q < 0) | (q >= 100)).any(1))
    total = kind == Kind.CUMULATIVE
    assert np.all(q[total] >= last[total, None] * (1 - 1e-12)), wrong(found, total & (q[:, 0] < last))
    positive = (kind != Kind.RATE) & (least >= 0)
    assert np.all(q[positive] >= 0), wrong(found, positive & (q[:, 0] < 0))
    impossible = share & (found["value"].to_numpy() > 101) & ~found["comparison"].isin(LESS).to_numpy()
    assert np.all(chance[impossible & (found["comparison"] != "~")] == FLOOR)


def check_quantiles_and_probability(found: pd.DataFrame, tried: Batch) -> None:
    one = found["goal"].str.endswith(":0.0").to_numpy()  # they are those of the history, whatever the goal
    found, tried = found[one].reset_index(), replace(tried, goals=tried.goals[one].reset_index(drop=True))
    size = np.maximum(np.abs(found["q0.975"] - found["q0.025"]), np.abs(found["q0.5"]) * 1e-9) + 1e-300
    for level, name in zip(LEVELS, QUANTILES, strict=True):
        if level not in (0.025, 0.1, 0.5, 0.9, 0.975):
            continue
        plain = {"comparison": ">=", "tolerance": np.nan}
        at = tried.asking(value=found[name] - 1e-6 * size, **plain).answers()
        above = tried.asking(value=found[name] + 1e-6 * size, **plain).answers()
        low = at["probability"].to_numpy() < 1 - level - 0.004
        assert not low.any(), f"{name} {wrong(at, low)}"
        high = above["probability"].to_numpy() > 1 - level + 0.004
        assert not high.any(), f"{name} {wrong(above, high)}"


def check_days_reached(found: pd.DataFrame, tried: Batch) -> None:
    deadline = pd.to_datetime(found["deadline"])
    for level in (0.5, 0.8):
        day = pd.to_datetime(found[f"reached_p{round(100 * level)}"].replace("", None))
        in_time = (day <= deadline).to_numpy()
        broken = in_time != (found["probability"] >= level).to_numpy()
        assert not broken.any(), wrong(found, broken)
        # Laws are told to the day: asked about that day, and about the one before, they say the same.
        ahead = (day > pd.to_datetime(found["announced_on"]) + pd.Timedelta(days=1)).to_numpy()
        exact = ahead & found["model"].isin(["share", "rate", "flow"]).to_numpy()
        if not exact.any():
            continue
        for move, held in ((0, True), (-1, False)):
            then = (day + pd.Timedelta(days=move)).dt.date.where(exact, found["deadline"])
            again = tried.asking(deadline=then).answers()
            other = exact & ((again["probability"] >= level).to_numpy() != held)
            assert not other.any(), f"{level} {move} {wrong(found, other)} {wrong(again, other)}"


def check_scale_and_shift(found: pd.DataFrame, tried: Batch) -> None:
    some = {name for name, kind in tried.kinds.items() if kind in SCALABLE}
    rows, goals = tried.observations, tried.goals
    larger = rows.assign(value=rows["value"] * np.where(rows["indicator"].isin(some), 1000.0, 1.0))
    by = np.where(goals["indicator"].isin(some), 1000.0, 1.0)
    asked = goals.assign(value=goals["value"] * by, tolerance=goals["tolerance"] * by)
    scaled = Batch(larger, asked, tried.kinds).answers()
    # Nothing but zeros have no unit.
    seen = rows.groupby(["indicator", "region"])["value"].agg(lambda v: v.abs().max() > 0)
    unit = seen[pd.MultiIndex.from_frame(found[["indicator", "region"]])].to_numpy()
    broken = unit & ((scaled["probability"] - found["probability"]).abs().to_numpy() > 1e-6)
    assert not broken.any(), f"x 1000 {wrong(found, broken)} {wrong(scaled, broken)}"
    for years in (1, 4):
        moved = Batch(
            moved_by(years, rows, "as_of", "period_start"),
            moved_by(years, goals, "deadline", "announced_on"),
            tried.kinds,
        ).answers()
        off = (moved["probability"] - found["probability"]).abs().to_numpy() > 1e-6
        assert not off.any(), f"{years} years {wrong(found, off)} {wrong(moved, off)}"


def moved_by(years: int, frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return a table with its days so many years later."""
    return frame.assign(
        **{name: [later(day, years) for day in frame[name]] for name in columns if name in frame}
    )


def later(day: object, years: int) -> object:
    """Return a day, or its text, so many years later; what is no day stays."""
    if not isinstance(day, str | dt.date):
        return day
    found = dt.date.fromisoformat(str(day))
    found -= dt.timedelta(
        days=found.month == 2 and found.day == 29
    )  # the day of which not every year has one
    return str(found.replace(year=found.year + years))


def check(seed: int) -> None:
    tried = batch(seed, SIZE)
    found = tried.answers()
    assert found["probability"].notna().all()
    check_goals_that_ask_for_more(found)
    check_bounds(found, tried)
    check_days_reached(found, tried)
    check_quantiles_and_probability(found, tried)
    check_scale_and_shift(found, tried)


@pytest.mark.parametrize("seed", range(FEW))
def test_every_answer_keeps_its_promises(seed: int) -> None:
    check(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(FEW, FEW + MANY))
def test_twenty_thousand_histories_keep_them(seed: int) -> None:
    check(seed)

"""Forecasts for the tests of the register and of alerts."""

import datetime as dt
from typing import Any

from forecasts.batch.register.entry import KEY, Entry, RunFacts

DAY = dt.date(2023, 9, 6)


def an_entry(job: str = "g--baseline", **changed: Any) -> Entry:
    """Return a forecast; what is not said is plain."""
    goal, _, scenario = job.partition("--")
    said: dict[str, Any] = {
        "job": job, "goal": goal, "scenario": scenario, "role": "baseline",
        "region": "r", "region_zh": "甲区", "region_en": "Alton",
        "indicator": "firms", "indicator_zh": "企业数", "indicator_en": "firms",
        "scope_zh": "", "scope_en": "", "kind": "stock", "unit_zh": "家", "unit_en": "",
        "comparison": ">=", "value": 1150.0, "tolerance": 0.0,
        "deadline": dt.date(2023, 12, 31), "announced_on": None, "probability": 0.6, "probability_alone": 0.6,
        "q10": 1100.0, "q50": 1160.0, "q90": 1200.0, "result": "0" * 64,
        **{f"key_{name}": name for name in KEY},
    }  # fmt: skip
    return Entry(**(said | changed))


def a_run(plan: str = "brief", known_on: dt.date = DAY, **changed: Any) -> RunFacts:
    """Return a run; what is not said is plain."""
    said: dict[str, Any] = {"language": "zh", "draws": 500, "seed": 1, "folder": "reports/out", "ok": True}
    return RunFacts(plan=plan, known_on=known_on, **(said | changed))

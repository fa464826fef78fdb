"""Prefect: the whole plan by `forecasts run`, every fifth of the month at 8:00.

Tried with Prefect 3.9.1, as a run of its own:  python prefect_flow.py once
Without `once` it stays and serves the schedule. Prefect may live in an environment of its own.
"""

import os
import subprocess
import sys
from pathlib import Path

from prefect import flow, task

PROJECT = Path(os.environ.get("FORECASTS_PROJECT", "/srv/forecasts"))


@task(retries=1, retry_delay_seconds=60)
def run(plan: str) -> Path:
    """Run a plan; what failed is on standard error, the last line of standard output is the PDF's path."""
    command = [PROJECT / ".venv" / "bin" / "forecasts", "run", plan, "--jobs", "2"]
    ended = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    return PROJECT / ended.stdout.splitlines()[-1]


@flow(log_prints=True)
def brief(plan: str = "reports/plans/brief.yaml") -> str:
    """Run a plan and say where its brief is."""
    pdf = run(plan)
    print(f"the brief: {pdf}")
    return str(pdf)


if __name__ == "__main__":
    if sys.argv[1:] == ["once"]:
        brief()
    else:
        brief.serve(name="forecasts-brief", cron="0 8 5 * *")

"""When a job is good: never because a process ended with 0, but because what was asked is there."""

from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import ValidationError

from forecasts.batch.plans.plan import Job, Plan
from forecasts.publish.save import RESULT, read_result


def unsuccessful(job: Job, plan: Plan, folder: Path) -> str:
    """Say what is wrong with what a job left behind, by its plan's rule; empty if nothing is."""
    if plan.success == "end":
        return ""
    if plan.success == "result":
        return _unanswered(job, folder / RESULT)
    files = [p.name for p in folder.iterdir() if p.is_file() and p.stat().st_size]
    lacking = [wanted for wanted in plan.success if not any(fnmatchcase(name, wanted) for name in files)]
    return f"the notebook ran to its end but left no {', '.join(lacking)}" if lacking else ""


def _unanswered(job: Job, path: Path) -> str:
    """Say what is wrong with a job's result: it must be there, be valid, and answer what was asked."""
    try:
        result = read_result(path)
    except FileNotFoundError:
        return f"the notebook ran to its end but wrote no {RESULT}"
    except (ValidationError, ValueError) as error:
        return f"{RESULT} is not valid: {error}"
    answered = {
        "goal": result.goal.id,
        "scenario": result.scenario.id,
        "known_on": result.known_on.isoformat(),
        "draws": result.draws,
        "seed": result.seed,
    }
    other = [
        f"{k} is {v!r}, asked was {job.parameters[k]!r}"
        for k, v in answered.items()
        if k in job.parameters and v != job.parameters[k]
    ]
    return f"{RESULT} answers another question: {'; '.join(other)}" if other else ""

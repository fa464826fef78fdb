"""Which scenarios a goal is asked under."""

from forecasts.scenarios.seeds import Seeds

#: The name that stands for a goal's own baseline.
BASELINE = "baseline"

#: The order in which a reader meets scenarios.
ROLES = ("baseline", "reading", "alternative")


def resolve(scenario: str, goal: str, seeds: Seeds) -> str:
    """Return the scenario's id: ``baseline`` stands for the goal's own."""
    return seeds.ledger.goals[goal].baseline if scenario == BASELINE else scenario


def scenarios_of(goal: str, seeds: Seeds) -> tuple[str, ...]:
    """Return every scenario that is for a goal: its own baseline, other readings, then alternatives.

    The baselines of other goals are left out: a goal has one.
    """
    own = seeds.ledger.goals[goal].baseline
    fit = [
        s for s in seeds.scenarios.values() if s.id == own or (s.role != "baseline" and s.applies_to(goal))
    ]
    return tuple(s.id for s in sorted(fit, key=lambda s: (s.id != own, ROLES.index(s.role))))

"""What makes a question unsound: names that the ledger does not have, adjustments that make no sense."""

from collections.abc import Iterator

from forecasts.attainment.question import Question
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.models.members import MODELS


def check_question(ledger: Ledger, question: Question) -> None:
    """Refuse a question that the ledger cannot be asked.

    Raises
    ------
    BadInput
        With every name that is not there, and every adjustment that makes no sense for the goal.
    """
    problems = [*_unknown(ledger, question)] or [*_senseless(ledger, question)]
    if problems:
        raise BadInput(problems)


def _unknown(ledger: Ledger, question: Question) -> Iterator[Problem]:
    """Yield the indicators, regions and models that a question names and that are not there.

    An observation that is not known changes nothing, and is no fault.
    """
    known = {
        "indicator": ledger.indicators, "region": ledger.regions, "model": {model.name for model in MODELS}
    }  # fmt: skip
    changes = question.scenario.adjustments
    named = [("indicator", name) for name in (question.goal.indicator, *question.asked.measured_by)]
    named += [("region", question.goal.region)]
    named += [(what, name) for change in changes for _, name, what in change.named() if what in known]
    for what, name in dict.fromkeys(named):
        if name not in known[what]:
            rule = f"the ledger has no such {what}" if what != "model" else "there is no such growth model"
            yield Problem("question", rule, name, nearest(name, known[what]))


def _senseless(ledger: Ledger, question: Question) -> Iterator[Problem]:
    """Yield what makes no sense in a question's scenario."""
    scenario = question.scenario
    for i, fault in scenario.faults(question.asked, ledger.indicators[question.goal.indicator]):
        column = ".".join(map(str, ("adjustments", i, *fault.way)))
        yield Problem(f"scenario {scenario.id}", fault.rule, fault.value, fault.remedy, column=column)

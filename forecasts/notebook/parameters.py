"""A notebook's parameters: read from its namespace, strictly, with every fault told at once.

papermill only warns about a parameter it does not know, and then runs the notebook with its defaults;
it also guesses types. So the notebook itself refuses what it was not asked for.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from forecasts.ledger.letters import as_words
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.models.paths import DRAWS
from forecasts.publish.words import Language

Draws = Annotated[int, Field(strict=True, ge=100, le=1_000_000)]
Resamples = Draws
Seed = Annotated[int, Field(strict=True, ge=0, le=2**32 - 1)]


def _seen(text: str) -> str:
    """Refuse what cannot be seen; blanks stay, for they are part of what was given."""
    as_words(text)
    return text


StrictText = Annotated[str, Field(strict=True), AfterValidator(_seen)]

#: What a parameter can be: papermill injects nothing else.
PLAIN = (str, int, float, bool, type(None), list, dict)

#: Plain values that IPython and papermill put there themselves.
FURNITURE = frozenset(
    {"In", "Out", "PAPERMILL_INPUT_PATH", "PAPERMILL_OUTPUT_PATH", "PAPERMILL_OUTPUT_DIR_PATH"}
)

#: What to do about a value of the wrong type.
REMEDIES = {
    str: "write text; papermill -p turns text that looks like a number into one, -r keeps it as text",
    bool: "write true or false, without quotes",
    int: "write a whole number without quotes or a decimal point",
    list: "write a list; papermill takes one by -y, e.g. -y 'goals: [first-id, second-id]'",
}


class Parameters(BaseModel):
    """What every notebook can be asked.

    Attributes
    ----------
    renamed : mapping
        Names that parameters once had, and what they are called now.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    renamed: ClassVar[Mapping[str, str]] = {}

    language: Language = "zh"


class DatedParameters(Parameters):
    """What every notebook can be asked that answers by what was known on a day."""

    renamed: ClassVar[Mapping[str, str]] = {"as_of": "known_on"}

    known_on: StrictText = ""
    seed: Seed = 1
    output: StrictText = ""

    @field_validator("known_on")
    @classmethod
    def _a_date(cls, text: str) -> str:
        if text:
            parse_date(text)
        return text


P = TypeVar("P", bound=Parameters)


class QuestionParameters(DatedParameters):
    """What every notebook can be asked that draws possible futures."""

    draws: Draws = DRAWS


class GoalParameters(QuestionParameters):
    """What ``goal.ipynb`` can be asked."""

    goal: StrictText = ""
    scenario: StrictText = "baseline"
    what_if: Annotated[bool, Field(strict=True)] = True


class PortfolioParameters(QuestionParameters):
    """What ``portfolio.ipynb`` can be asked."""

    goals: Annotated[list[StrictText], Field(strict=True)] = []


class IntakeParameters(Parameters):
    """What ``intake.ipynb`` can be asked."""

    report: StrictText = ""
    region: StrictText = ""


def parse_date(text: str) -> dt.date:
    """Read a date as people write it in this project: year-month-day."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass  # it looks like a date, but the calendar has no such day
    raise ValueError("must be a date, written YYYY-MM-DD")


def read_parameters(namespace: Mapping[str, Any], model: type[P]) -> P:
    """Pick a notebook's parameters out of its ``globals()``.

    Parameters
    ----------
    namespace : mapping
        The notebook's ``globals()``.
    model : type
        The parameters that the notebook has.

    Raises
    ------
    BadInput
        With every unknown name and every unfit value.
    """
    problems = [
        _unknown(name, value, model) for name, value in namespace.items() if _stray(name, value, model)
    ]
    given = {name: namespace[name] for name in model.model_fields if name in namespace}
    try:
        parameters = model.model_validate(given)
    except ValidationError as error:
        problems += [_unfit(detail, model) for detail in error.errors()]
        raise BadInput(problems) from None
    if problems:
        raise BadInput(problems)
    return parameters


def _stray(name: str, value: object, model: type[Parameters]) -> bool:
    """Whether somebody may have meant this name as a parameter that the notebook does not have."""
    if name.startswith("_") or name in FURNITURE or name in model.model_fields:
        return False
    return name in model.renamed or type(value) in PLAIN


def _unknown(name: str, value: object, model: type[Parameters]) -> Problem:
    if name in model.renamed:
        remedy = f"it is called {model.renamed[name]} now"
    else:
        remedy = f"{nearest(name, model.model_fields)} (a helper of your own may start with _)"
    return Problem("parameter", "the notebook has no such parameter", _short(value), remedy, column=name)


def _unfit(detail: Any, model: type[Parameters]) -> Problem:
    """Turn one pydantic error into a problem with the rule and the remedy."""
    name = str(detail["loc"][0])
    rule = str(detail["msg"]).removeprefix("Value error, ")
    rule = rule[0].lower() + rule[1:]
    return Problem("parameter", rule, _short(detail["input"]), _remedy(name, detail, model), column=name)


def _short(value: object) -> str:
    """Show a value, but not a whole document."""
    text = str(value)
    return text if len(text) <= 60 else text[:60] + "..."


def _remedy(name: str, detail: Any, model: type[Parameters]) -> str:
    if detail["type"] == "literal_error":
        return nearest(str(detail["input"]), get_args(Language))
    if detail["type"] == "value_error" and name != "known_on":
        return "delete it"
    if detail["type"] == "value_error":
        return "e.g. 2023-09-06; empty: the day of the newest figure about the headline goals"
    if detail["type"].endswith("_type"):
        text = len(detail["loc"]) > 1 or isinstance(model.model_fields[name].default, str)
        return REMEDIES[str if text else type(model.model_fields[name].default)]
    return "choose a value within the bounds"

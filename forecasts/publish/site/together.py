"""What may become of all goals of a run together, as its results say it."""

from collections.abc import Iterable
from dataclasses import dataclass

from forecasts.attainment.result import Attainment
from forecasts.publish.apart import joint_blocks
from forecasts.publish.parts import Paragraph, Table
from forecasts.publish.words import Words


@dataclass(frozen=True, slots=True)
class Together:
    """The probability that all goals are met, that some are, that none is; and under which scenarios."""

    table: Table
    under: str


def together_of(results: Iterable[Attainment], words: Words) -> Together | None:
    """Return what the first result with several goals says of them; None where none does."""
    found = (one.what_if.joint for one in results if one.what_if is not None)
    joint = next((one for one in found if one is not None and len(one.goals) > 1), None)
    if joint is None:
        return None
    blocks = joint_blocks(joint, words)
    table = next(one for one in blocks if isinstance(one, Table))
    under = next((one.text for one in blocks if isinstance(one, Paragraph)), "")
    return Together(table, under)

"""The stamp of a brief: a draft until somebody has reviewed it, and then by whom and when."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from forecasts.publish.parts import Stamp
from forecasts.publish.words import Words


@dataclass(frozen=True, slots=True)
class Signature:
    """A decision as a brief shows it; name and note are text, whatever they look like."""

    decision: Literal["approved", "returned"]
    name: str
    day: dt.date
    note: str = ""


def stamp_of(signature: Signature | None, words: Words) -> Stamp:
    """Return the stamp of a brief; without a signature it is a draft."""
    if signature is None:
        return Stamp("draft", words.say("stamp.draft"), words.say("stamp.draft.text"))
    who = {"name": signature.name, "date": words.date(signature.day)}
    note = words.say("stamp.note", note=signature.note) if signature.note else ""
    if signature.decision == "approved":
        return Stamp("approved", words.say("stamp.approved"), words.say("stamp.approved.text", **who), note)
    return Stamp("returned", words.say("stamp.returned"), words.say("stamp.returned.text", **who), note)

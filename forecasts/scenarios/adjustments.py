"""Every adjustment there is: one small class each, in the rooms beside this one.

An adjustment may act on the question, on the ledger, on the past, on who carries the answer, and on the paths
that were drawn; it does nothing unless it has to. Within each of these stages adjustments are folded in the
order in which they are written.
"""

from typing import Annotated

from pydantic import Field

from forecasts.scenarios.asking import ByModels, OtherGoal
from forecasts.scenarios.base import Adjustment
from forecasts.scenarios.growth import Ceiling, Delay, Expiry, OneOff, Pace, PaceOf, Scope
from forecasts.scenarios.reading import Clock, Measure, Observe, Redate

#: Every adjustment there is. A new one is one line here and one below.
ADJUSTMENTS: tuple[type[Adjustment], ...] = (
    Redate, Clock, Measure, Observe, OtherGoal, ByModels, Scope, Pace, PaceOf, OneOff, Delay, Ceiling, Expiry,
)  # fmt: skip

AnyAdjustment = Annotated[
    Redate | Clock | Measure | Observe | OtherGoal | ByModels
    | Scope | Pace | PaceOf | OneOff | Delay | Ceiling | Expiry,
    Field(discriminator="kind"),
]  # fmt: skip

#: Words that files used to have, and what stands there now.
RENAMED = {"share": "it is called scope now: {kind: scope, share: {uniform: [low, high]}}"}

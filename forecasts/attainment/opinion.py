"""What one growth model says of a question."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Opinion:
    """What one growth model says of a question; a failed or unfit one says why and has no weight.

    Attributes
    ----------
    name : str
        The growth model's.
    weight : float
        Its share of the answer; 0 = a second opinion.
    status : str
        ``serves``, ``failed`` or ``unfit``.
    probability : float, optional
        That the goal is met.
    quantiles : tuple of float
        Of the value at the deadline, at 10, 50 and 90 %; empty if it does not serve.
    reason : str
        Why it does not serve: a sentence, or a code such as ``n<4``.
    """

    name: str
    weight: float
    status: str
    probability: float | None = None
    quantiles: tuple[float, ...] = ()
    reason: str = ""

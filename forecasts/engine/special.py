"""SciPy's special functions, loaded with the first that is called.

They take a fifth of a second to import, and a ledger, a plan or a run with nothing to do is read without one.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scipy.special import (
        betainc,
        betaincinv,
        expit,
        gammaln,
        log_expit,
        logit,
        ndtr,
        ndtri,
        stdtr,
        stdtrit,
    )
else:

    class _Lazily:
        """One of them, by its name."""

        __slots__ = ("_found", "_name")

        def __init__(self, name: str):
            self._name, self._found = name, None

        def __call__(self, *values: Any, **options: Any) -> Any:
            if self._found is None:
                self._found = getattr(import_module("scipy.special"), self._name)
            return self._found(*values, **options)

    betainc = _Lazily("betainc")
    betaincinv = _Lazily("betaincinv")
    expit = _Lazily("expit")
    gammaln = _Lazily("gammaln")
    log_expit = _Lazily("log_expit")
    logit = _Lazily("logit")
    ndtr = _Lazily("ndtr")
    ndtri = _Lazily("ndtri")
    stdtr = _Lazily("stdtr")
    stdtrit = _Lazily("stdtrit")

__all__ = [
    "betainc",
    "betaincinv",
    "expit",
    "gammaln",
    "log_expit",
    "logit",
    "ndtr",
    "ndtri",
    "stdtr",
    "stdtrit",
]

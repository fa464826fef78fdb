"""Published, sparse, official figures become an honest probability that a goal will be met.

Wings, from the ground floor up: :mod:`forecasts.ledger` (what was published),
:mod:`forecasts.models` (what might come), :mod:`forecasts.attainment` (what it means for a goal),
:mod:`forecasts.publish` (what people read) and :mod:`forecasts.batch` (what runs at night).
"""

from importlib.metadata import version

__version__ = version("forecasts")

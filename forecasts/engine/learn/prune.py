"""Fewer cells that carry the same skill.

The rule: learn the prior of each kind without the share that is spread evenly, so that what is not needed
dies out; drop the fifth of the cells that hold least of it, in whichever kind holds more; again, until
:data:`CELLS` are left. Everything is then learned anew on these.
"""

from dataclasses import replace

import numpy as np

from forecasts.engine.grid import SIZES, WHOLE, Grid
from forecasts.engine.learn.fit import expectation_maximisation, explained, training_set, unit_weights
from forecasts.engine.learn.units import Units

#: Cells that are kept: on the training part 32 score as well as all 184, 24 worse by half a standard error.
CELLS = 32

#: Share of the cells that is dropped at a time, and steps of expectation maximisation each time.
DROP, STEPS = 0.2, 40


def pruned(units: Units) -> Grid:
    """Return the grid that is kept, as the whole and uncut histories among the units choose it."""
    whole = Units.of([replace(u, ask=replace(u.ask, peers=None)) for u in units.all if not u.cut])
    training = training_set(whole, WHOLE)
    everybody = np.arange(len(whole))
    likelihoods, weights = [], []
    for own in (everybody, everybody[whole.total]):
        if len(own):
            likelihoods.append(explained(training, own))
            weights.append(unit_weights(whole, own))
    alive = np.arange(len(WHOLE.cells))
    while len(alive) > CELLS:
        columns = (alive[:, None] * SIZES + np.arange(SIZES)).ravel()
        held = [
            expectation_maximisation(seen[:, columns], weight, STEPS, 0.0).reshape(-1, SIZES).sum(1)
            for seen, weight in zip(likelihoods, weights, strict=True)
        ]
        left = max(CELLS, int(len(alive) * (1 - DROP)))
        alive = np.sort(alive[np.argsort(-np.max(held, axis=0), kind="stable")[:left]])
    return Grid(WHOLE.cells[np.isin(np.arange(len(WHOLE.cells)), alive)])

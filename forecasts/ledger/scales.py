"""Which figures are plainly on another scale than their series, and where a series is rebased."""

import numpy as np

from forecasts.ledger.fields import Kind
from forecasts.ledger.runs import Bools, Floats, Ints, Runs, largest_two, sizes_of

#: How far off, in powers of ten, a figure is plainly on another scale: nearly one, since series grow.
SCALE = 0.9

#: Both neighbours of a lone figure on another scale lie so far off at least, on the same side.
BESIDE = 0.7

#: Counts below this are so few that they may well be tenfold, or nothing, by chance.
FEW = 10

#: A step is a break of its series if it is so many times the largest of the others ...
BREAK = 4.0

#: ... and a fall by this factor in a series that otherwise rises is one that was rebased.
REBASED = 1.5
REBASED_TO_BASE = 1.1


def other_scale(runs: Runs) -> tuple[Ints, Ints]:
    """Return the rows that alone are on another scale, and those from which on a series is.

    A lone figure lies a power of ten off the line between its neighbours, with both of them far on the
    same side; at the ends of a series, a power of ten off the one neighbour, where no other step of the
    series comes near that one. A break is such a step with figures on both sides.
    """
    some = (runs.value > 0) & (runs.kind != Kind.RATE)
    seen = runs.take(np.asarray(some, bool))
    wild = np.r_[_wild_rates(runs), _zeros(runs)]
    if len(seen) < 2:
        return wild, np.zeros(0, np.intp)
    log, time, same = np.log10(seen.value / seen.span), seen.time, seen.same
    step = np.where(same, log[1:] - log[:-1], 0.0)
    far = np.abs(step)
    place = np.arange(len(seen)) - np.repeat(seen.starts, sizes_of(seen))
    size = np.repeat(sizes_of(seen), sizes_of(seen))
    # Lone figures with neighbours on both sides.
    gap = np.diff(time)
    inside = np.r_[False, same[1:] & same[:-1], False]
    i = np.flatnonzero(inside)
    back, ahead = step[i - 1], -step[i]
    between = (back * gap[i] + ahead * gap[i - 1]) / (gap[i] + gap[i - 1])
    lone = (
        (np.abs(between) >= SCALE) & (back * ahead > 0) & (np.minimum(np.abs(back), np.abs(ahead)) >= BESIDE)
    )
    # Where a series leaps all the time, no leap of it is plain.
    usual = _usual(seen, far)
    lone &= (np.abs(between) >= BREAK * usual[i]) & ~_few(seen.value[i], seen.value[i - 1], between)
    alone = i[lone]
    # Ends and breaks: a step that no other comes near, those beside a lone figure set aside.
    beside = np.zeros(len(step), bool)
    beside[alone - 1] = beside[alone] = True
    rest = np.where(beside, 0.0, far)
    most, second = (c[1:] for c in largest_two(seen, np.r_[0.0, np.where(same, rest, 0.0)]))
    k = np.flatnonzero(same & ~beside & (far >= SCALE))
    others = np.where(far[k] >= most[k], second[k], most[k])
    last, first = place[k + 1] == size[k] - 1, place[k] == 0
    # Much begins small or rises fast once: up from a first figure, and for good, a step must stand out more.
    up = (step[k] > 0) & ~last
    plain = (far[k] >= np.where(up, 2 * BREAK, BREAK) * others) & ((size[k] >= 3) | (far[k] >= 3.0))
    plain &= ~_few(seen.value[k], seen.value[k + 1], step[k])
    plain &= ~(first & (step[k] > 0)) | ((seen.kind[k] != Kind.CUMULATIVE) & _whole_powers(step, k))
    k, last, first = k[plain], last[plain], first[plain]
    rows = np.r_[alone, k[last] + 1, k[first & ~last]]
    jumps = [k[~last & ~first] + 1, _rebased(seen, np.where(beside, 0.0, step), most, second, size)]
    return np.unique(np.r_[seen.row[rows], wild]), np.unique(seen.row[np.concatenate(jumps)])


def _wild_rates(runs: Runs) -> Ints:
    """Return the rows of rates that dwarf all others of their series; those may well come near zero."""
    seen = runs.take(np.asarray(runs.kind == Kind.RATE, bool))
    if len(seen) < 4:
        return np.zeros(0, np.intp)
    far = np.abs(seen.value)
    most, second = largest_two(seen, far)
    size = np.repeat(sizes_of(seen), sizes_of(seen))
    wild = (size >= 4) & (far == most) & (second >= 1.0) & (most >= 10**SCALE * second)
    return np.asarray(seen.row[wild], np.intp)


def _zeros(runs: Runs) -> Ints:
    """Return the rows of the one nothing in a series of something, but for a series that begins with it."""
    if len(runs) < 3:
        return np.zeros(0, np.intp)
    nothing = (runs.value == 0) & (runs.high < FEW) & (runs.kind != Kind.RATE)
    alone = np.repeat(np.add.reduceat((runs.value == 0).astype(int), runs.starts) == 1, sizes_of(runs))
    before = np.r_[False, runs.same & (runs.value[:-1] >= FEW)]
    after = np.r_[~runs.same | (runs.value[1:] >= FEW), True]
    several = np.repeat(sizes_of(runs), sizes_of(runs)) >= 3
    return np.asarray(runs.row[nothing & alone & before & after & several], np.intp)


def _few(one: Floats, other: Floats, step: Floats) -> Bools:
    """Whether counts are so few that a tenfold step between them is plain chance."""
    least = np.minimum(one, other)
    return np.asarray((least < FEW) & (least == np.floor(least)) & (np.abs(step) < 2))


def _whole_powers(step: Floats, k: Ints) -> Bools:
    """Whether the step from a first figure, less the one after it, is nearly a whole power of ten."""
    slip = step[k] - step[np.minimum(k + 1, len(step) - 1)]
    return np.asarray(np.abs(slip - np.round(slip)) <= 0.1)


def _usual(runs: Runs, far: Floats) -> Floats:
    """Return, for every figure, the lower quartile of its series' steps."""
    held = runs.same
    s, f = runs.series[1:][held], far[held]
    order = np.lexsort((f, _numbers(s)))
    s, f = s[order], f[order]
    starts = np.flatnonzero(np.r_[True, s[1:] != s[:-1]]) if len(s) else np.zeros(0, np.intp)
    counts = np.diff(np.r_[starts, len(s)])
    # Two steps touch the figure itself: without a third one, nothing is usual.
    quarter = np.where(counts > 2, f[starts + (counts - 1) // 4], 0.0) if len(s) else np.zeros(0)
    sizes = sizes_of(runs)
    out = np.zeros(len(sizes))
    out[sizes > 1] = quarter
    return np.repeat(out, sizes)


def _numbers(series: Ints) -> Ints:
    """Return a number for each run of equal numbers, so that a sort keeps their order."""
    return np.asarray(np.cumsum(np.r_[0, series[1:] != series[:-1]]), np.intp) if len(series) else series


def _rebased(runs: Runs, step: Floats, most: Floats, second: Floats, size: Ints) -> Ints:
    """Return the figures at which a series that otherwise rises falls for good, as a rebased index does."""
    fall = np.where(runs.same, -step, 0.0)
    k = np.flatnonzero((fall >= np.log10(REBASED)) & (fall >= most) & (size[1:] >= 6))
    k = k[fall[k] >= 2 * BREAK * second[k]]
    # The year that became the base reads 100, or the like: a smaller fall is plain there.
    base = np.isin(np.round(runs.value[1:], 2), (100.0, 1000.0))
    based = np.flatnonzero(base & (fall >= np.log10(REBASED_TO_BASE)) & (fall >= most) & (size[1:] >= 5))
    k = np.union1d(k, based[fall[based] >= 1.5 * second[based]])
    lowest = np.minimum.reduceat(np.r_[0.0, np.where(runs.same & (fall < most), step, 0.0)], runs.starts)
    rising = np.repeat(lowest, sizes_of(runs))[1:] >= -0.005
    place = np.arange(len(runs)) - np.repeat(runs.starts, sizes_of(runs))
    inner = (place[k] >= 1) & (place[k + 1] < size[k] - 1)
    return k[rising[k] & inner] + 1

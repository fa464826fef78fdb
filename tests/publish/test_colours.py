"""Colours that have to be told apart are, by whoever sees no red, no green or no blue, and on grey paper."""

import itertools

import numpy as np
import pytest

from forecasts.publish.drawing import ACCENT, BANDS, INK, MEDIAN, MUTED
from forecasts.publish.strips import SHADES

Colour = np.ndarray[tuple[int], np.dtype[np.float64]]

#: Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
SEEN = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
    "grey": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}

#: sRGB to XYZ, and the white of it (D65).
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
WHITE = XYZ.sum(axis=1)

#: Differences in CIELAB that nobody overlooks in areas that touch, and in lines apart.
TOUCHING, APART = 8.0, 12.0


def lab(colour: str, seen: str) -> Colour:
    """Return a colour in CIELAB as somebody sees it."""
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = XYZ @ np.clip(SEEN[seen] @ linear, 0, 1) / WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, seen: str) -> float:
    return float(np.linalg.norm(lab(one, seen) - lab(other, seen)))


def test_the_measure_knows_what_is_confused() -> None:
    assert difference("#ff0000", "#ff0000", "protan") == 0
    assert difference("#ffffff", "#000000", "grey") == pytest.approx(100, abs=0.1)
    assert difference("#c03a3a", "#627400", "deutan") < difference("#c03a3a", "#627400", "normal") / 3


@pytest.mark.parametrize("seen", SEEN)
def test_bands_and_what_lies_on_them_are_told_apart(seen: str) -> None:
    bands = [*BANDS.values()]
    for one, other in itertools.pairwise(["#ffffff", *bands, MEDIAN]):
        assert difference(one, other, seen) >= TOUCHING, (one, other)
    for band in bands:
        assert difference(band, ACCENT, seen) >= APART, band


@pytest.mark.parametrize("seen", SEEN)
def test_lines_and_bars_are_told_apart(seen: str) -> None:
    for one, other in itertools.combinations((ACCENT, MEDIAN, INK), 2):
        assert difference(one, other, seen) >= APART, (one, other)
    for colour in (ACCENT, MEDIAN, INK, MUTED):
        assert difference(colour, "#ffffff", seen) >= 40, colour


@pytest.mark.parametrize("seen", SEEN)
def test_marks_stand_out_from_every_step_of_the_scale(seen: str) -> None:
    for shade in SHADES:
        assert difference(shade, MEDIAN, seen) >= 25

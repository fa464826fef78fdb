"""From a slider of the explorer to the new number and the chart's new futures: what the kernel takes."""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

from forecasts.notebook.explorer import Explorer, open_explorer

#: What of the panel is moved.
PANEL = ("scope", "delay", "expiry", "growth", "ceiling", "clock", "observe")


def milliseconds(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return 1e3 * (time.perf_counter() - start)


def panel_moves(explorer: Explorer, name: str, moves: int) -> list[float]:
    """Return how long the kernel takes for each move of a control, the first ones left out: they draw."""
    use, slider = explorer.controls.get(f"use_{name}"), explorer.controls[name]
    if use is not None:
        use.value = True
    start = slider.value
    steps = [1, 2, 3] if start + 3 * slider.step <= slider.max else [-1, -2, -3]
    places = [start + k * slider.step for k in steps]

    def put(value: float) -> Callable[[], None]:
        return lambda: setattr(slider, "value", value)

    for value in places:
        put(value)()
    took = [milliseconds(put(places[k % len(places)])) for k in range(moves)]
    explorer.reset.click()
    return took


def chart_moves(explorer: Explorer, moves: int) -> list[float]:
    """Return how long the kernel takes to say the number of what was moved in the chart."""

    def put(value: float) -> Callable[[], None]:
        return lambda: setattr(explorer.live.params, "pace", value)

    took = [milliseconds(put(round(1 + 0.05 * (k % 20 + 1), 2))) for k in range(moves)]
    explorer.reset.click()
    return took


def told(name: str, took: Sequence[float]) -> None:
    print(f"{name:36s} median {statistics.median(took):6.1f} ms   worst {max(took):6.1f} ms   n {len(took)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=20)
    moves = parser.parse_args().moves
    explorer = open_explorer({})
    for goal in [name for _, name in explorer.goal.options][:3]:
        explorer.goal.value = goal
        for name in PANEL:
            if name in explorer.controls:
                told(f"{goal[:22]} {name}", panel_moves(explorer, name, moves))
        told(f"{goal[:22]} pace (chart)", chart_moves(explorer, moves))


if __name__ == "__main__":
    main()

"""Many seeds, in processes that are replaced now and then; what fails is kept by its seed."""

import json
import os
import select
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

#: Inputs that one process tries, and seconds after which it is given up.
LIFE, PATIENCE = 1_000, 30.0


@dataclass
class Found:
    """What came of many seeds: how often which exit code, and every failure."""

    codes: Counter[int] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)
    slowest: float = 0.0

    def add(self, told: dict[str, Any]) -> None:
        """Count one more."""
        self.codes[told["code"]] += 1
        self.slowest = max(self.slowest, told["seconds"])
        if told["faults"]:
            self.failures.append(told)

    def __str__(self) -> str:
        codes = ", ".join(f"{n} x exit {code}" for code, n in sorted(self.codes.items()))
        lines = [f"{sum(self.codes.values())} inputs: {codes}; slowest {self.slowest:.2f} s"]
        kinds: dict[str, list[dict[str, Any]]] = {}
        for told in self.failures:
            kinds.setdefault(str(told["faults"][0])[:70], []).append(told)
        for kind, some in sorted(kinds.items(), key=lambda item: -len(item[1])):
            simplest = min(some, key=lambda one: len(one["said"]))
            lines.append(
                f"{len(some)} x {kind}\n"
                f"    {'; '.join(simplest['faults'])}\n"
                f"    {'; '.join(simplest['said'])}\n"
                f"    again: python -m tests.fuzz --seed {simplest['seed']}"
            )
        return "\n".join(lines)


def try_seeds(
    seeds: Iterable[int],
    jobs: int | None = None,
    told: Callable[[int], None] = lambda _: None,
    life: int = LIFE,
) -> Found:
    """Try seeds in several processes.

    Parameters
    ----------
    told : callable
        Told how many are done, once in a while.
    life : int
        Inputs that one process tries.
    """
    found, waiting = Found(), iter(seeds)
    parts = iter(lambda: list(islice(waiting, life)), [])
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        for part in pool.map(lambda some: list(try_part(some)), parts):
            for one in part:
                found.add(one)
            told(sum(found.codes.values()))
    return found


def try_part(seeds: list[int]) -> Iterator[dict[str, Any]]:
    """Try some seeds in one process, or in more where one dies, hangs or has grown."""
    left = list(seeds)
    while left:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=ROOT,
            env=os.environ
            | {
                "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
                "OPENBLAS_NUM_THREADS": "1",
            },
        )
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the process that tries inputs did not begin")
        grown = False
        while left and not grown:
            seed = left.pop(0)
            process.stdin.write(f"{seed}\n")
            ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
            line = process.stdout.readline() if ready else ""
            if not line:
                yield gone(seed, "hung" if not ready else "died")
                break
            one: dict[str, Any] = json.loads(line)
            grown = any(fault.startswith("held") for fault in one["faults"])
            yield one
        process.stdin.close()
        if left:
            process.kill()
        process.wait()


def gone(seed: int, how: str) -> dict[str, Any]:
    """Return what is told of a seed whose process did not answer."""
    from tests.fuzz.breaking import broken

    return {
        "seed": seed, "code": -1, "seconds": PATIENCE, "faults": [f"the process {how}"],
        "said": broken(seed).said, "err": "",
    }  # fmt: skip

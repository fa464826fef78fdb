"""``python -m tests.fuzz.documents --count N``: spoilt files for all readers; ``--form pdf --first N``."""

import argparse
import gc
import json
import os
import select
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from forecasts.ledger.problems import Refusal
from tests.fuzz.running import ROOT
from tests.fuzz.spoiling import FORMS, spoilt

#: How many of a hundred files are of each form.
SHARES = {"txt": 8, "md": 4, "html": 14, "docx": 14, "pdf": 25, "xlsx": 10, "csv": 8, "json": 6, "parquet": 5,
          "yaml": 6}  # fmt: skip

#: Files that one process reads, and seconds until it is given up that says nothing.
LIFE, PATIENCE = 4_000, 60


@dataclass
class Found:
    """What came of many files, by form: how often what, failures, and the most megabytes."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[tuple[str, int, str]] = field(default_factory=list)
    memory: dict[str, int] = field(default_factory=dict)

    def add(self, form: str, number: int, what: str, why: str, held: int) -> None:
        """Count one more."""
        self.counts.setdefault(form, Counter())[what] += 1
        self.memory[form] = max(self.memory.get(form, 0), held)
        if what == "failed":
            self.failures.append((form, number, why))

    def last(self) -> str:
        """Say what came of the form that was read last."""
        return self._of(next(reversed(self.counts)))

    def _of(self, form: str) -> str:
        counts = self.counts[form]
        told = ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
        return f"{form}: {counts.total()} files, {told}; at most {self.memory[form]} MB"

    def __str__(self) -> str:
        lines = [self._of(form) for form in self.counts]
        kinds: dict[str, list[tuple[str, int]]] = {}
        for form, number, why in self.failures:
            kinds.setdefault(f"{form}: {why}", []).append((form, number))
        for why, some in sorted(kinds.items(), key=lambda item: -len(item[1])):
            form, number = some[0]
            lines.append(f"{len(some)} x {why}")
            lines.append(f"    again: python -m tests.fuzz.documents --form {form} --first {number}")
        return "\n".join(lines)


def try_files(
    numbers: Sequence[tuple[str, range]],
    jobs: int | None = None,
    told: Callable[[Found], None] = lambda _: None,
) -> Found:
    """Read files of forms by their numbers, in several processes.

    Parameters
    ----------
    told : callable
        Told what was found so far, once in a while.
    """
    found = Found()
    parts = [
        (form, range(first, min(first + LIFE, some.stop)))
        for form, some in numbers
        for first in range(some.start, some.stop, LIFE)
    ]
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        for (form, _), came in zip(parts, pool.map(lambda part: list(_part(*part)), parts), strict=True):
            for number, what, why, held in came:
                found.add(form, number, what, why, held)
            told(found)
    return found


def _part(form: str, numbers: range) -> Iterator[tuple[int, str, str, int]]:
    """Read some files in one process, or in more where one ends of them."""
    left = list(numbers)
    while left:
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "OPENBLAS_NUM_THREADS": "1",
        }
        command = [
            sys.executable,
            "-m",
            "tests.fuzz.documents",
            "--within",
            form,
            str(left[0]),
            str(left[-1]),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment) as process:
            assert process.stdout is not None
            if process.stdout.readline() != b"ready\n":
                raise RuntimeError("the process that reads files did not begin")
            while left:
                ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
                line = process.stdout.readline() if ready else b""
                if not line.endswith(b"\n"):
                    process.kill()
                    number = left.pop(0)
                    yield number, *_in_earnest(form, number, process.wait()), 0
                    break
                yield left.pop(0), *json.loads(line)


def _in_earnest(form: str, number: int, code: int) -> tuple[str, str]:
    """Return what the house makes of a file that ended the process: only PDFs have one of their own."""
    ended = signal.Signals(-code).name if code < 0 else str(code)
    if form != "pdf":
        return "failed", f"the process ended with {ended}"
    from forecasts.intake.documents import document_of

    try:
        document_of(spoilt(form, number), "a.pdf")
    except Refusal:
        return "refused", ""
    except Exception as error:
        return "failed", f"{ended}, then {error!r:.200}"
    return "read", ""


def within(form: str, first: int, last: int) -> None:
    """Read files, and say of each what came of it."""
    from tests.fuzz.reading import attempt, peak, reader

    with os.fdopen(os.dup(1), "w", buffering=1) as answers:
        os.dup2(2, 1)
        with reader(form) as read:
            print("ready", file=answers)
            for number in range(first, last + 1):
                what, why = attempt(form, spoilt(form, number), read)
                print(json.dumps([what, why, peak()]), file=answers)
                if number % 50 == 0:
                    gc.collect()


def shared(count: int, first: int = 0) -> list[tuple[str, range]]:
    """Return the numbers of files, each form with its share of a count."""
    return [(form, range(first, first + max(1, count * share // 100))) for form, share in SHARES.items()]


def main() -> None:
    """Read many files, or one."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.documents", description=__doc__)
    parser.add_argument("--count", type=int, default=1, help="how many (default: one)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first (default: 0)")
    parser.add_argument("--form", choices=FORMS, help="of one form only")
    parser.add_argument("--jobs", type=int, help="processes (default: one a processor)")
    parser.add_argument("--within", nargs=3, help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.within:
        form, first, last = said.within
        return within(form, int(first), int(last))
    one = [(said.form, range(said.first, said.first + said.count))]
    numbers = one if said.form else shared(said.count, said.first)
    found = try_files(numbers, said.jobs, lambda some: print(some.last(), file=sys.stderr, flush=True))
    print(found)
    raise SystemExit(bool(found.failures))


if __name__ == "__main__":
    main()

"""``python -m tests.fuzz --seed N``: one input again, and what came of it; ``--count N``: many."""

import argparse
import time
from pathlib import Path

from tests.fuzz.breaking import broken
from tests.fuzz.running import try_part, try_seeds
from tests.fuzz.trying import lay


def main() -> None:
    """Try one seed, or many."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default: 0)")
    parser.add_argument("--count", type=int, default=1, help="how many (default: this one, in full)")
    parser.add_argument("--jobs", type=int, help="processes (default: one a processor)")
    parser.add_argument("--keep", type=Path, help="lay the one input's files into this new folder")
    said = parser.parse_args()
    if said.count > 1:
        start = time.monotonic()
        found = try_seeds(range(said.seed, said.seed + said.count), said.jobs)
        print(f"{found}\n{time.monotonic() - start:.0f} s")
        raise SystemExit(bool(found.failures))
    given = broken(said.seed)
    if said.keep:
        said.keep.mkdir(parents=True)
        lay(given.files, said.keep)
    print("\n".join([f"forecasts {given.verb}", *given.said]))
    (told,) = try_part([said.seed])
    print(f"exit {told['code']} after {told['seconds']:.2f} s\n{told['err']}")
    print("\n".join(told["faults"]) or "nothing that must not come")
    raise SystemExit(bool(told["faults"]))


if __name__ == "__main__":
    main()

"""``python -m tests.fuzz.guided FORM --runs N``: spoilt files, led by what of the readers they reach.

What leads is atheris. It is no dependency of the project: install it into an environment of your own. A
failure is told once for each place it comes from, and its file is kept in ``--keep FOLDER``.
"""

import argparse
import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path


def main() -> None:
    """Read files until the runs are done."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided", description=__doc__)
    parser.add_argument("form", help="txt, md, html, docx, pdf, xlsx, csv, json, parquet or yaml")
    parser.add_argument("--runs", type=int, default=10_000, help="files (default: 10,000)")
    parser.add_argument("--seed", type=int, default=1, help="of the fuzzer (default: 1)")
    parser.add_argument("--keep", type=Path, help="folder for files that fail")
    said = parser.parse_args()
    try:
        import atheris
    except ImportError:
        raise SystemExit(
            "atheris is not installed: pip install atheris, or python -m tests.fuzz.documents"
        ) from None
    # What is imported here is led by; the rest is as fast as ever.
    with atheris.instrument_imports(
        include=["forecasts.intake", "forecasts.ledger", "html.parser", "_markupbase"]
    ):
        from tests.fuzz.reading import attempt, peak, reader
    from tests.fuzz.spoiling import once, sound

    counts: Counter[str] = Counter()
    seen: set[str] = set()

    def mutated(data: bytes, most: int, seed: int) -> bytes:
        draw = random.Random(seed)
        if draw.random() < 0.3:
            return bytes(atheris.Mutate(data, most))
        return once(said.form, data or draw.choice(sound(said.form)), draw)[:most]

    with reader(said.form) as read:

        def one(data: bytes) -> None:
            what, why = attempt(said.form, data, read)
            counts[what] += 1
            if what == "failed" and why not in seen:
                seen.add(why)
                print(f"failed: {why}", file=sys.stderr)
                if said.keep:
                    (said.keep / f"{said.form}-{len(seen)}").write_bytes(data)
            if counts.total() == said.runs:
                told = ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
                print(f"{said.form}: {told}; at most {peak()} MB", flush=True)
                os._exit(bool(seen))  # libFuzzer ends the process by itself, and no block is left

        # A file that ends the whole process is libFuzzer's to keep.
        options = [
            "-timeout=60",
            "-rss_limit_mb=0",
            "-max_len=20000",
            f"-seed={said.seed}",
            f"-artifact_prefix={said.keep or tempfile.gettempdir()}/",
        ]
        atheris.Setup([sys.argv[0], *options], one, custom_mutator=mutated)
        atheris.Fuzz()


if __name__ == "__main__":
    main()

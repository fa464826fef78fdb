"""What cron starts: ``python -m forecasts.batch.timing.scheduled PROJECT PLAN ...`` becomes `forecasts run`.

Cron gives no PATH to speak of, stands in the home folder and knows no UTF-8; a shell would have to mend that
within cron's short lines. This does, and then is the run itself: no process stands between the two that a
signal could miss.
"""

import datetime as dt
import os
import sys
from pathlib import Path
from typing import Final

#: Bytes that a log keeps of what was there before; a night writes a few hundred.
KEPT: Final = 500_000


def main(arguments: list[str]) -> None:
    """Go to the project, send what is said to the plan's log, and become the run."""
    project, plan, *options = arguments
    os.chdir(project)
    log = Path("reports", "out", f"{Path(plan).stem}.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    shorten(log, KEPT)
    with log.open("ab", buffering=0) as file:
        file.write(f"{dt.datetime.now().astimezone().isoformat(timespec='seconds')} {plan}\n".encode())
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    environment = {**os.environ, "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}
    os.execve(sys.executable, [sys.executable, "-m", "forecasts", "run", plan, *options], environment)


def shorten(log: Path, kept: int) -> None:
    """Keep the last whole lines of a long log; in its place, for a run may be writing to it."""
    if not log.exists() or log.stat().st_size <= 2 * kept:
        return
    with log.open("r+b") as file:
        file.seek(-kept, os.SEEK_END)
        file.readline()
        rest = file.read()
        file.seek(0)
        file.write(rest)
        file.truncate()


if __name__ == "__main__":
    main(sys.argv[1:])

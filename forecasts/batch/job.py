"""One job in a process of its own: ``python -m forecasts.batch.job`` with the order on standard input."""

import json
import logging
import os
import re
import sys
from typing import Any

#: Seconds that one cell may take before the job counts as failed.
CELL_TIMEOUT = 600

#: Colour codes of a terminal.
COLOURS = re.compile("\x1b\\[[0-9;]*m")


def execute(notebook: str, executed: str, parameters: dict[str, Any]) -> None:
    """Run a notebook with papermill; it raises if a cell does."""
    # One thread per job: the batch is parallel over jobs already. Set before NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    logging.getLogger("papermill").setLevel(logging.ERROR)
    from papermill.execute import execute_notebook

    execute_notebook(
        notebook,
        executed,
        parameters,
        kernel_name="python3",
        progress_bar=False,
        execution_timeout=CELL_TIMEOUT,
        # The kernel holds nothing worth a farewell; waiting for one costs 0.8 s a notebook.
        shutdown_kernel="immediate",
    )


def main() -> None:
    """Execute the order; if it fails, give the reason on standard output and the rest on standard error."""
    order = json.load(sys.stdin)
    from papermill.exceptions import PapermillExecutionError

    try:
        execute(order["notebook"], order["executed"], order["parameters"])
    except PapermillExecutionError as error:
        print(reason(error.ename, error.evalue))
        sys.exit(str(error))
    except Exception as error:
        print(reason(type(error).__name__, str(error)))
        raise


def reason(name: str, message: str, limit: int = 600) -> str:
    """Say why in few words: an error message can be a whole document."""
    short = "".join(COLOURS.split(message)).strip()
    return f"{name}: {short}" if len(short) <= limit else f"{name}: {short[:limit]} ..."


if __name__ == "__main__":
    main()

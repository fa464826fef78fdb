"""One notebook, run by papermill; what went wrong is told in few words.

``python -m forecasts.batch.job`` does it in a process of its own, with the order on standard input, where
there can be no warm kernels.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Seconds that one notebook may take before it counts as failed.
TIMEOUT = 600.0

#: Colour codes of a terminal.
COLOURS = re.compile("\x1b\\[[0-9;]*m")

#: The kernel of a notebook that names none.
PYTHON = "python3"


@dataclass(frozen=True, slots=True)
class Order:
    """What papermill is to do.

    Attributes
    ----------
    notebook, executed : str
        Paths of the notebook and of what becomes of it.
    parameters : mapping
        As papermill takes them.
    engine : str, optional
        papermill's name of an engine; None is papermill's own.
    timeout : float
        Seconds for the whole notebook.
    """

    notebook: str
    executed: str
    parameters: Mapping[str, Any]
    engine: str | None = None
    timeout: float = TIMEOUT


def execute(order: Order) -> None:
    """Run a notebook with papermill; it raises if a cell does."""
    logging.getLogger("papermill").setLevel(logging.ERROR)
    from papermill.execute import execute_notebook

    limits: dict[str, Any] = {"execution_timeout": max(1, round(order.timeout))}
    if order.engine == "warm":
        limits["budget"] = order.timeout
    execute_notebook(
        order.notebook,
        order.executed,
        dict(order.parameters),
        engine_name=order.engine,
        kernel_name=_kernel_of(order.notebook),
        progress_bar=False,
        # The kernel holds nothing worth a farewell; waiting for one costs 0.8 s a notebook.
        shutdown_kernel="immediate",
        **limits,
    )


def _kernel_of(notebook: str) -> str:
    """Return the name of the kernel that a notebook asks for."""
    held = json.loads(Path(notebook).read_text(encoding="utf-8"))
    return held.get("metadata", {}).get("kernelspec", {}).get("name") or PYTHON


def told(order: Order) -> dict[str, str]:
    """Run a notebook; return the reason why it failed and the trace, both empty if it did not."""
    from papermill.exceptions import PapermillExecutionError

    try:
        execute(order)
    except PapermillExecutionError as error:
        return {"error": reason(error.ename, error.evalue), "trace": str(error)}
    except Exception as error:
        import traceback

        return {"error": reason(type(error).__name__, str(error)), "trace": traceback.format_exc()}
    return {"error": "", "trace": ""}


def main() -> None:
    """Execute the order and tell, on standard output, what became of it."""
    # One thread per job: the batch is parallel over jobs already. Set before NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    print(json.dumps(told(Order(**json.load(sys.stdin)))))


def reason(name: str, message: str, limit: int = 600) -> str:
    """Say why in few words: an error message can be a whole document."""
    short = "".join(COLOURS.split(message)).strip()
    return f"{name}: {short}" if len(short) <= limit else f"{name}: {short[:limit]} ..."


if __name__ == "__main__":
    main()

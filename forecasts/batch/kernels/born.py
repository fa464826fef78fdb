"""What a fork of the mother becomes: a kernel, or a process that has papermill run one notebook."""

import json
import os
import random
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from forecasts.batch.kernels.families import FAMILY, die_with_parent


def run_kernel(request: Mapping[str, Any], line: socket.socket) -> None:
    """Be an IPython kernel, as ``python -m ipykernel_launcher`` would be one.

    Parameters
    ----------
    request : mapping
        ``argv``, ``cwd``, ``env``; ``memory``, the most bytes that it may take, or None; ``log``, the file
        for what is printed past the protocol, or None.
    line : socket
        Told when the kernel listens.
    """
    _settle(request)
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance(parent_handle=os.getppid())  # not one of a terminal
    app.initialize(request["argv"][1:])  # type: ignore[no-untyped-call]
    # Its sockets are bound: who connects now need not wait for a second attempt.
    with suppress(OSError):
        line.sendall(b'{"ready": true}\n')
    line.close()
    app.start()  # type: ignore[no-untyped-call]


def run_job(request: Mapping[str, Any], line: socket.socket) -> None:
    """Have papermill run a notebook; tell what went wrong, if anything."""
    _settle(request)
    from forecasts.batch.job import Order, told

    line.sendall(json.dumps(told(Order(**request["order"]))).encode() + b"\n")


def _settle(request: Mapping[str, Any]) -> None:
    """Make what the mother had this process's own: environment, folder, output, chance, limits."""
    os.environ.clear()
    os.environ.update(request["env"])
    workshop = os.environ.get(FAMILY, "").split(" ")[0]
    os.environ[FAMILY] = f"{workshop} {request['family']}"
    die_with_parent(os.getppid())
    if log := request.get("log"):
        held = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        for number in (1, 2):
            os.dup2(held, number)
        os.close(held)
    os.chdir(request.get("cwd") or ".")
    sys.argv = list(request.get("argv", ["job"]))
    random.seed()
    if "numpy" in sys.modules:  # the old global generator is inherited
        sys.modules["numpy"].random.seed()
    if memory := request.get("memory"):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        limit = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, most))

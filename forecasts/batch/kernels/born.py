"""What a fork of the mother becomes: a kernel, or a hand that has papermill run notebook after notebook."""

import json
import os
import random
import socket
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from forecasts.batch.kernels.families import FAMILY, die_with_parent
from forecasts.publish.elsewhere import whole_of

#: What nbclient asks for: no notebook's history is kept.
IN_MEMORY = "--HistoryManager.hist_file=:memory:"


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

    class Kernel(IPKernelApp):
        """A kernel that does not prepare for all that a command line could say, which is slow."""

        def parse_command_line(self, argv: Any = None) -> None:
            if argv[:1] != ["-f"] or argv[2:] not in ([], [IN_MEMORY]):
                super().parse_command_line(argv)
                return
            self.connection_file = argv[1]
            if argv[2:]:
                self.config.HistoryManager.hist_file = ":memory:"

    app = Kernel.instance(parent_handle=os.getppid())  # not one of a terminal
    app.initialize(request["argv"][1:])  # type: ignore[no-untyped-call]
    # Its sockets are bound: who connects now need not wait for a second attempt.
    with suppress(OSError):
        line.sendall(b'{"ready": true}\n')
    line.close()
    app.start()  # type: ignore[no-untyped-call]


def run_hand(request: Mapping[str, Any], line: socket.socket) -> None:
    """Have papermill run notebooks, one after the other; tell what went wrong with each, if anything.

    Parameters
    ----------
    request : mapping
        ``address``, the socket at which orders come: one a connection, a JSON object with ``order``, ``env``
        (what is this notebook's alone) and ``log``; its end is told by closing that half.
    """
    _settle(request)
    from forecasts.batch.job import Order, told

    with socket.socket(socket.AF_UNIX) as door:
        door.bind(request["address"])
        door.listen(1)
        line.sendall(b'{"ready": true}\n')
        line.close()
        while True:
            there, _ = door.accept()
            with there:
                asked = json.loads(whole_of(there))
                os.environ.update(asked["env"])
                _print_to(asked["log"])
                there.sendall(json.dumps(told(Order(**asked["order"]))).encode())


def _settle(request: Mapping[str, Any]) -> None:
    """Make what the mother had this process's own: environment, folder, output, chance, limits."""
    os.environ.clear()
    os.environ.update(request["env"])
    workshop = os.environ.get(FAMILY, "").split(" ")[0]
    os.environ[FAMILY] = f"{workshop} {request['family']}"
    die_with_parent(os.getppid())
    if log := request.get("log"):
        _print_to(log)
    tempfile.tempdir = None  # wherever this process is told to have it
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


def _print_to(log: str) -> None:
    """Have what is printed from now on go to the end of a file."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    held = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for number in (1, 2):
        os.dup2(held, number)
    os.close(held)

"""Asking for what another process draws or typesets, so that one alone need learn how.

The renderer (:mod:`forecasts.publish.renderer`) listens at a socket in a folder that only its owner may
enter. A request is one JSON object, its end told by closing that half of the connection; so is the reply.
Whoever draws finds the socket's path in the environment variable ``FORECASTS_RENDERER``.
"""

import json
import os
import socket
import tempfile
import time
from collections.abc import Callable
from typing import Any, Final

#: Names the renderer's socket to whoever draws.
RENDERER: Final = "FORECASTS_RENDERER"

#: Seconds that a drawing waits for a renderer that does not listen (it may be starting anew) and for a reply.
PATIENCE, REPLY = 2.0, 60.0


#: Bytes that the place of a folder of sockets may have: names come behind it, and 107 are the most in all.
LONGEST: Final = 45


class RenderingFailed(Exception):
    """A request that the renderer could not serve; its message is that of the fault."""


class Gone(Exception):
    """Who listened has died, or hangs, before the reply was whole."""


class Absent(Gone):
    """Nobody listens."""


def room_for_sockets() -> str | None:
    """Return where a folder of sockets is made: where temporary files lie, if that leaves room for names."""
    usual = tempfile.gettempdir()
    return "/tmp" if len(os.fsencode(usual)) > LONGEST and os.access("/tmp", os.W_OK) else None


def drawn_elsewhere(spec: str) -> str | None:
    """Return the SVG of a specification from the renderer; None if there is none, or it does not answer."""
    path = os.environ.get(RENDERER)
    if not path or not hasattr(socket, "AF_UNIX"):
        return None
    for _ in range(2):
        try:
            return str(served(path, {"ask": "svg", "spec": spec}, PATIENCE, REPLY))
        except (Absent, RenderingFailed, OSError):
            # What cannot be drawn says so best where it was asked: there it is tried, too.
            return None
        except Gone:  # of this, or of what it did before: the next one may live
            continue
    return None


def served(
    path: str,
    message: dict[str, Any],
    patience: float,
    reply: float,
    hopeless: Callable[[], bool] = lambda: False,
) -> Any:
    """Send a request to whoever listens, or will soon; return what came of it."""
    with _connected(path, time.monotonic() + patience, hopeless) as there:
        there.settimeout(reply)
        try:
            there.sendall(json.dumps(message).encode("utf-8"))
            there.shutdown(socket.SHUT_WR)
            told = json.loads(whole_of(there))
        except (OSError, ValueError) as error:
            raise Gone from error
    return outcome(told)


def _connected(path: str, end: float, hopeless: Callable[[], bool]) -> socket.socket:
    while True:
        there = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        there.settimeout(1.0)
        try:
            there.connect(path)
        except OSError as error:
            there.close()
            if time.monotonic() > end or hopeless():
                raise Absent from error
            time.sleep(0.02)
        else:
            return there


def whole_of(there: socket.socket) -> bytes:
    """Return all that comes until the other side has said its last."""
    return b"".join(iter(lambda: there.recv(1 << 16), b""))


def outcome(told: dict[str, Any]) -> Any:
    """Return what a reply brings, or raise its fault: one of the machine as what it is, others in words."""
    fault = told.get("fault")
    if fault is None:
        return told["done"]
    if fault["errno"]:
        raise OSError(fault["errno"], fault["message"], fault["file"])
    raise RenderingFailed(fault["message"])

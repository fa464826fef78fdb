"""The renderer: ``python -m forecasts.publish.renderer SOCKET`` draws and typesets for other processes.

It loads what draws once (and what typesets, with ``--briefs``) and serves one request at a time, for as long
as its standard input is open: when its owner is gone, however that went, so is the renderer. A fault is a
reply; nothing that is asked ends it.
"""

import datetime as dt
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final

from forecasts.publish.elsewhere import RENDERER, whole_of

#: Seconds that a request may take to arrive: who stops half way must not keep the others waiting.
ARRIVAL: Final = 10.0

#: Requests that may wait.
WAITING: Final = 128

#: Held while the folder of fonts is made and first read: nobody takes it away meanwhile.
PREPARING: Final = Lock()


def main() -> None:
    """Serve until the owner is gone."""
    path = Path(sys.argv[1])
    # Who draws here must not ask itself; and it is the owner who is interrupted, and who ends this process.
    os.environ.pop(RENDERER, None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(str(path))
        door.listen(WAITING)
        Thread(target=_leave_with_owner, args=(path,), daemon=True).start()
        prepare(path.with_name("fonts"), "--briefs" in sys.argv)
        while True:
            there, _ = door.accept()
            with there, suppress(OSError, ValueError):  # who asked has gone, or never asked
                there.settimeout(ARRIVAL)
                there.sendall(json.dumps(told(json.loads(whole_of(there)))).encode("utf-8"))


def _leave_with_owner(path: Path) -> None:
    """End this process at once when standard input ends, and take along what lies beside the socket."""
    while os.read(0, 1 << 16):
        pass
    with PREPARING:
        shutil.rmtree(path.with_name("fonts"), ignore_errors=True)
        with suppress(OSError):
            path.unlink()
            path.parent.rmdir()
        os._exit(0)


def prepare(fonts: Path, briefs: bool) -> None:
    """Load what draws, with a font of the common signs in a folder of its own, and what typesets briefs."""
    from forecasts.publish import drawing

    with PREPARING:
        drawing.register_common(fonts)
        drawing.svg_of('{"data": {"values": [{}]}, "mark": "text"}')
    if briefs:
        from forecasts.publish import combine, typeset  # noqa: F401 - the first brief needs not load it

        typeset.prepare()


def told(message: dict[str, Any]) -> dict[str, Any]:
    """Return the reply to a request: what was done, or the fault."""
    try:
        return {"done": _ASKED[message["ask"]](message)}
    except OSError as error:
        words = error.strerror or str(error)
        return _fault(words, error.errno or 0, str(error.filename or ""))
    except BaseException as error:  # Rust's panics are no Exception
        return _fault(f"{type(error).__name__}: {error}")


def _fault(message: str, errno: int = 0, file: str = "") -> dict[str, Any]:
    return {"fault": {"message": message, "errno": errno, "file": file}}


def _svg(message: dict[str, Any]) -> str:
    from forecasts.publish.drawing import svg_of

    return svg_of(message["spec"])


def _brief(message: dict[str, Any]) -> list[str]:
    from forecasts.publish.combine import write_brief
    from forecasts.publish.save import RESULT, read_result

    results = [read_result(Path(folder) / RESULT) for folder in message["results"]]
    failures = [(goal, scenario, reason) for goal, scenario, reason in message["failures"]]
    files = write_brief(
        results, failures, message["language"], Path(message["templates"]), Path(message["folder"]),
        message["title"], message["track_record"], _signature(message["signature"]), message["edition"],
        _changes(message["changes"]),
    )  # fmt: skip
    return [str(path) for path in files]


def _changes(path: str | None) -> Any:
    from forecasts.whatif.changed import Changes

    return None if path is None else Changes.model_validate_json(Path(path).read_bytes())


def _signature(told: dict[str, Any] | None) -> Any:
    from forecasts.publish.stamps import Signature

    return None if told is None else Signature(**told | {"day": dt.date.fromisoformat(told["day"])})


#: What can be asked.
_ASKED: Final[dict[str, Callable[[dict[str, Any]], Any]]] = {
    "svg": _svg,
    "brief": _brief,
    "ping": lambda message: os.getpid(),
}


if __name__ == "__main__":
    main()

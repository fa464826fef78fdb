"""A process that tries inputs as an ordinary user, in a folder of its own: seeds come in, faults go out."""

import encodings
import importlib
import json
import os
import pkgutil
import resource
import shutil
import sys
import tempfile
from pathlib import Path

import forecasts

#: Bytes of its own that the process may hold at most: beyond that, it gets none.
ROOM = 3 << 30


def load_everything() -> None:
    """Import whatever may be imported late: an ordinary user may not see the interpreter's folder."""
    for found in pkgutil.walk_packages(forecasts.__path__, "forecasts."):
        importlib.import_module(found.name)
    for found in pkgutil.iter_modules(encodings.__path__):
        if found.name not in ("mbcs", "oem", "cp65001"):
            importlib.import_module(f"encodings.{found.name}")


def become_ordinary(folder: Path) -> None:
    """Give up being root, if we are; the folder is then the only place of our own.

    Raises
    ------
    SystemExit
        If that cannot be: broken inputs are never tried as root.
    """
    if os.geteuid() != 0:
        return
    import pwd

    nobody = pwd.getpwnam("nobody")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    if 0 in (os.getuid(), os.geteuid()):
        raise SystemExit("cannot become an ordinary user")


def main() -> None:
    """Answer every seed on standard input with one line of JSON."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    folder = Path(tempfile.mkdtemp(prefix="forecasts-fuzz-"))
    os.environ["HOME"] = os.environ["TMPDIR"] = str(folder)
    try:
        load_everything()
        from tests.fuzz.breaking import TABLES, TENANT, Input, broken
        from tests.fuzz.trying import attempt

        for verb in ("attain", "check", "seeds", "run"):  # what is loaded late is loaded now
            attempt(Input(-1, verb, dict(TABLES if verb == "attain" else TENANT)), folder / "try")
        shutil.rmtree(folder / "try")
        become_ordinary(folder)
        resource.setrlimit(resource.RLIMIT_DATA, (ROOM, ROOM))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        print("ready", file=answers)
        for line in sys.stdin:
            given = broken(int(line))
            tried = attempt(given, folder / "try")
            told = {"seed": given.seed, "code": tried.code, "seconds": tried.seconds, "faults": tried.faults,
                    "said": given.said, "err": tried.err[:2000]}  # fmt: skip
            print(json.dumps(told), file=answers)
    finally:
        os.chdir("/")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

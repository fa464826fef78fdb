"""What a run saw: ``seen.zip`` in its folder, the tables and scenarios of ``seeds/`` as they were then.

A later run is held against it: figures that were corrected since, and scenarios that were edited, can then be
told from what the program makes of them.
"""

import io
import json
import re
import zipfile
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from forecasts.ledger.files import write_whole
from forecasts.ledger.problems import Refusal
from forecasts.scenarios.seeds import Seeds, read_apart, read_seeds

SEEN: Final = "seen.zip"

#: Version of the layout; what another one wrote is not read.
FORMAT: Final = 1

#: The file that says so.
ABOUT: Final = "seen.json"

#: What is kept of ``seeds/``: no text, no picture, no note.
TABLES: Final = re.compile(r"(record/)?[a-z_]{1,40}\.csv|scenarios/[a-z0-9][a-z0-9_-]{0,79}\.yaml")

#: Bytes that may be unpacked: a hundred times the largest that was seen.
LARGEST: Final = 200_000_000

#: A time stamp for every file: the same tables are the same archive.
THEN: Final = (1980, 1, 1, 0, 0, 0)


def pack_seen(folder: Path) -> bytes:
    """Return the tables and scenarios of a folder of seeds as one archive; the same for the same files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        _add(archive, ABOUT, json.dumps({"format": FORMAT}).encode())
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if TABLES.fullmatch(name) and path.is_file():
                _add(archive, name, path.read_bytes())
    return held.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    about = zipfile.ZipInfo(name, THEN)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.create_system = 3
    about.external_attr = 0o644 << 16
    archive.writestr(about, content)


def keep_seen(run: Path, root: Path, seeds: Seeds) -> None:
    """Write what a run saw into its folder; nothing, where the files are others by now than those it read."""
    try:
        packed = pack_seen(root / "seeds")
        same = read_seeds(root / "seeds") is seeds
    except (Refusal, OSError):
        return
    if same:
        write_whole(run / SEEN, packed)


def read_seen(run: Path, root: Path, seeds: Seeds) -> Seeds | None:
    """Return what a run saw; None where it kept nothing that can be read.

    Parameters
    ----------
    seeds : Seeds
        What is there now: where that is the same to the byte, it is not read again.
    """
    try:
        packed = (run / SEEN).read_bytes()
    except OSError:
        return None
    if packed == pack_seen(root / "seeds"):
        return seeds
    try:
        with TemporaryDirectory(prefix="forecasts-") as folder:
            return read_apart(_unpack(packed, Path(folder) / "seeds"))
    except (Refusal, OSError, ValueError, KeyError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def _unpack(packed: bytes, folder: Path) -> Path:
    """Unpack into a folder, and of that only what has the name of a table or a scenario."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        if sum(one.file_size for one in archive.infolist()) > LARGEST:
            raise ValueError("too large")
        if json.loads(archive.read(ABOUT))["format"] != FORMAT:
            raise ValueError("of another version")
        for name in archive.namelist():
            if TABLES.fullmatch(name):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(archive.read(name))
    return folder

"""Building the site: what would come out the same is kept, and all of it takes its place at once."""

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout
from pydantic_core import from_json

from forecasts.ledger.files import take_place, write_whole
from forecasts.ledger.problems import BadInput, Problem
from forecasts.publish.site.leaves import Copy, Leaf
from forecasts.publish.site.making import Due, made
from forecasts.publish.site.setting import FONTS, fonts

#: What a site keeps of its own making; by it a folder is known as a site.
MANIFEST: Final = "site.json"
MADE_BY: Final = "forecasts site"
FORMAT: Final = 1

#: Size and time of change by which a file is known as the one that was written; the time in nanoseconds.
Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Built:
    """What came of it."""

    made: int
    kept: int


@dataclass(frozen=True, slots=True)
class Before:
    """What stands of an earlier build.

    Attributes
    ----------
    files : mapping
        By path: its key, its digest and its signs.
    results : mapping
        By the digest of a result, what lists say of it.
    stamps : mapping
        By path, the stamp of the file as it was written.
    """

    folder: Path
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    stamps: Mapping[str, Stamp] = field(default_factory=dict)

    def stands(self, path: str, key: str) -> bool:
        """Whether a file would come out the same, and lies there as it was written.

        A file of the stamp that it was written with is taken for that; of any other, the content counts.
        """
        told = self.files.get(path)
        if told is None or told.get("key") != key:
            return False
        try:
            if self.stamps.get(path) == _stamp(f"{self.folder}/{path}"):
                return True
            return told["digest"] == _digest((self.folder / path).read_bytes())
        except (OSError, KeyError):
            return False

    def is_all(self, kept: Collection[str], results: Mapping[str, Any]) -> bool:
        """Whether all that there was stands, and nothing else is to be there."""
        fonts = self.files.get(FONTS, {})
        there = self.files.keys() == {*kept, FONTS} and self.stands(FONTS, fonts.get("key", ""))
        return there and self.results == results


def before(folder: Path, program: str) -> Before:
    """Return what stands of an earlier build by the same program; nothing, where there is none."""
    told = _manifest(folder)
    if told.get("program") != program:
        return Before(folder)
    try:
        return Before(folder, dict(told["files"]), dict(told["results"]), _stamps(folder))
    except (KeyError, TypeError, ValueError):
        return Before(folder)


def is_site(folder: Path) -> bool:
    """Whether a folder holds a site that this program wrote."""
    return _manifest(folder).get("made_by") == MADE_BY


def _manifest(folder: Path) -> dict[str, Any]:
    told = _read(folder / MANIFEST)
    return told if told.get("format") == FORMAT else {}


def _stamps(folder: Path) -> dict[str, Stamp]:
    """Return the stamps of a site's files as they were written; of a site that was moved there are none."""
    told = _read(_beside(folder, "stamps"))
    return {path: tuple(stamp) for path, stamp in told.items() if isinstance(stamp, list)}


def _read(path: Path) -> dict[str, Any]:
    """Read an object; nothing, where there is none."""
    try:
        told = from_json(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _beside(folder: Path, what: str) -> Path:
    """Return where something lies that is the site's, and no part of it."""
    return folder.with_name(f".{folder.name}.{what}")


def build(
    leaves: Iterable[Leaf], copies: Iterable[Copy], old: Before, program: str, results: Mapping[str, Any]
) -> Built:
    """Write the site, whole or not at all.

    Parameters
    ----------
    old : Before
        What stands; its folder is where the site goes.
    program : str
        Digest of the program and its templates.
    results : mapping
        What is remembered of results, by their digests.

    Raises
    ------
    BadInput
        If another build of the same site is at work.
    """
    folder = old.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(_beside(folder, "lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        rule = "another build of this site is at work"
        raise BadInput([Problem("--out", rule, str(folder), "wait for its end, or name another")]) from None
    try:
        return _built(tuple(leaves), tuple(copies), old, program, results)
    finally:
        shutil.rmtree(_beside(folder, "draft"), ignore_errors=True)
        lock.release()


def _built(
    leaves: Sequence[Leaf], copies: Sequence[Copy], old: Before, program: str, results: Mapping[str, Any]
) -> Built:
    folder, draft = old.folder, _beside(old.folder, "draft")
    keys = {one.path: _digest("\0".join(one.key).encode("utf-8", "surrogatepass")) for one in leaves}
    kept = {path: dict(old.files[path]) for path, key in keys.items() if old.stands(path, key)}
    if old.is_all(kept, results) and all(_lies_there(one, folder) for one in copies):
        _remember(folder, old.files, old)
        return Built(0, len(kept))
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    folders: set[Path] = set()
    for path in kept:
        _lay(folder / path, draft / path, folders)
    due = [Due(one, keys[one.path], draft) for one in leaves if one.path not in kept]
    for one in due:
        _folder_of(draft / one.leaf.path, folders)
    told = kept | made(due)
    told[FONTS] = _fonts(draft, told, old, folders)
    for copy in copies:
        _lay(copy.source, draft / copy.path, folders)
    manifest = {
        "made_by": MADE_BY, "format": FORMAT, "program": program, "files": told, "results": results,
    }  # fmt: skip
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (draft / MANIFEST).write_text(text, encoding="utf-8")
    take_place(draft, folder)
    _remember(folder, told, old)
    return Built(len(due), len(kept))


def _remember(folder: Path, paths: Iterable[str], old: Before) -> None:
    """Write down by which stamps files are known.

    Beside the site and not in it: the same results make the same site, whenever it is built.
    """
    stamps = {path: _stamp(f"{folder}/{path}") for path in paths}
    if stamps != old.stamps:
        write_whole(_beside(folder, "stamps"), json.dumps(stamps))


def _fonts(
    draft: Path, told: Mapping[str, Mapping[str, str]], old: Before, folders: set[Path]
) -> dict[str, str]:
    """Write the fonts: cut for every page, those that were kept too."""
    every = sorted({sign for one in told.values() for sign in one.get("signs", "")})
    heads = sorted({sign for one in told.values() for sign in one.get("heads", "")})
    key = _digest("\0".join(("".join(every), "".join(heads))).encode("utf-8"))
    if old.stands(FONTS, key):
        _lay(old.folder / FONTS, draft / FONTS, folders)
        return dict(old.files[FONTS])
    content = fonts(every, heads)
    _folder_of(draft / FONTS, folders).write_bytes(content)
    return {"key": key, "digest": _digest(content)}


def _lies_there(copy: Copy, folder: Path) -> bool:
    """Whether a file of a run lies in the site as it is: under both names, or copied with its times."""
    try:
        here, there = copy.source.stat(), (folder / copy.path).stat()
    except OSError:
        return False
    same = (here.st_ino, here.st_dev) == (there.st_ino, there.st_dev)
    return same or (here.st_size, here.st_mtime_ns) == (there.st_size, there.st_mtime_ns)


def _folder_of(path: Path, folders: set[Path]) -> Path:
    """Make a file's folder, once; return the file."""
    if path.parent not in folders:
        path.parent.mkdir(parents=True, exist_ok=True)
        folders.add(path.parent)
    return path


def _lay(source: Path, path: Path, folders: set[Path]) -> None:
    """Have a file stand in a second place, without writing it twice where that can be."""
    _folder_of(path, folders)
    try:
        os.link(source, path)
    except OSError:
        shutil.copy2(source, path)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _stamp(path: str) -> Stamp:
    """Return by what a file is known; its path is a plain text, for there are thousands."""
    found = os.stat(path)
    return found.st_size, found.st_mtime_ns

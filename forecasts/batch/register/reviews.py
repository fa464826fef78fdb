"""Who reviewed which run, and what of it was read: decisions are appended, and never changed.

A decision is bound to the bytes of what was read, file by file. The stamp that it leaves in the briefs is
kept beside that, so that a brief may show the decision without being another one for it.
"""

import datetime as dt
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any, Final, Literal

from forecasts import __version__
from forecasts.batch.register.store import as_cell, found_rows, insert, opened, patiently, transaction

Decision = Literal["approved", "returned"]

#: ``stale``: there is a decision, and what it was about reads otherwise now.
State = Literal["unreviewed", "approved", "returned", "stale"]

#: What the table holds of a decision, but for its files.
COLUMNS: Final = (
    "plan", "known_on", "folder", "decision", "name", "note", "content", "decided_at", "host", "version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Review:
    """One decision about one run.

    Attributes
    ----------
    plan, known_on, folder
        The run, and where its files lay then.
    decision : str
    name, note : str
        Who decided, and what is to be said of it: text, whatever it looks like.
    content : str
        Digest of all that was read, the stamps of earlier decisions aside.
    as_read, stamped : mapping
        Digests of its files by name: as they were read, and with this decision's stamp.
    decided_at : datetime
        As the clock stood where it was decided, with its distance from UTC.
    """

    plan: str
    known_on: dt.date
    folder: str
    decision: Decision
    name: str
    note: str
    content: str
    as_read: Mapping[str, str]
    stamped: Mapping[str, str]
    decided_at: dt.datetime = field(
        default_factory=lambda: dt.datetime.now().astimezone().replace(microsecond=0)
    )
    host: str = field(default_factory=platform.node)
    version: str = __version__

    def covers(self, files: Mapping[str, str]) -> bool:
        """Whether files are those that were read, each as it was then or with this decision's stamp."""
        return files.keys() == self.as_read.keys() and not self.changed(files)

    def changed(self, files: Mapping[str, str]) -> tuple[str, ...]:
        """Name the files that are others now, or gone, or were not there."""
        names = sorted(files.keys() | self.as_read.keys())
        return tuple(
            name for name in names
            if files.get(name) is None or files[name] not in (self.as_read.get(name), self.stamped.get(name))
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands.

    Attributes
    ----------
    review : Review, optional
        The decision that counts; of a stale run the last one there was.
    changed : tuple of str
        Of a stale run, the files that read otherwise than they were read then.
    shown : bool
        Whether its briefs carry the stamp of the decision that counts: briefs that are made anew, and say
        the same, are drafts again.
    """

    state: State
    review: Review | None = None
    changed: tuple[str, ...] = ()
    shown: bool = True


def standing_of(files: Mapping[str, str], reviews: Sequence[Review]) -> Standing:
    """Say how a run stands that has these files, by name with their digests.

    Parameters
    ----------
    reviews : sequence of Review
        Every decision about the run, or about an earlier one in its place, in the order of their making.
    """
    mine = [review for review in reviews if review.covers(files)]
    if mine:
        last = [review for review in reviews if review.content == mine[-1].content][-1]
        return Standing(last.decision, last, shown=dict(last.stamped) == dict(files))
    if reviews:
        return Standing("stale", reviews[-1], reviews[-1].changed(files), shown=False)
    return Standing("unreviewed")


def content_of(files: Mapping[str, str], reviews: Sequence[Review]) -> str:
    """Return the digest of what is read; files that carry a decision's stamp are what that one was about."""
    mine = [review for review in reviews if review.covers(files)]
    return mine[-1].content if mine else sha256(dumps(dict(sorted(files.items()))).encode()).hexdigest()


def record_review(path: Path, review: Review) -> None:
    """Append a decision, all of it or nothing.

    Raises
    ------
    BadInput
        If the file is no register, of a newer version, or may not be written.
    OSError
        If the disk is full or fails, or others keep the file for too long.
    """

    def append() -> None:
        with opened(path, make=True) as held, transaction(held):
            insert(held, "reviews", {name: as_cell(getattr(review, name)) for name in COLUMNS})
            number = held.execute("SELECT last_insert_rowid()").fetchone()[0]
            for file, digest in review.as_read.items():
                cells = {"file": file, "as_read": digest, "stamped": review.stamped[file]}
                insert(held, "review_files", {"review": number} | cells)

    patiently(append, path)


def reviews_of(path: Path, runs: Sequence[tuple[str, str]], folder: str = "") -> tuple[Review, ...]:
    """Return the decisions about runs, in the order of their making.

    Parameters
    ----------
    runs : sequence of (plan, known_on)
    folder : str
        Decisions about what lay in this folder count, too, whatever it calls itself now.
    """
    where = " OR ".join(["folder = ?", *("(plan = ? AND known_on = ?)" for _ in runs)])
    asked = f"SELECT id, {', '.join(COLUMNS)} FROM reviews WHERE {where} ORDER BY id"
    values = (folder, *(part for run in runs for part in run))
    found = found_rows(path, asked, values)
    return tuple(_review(path, row) for row in found)


def _review(path: Path, row: Sequence[Any]) -> Review:
    number, *cells = row
    held = dict(zip(COLUMNS, cells, strict=True))
    held["known_on"] = dt.date.fromisoformat(held["known_on"])
    held["decided_at"] = dt.datetime.fromisoformat(held["decided_at"])
    asked = "SELECT file, as_read, stamped FROM review_files WHERE review = ? ORDER BY file"
    files = found_rows(path, asked, (number,))
    return Review(
        **held,
        as_read={file: as_read for file, as_read, _ in files},
        stamped={file: stamped for file, _, stamped in files},
    )

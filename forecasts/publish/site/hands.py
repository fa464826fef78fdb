"""Making files, with as many hands as there are processors where pages are many."""

import hashlib
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from forecasts.publish.site.leaves import Leaf
from forecasts.publish.site.setting import signs_of

#: From so many pages on, hands are worth their beginning.
MANY: Final = 200

#: What is due while hands are at work: they are forked, and find it here.
_due: list[tuple[Leaf, str, Path]] = []

Told = dict[str, str]


def made_by(due: Sequence[tuple[Leaf, str]], draft: Path) -> dict[str, Told]:
    """Make files and write them into a draft; return what the manifest says of each, by path.

    Parameters
    ----------
    due : sequence of (Leaf, key)
    draft : Path
        The folders of the files are there.

    Notes
    -----
    Only pages go to other hands: what reads tables or draws may hold threads, which do not survive a fork.
    The bundle of Vega is made last, for the same reason.
    """
    pages = [(leaf, key, draft) for leaf, key in due if leaf.path.endswith(".html")]
    others = [(leaf, key, draft) for leaf, key in due if not leaf.path.endswith(".html")]
    hands = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    alone = len(pages) < MANY or hands < 2
    return {**dict(map(_make, pages) if alone else _forked(pages, hands)), **dict(map(_make, others))}


def _make(one: tuple[Leaf, str, Path]) -> tuple[str, Told]:
    leaf, key, draft = one
    content = leaf.make()
    (draft / leaf.path).write_bytes(content)
    return leaf.path, {
        "key": key,
        "digest": hashlib.sha256(content).hexdigest(),
        **_signs(leaf.path, content),
    }


def _forked(pages: list[tuple[Leaf, str, Path]], hands: int) -> Iterator[tuple[str, Told]]:
    """Make pages by forked hands; pages that follow each other share what they read."""
    _due[:] = pages
    try:
        with multiprocessing.get_context("fork").Pool(hands) as pool:
            yield from pool.imap_unordered(_by_number, range(len(pages)), chunksize=24)
    finally:
        _due.clear()


def _by_number(number: int) -> tuple[str, Told]:
    return _make(_due[number])


def _signs(path: str, content: bytes) -> dict[str, str]:
    if not path.endswith((".html", ".js")) or path.startswith("assets/"):
        return {}
    every, heads = signs_of(content.decode("utf-8"))
    return {"signs": every, "heads": heads}

"""Making the files that are due, and what the manifest says of each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from forecasts.publish.site.hands import by_hands
from forecasts.publish.site.leaves import Leaf
from forecasts.publish.site.setting import signs_of

Told = dict[str, str]


@dataclass(frozen=True, slots=True)
class Due:
    """A file that is to be made, its key, and the draft that it goes into; its folder is there."""

    leaf: Leaf
    key: str
    draft: Path

    @property
    def is_said(self) -> bool:
        """Whether it says something: whether it is a page, or what pages share."""
        path = self.leaf.path
        return path.endswith((".html", ".js")) and not path.startswith("assets/")


def made(due: Sequence[Due]) -> dict[str, Told]:
    """Make files; return what the manifest says of each, by path: its key, its digest and its signs.

    Notes
    -----
    Hands make what is said. Workbooks, rows for a hub and the bundle of Vega are made here meanwhile: they
    may hold threads, which no fork survives.
    """
    with by_hands(_make, [one for one in due if one.is_said]) as said:
        others = dict(_make(one) for one in due if not one.is_said)
        return others | dict(said)


def _make(one: Due) -> tuple[str, Told]:
    content = one.leaf.make()
    (one.draft / one.leaf.path).write_bytes(content)
    told = {"key": one.key, "digest": hashlib.sha256(content).hexdigest()}
    if one.is_said:
        told["signs"], told["heads"] = signs_of(content.decode("utf-8"))
    return one.leaf.path, told

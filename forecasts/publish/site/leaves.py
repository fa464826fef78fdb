"""Files of the site: what each is made from, and how."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Leaf:
    """A file of the site: what it is made from, and how.

    Attributes
    ----------
    key : sequence of str
        All that it depends on, but for the program; a file whose key stands is kept.
    make : callable
        Returns its content.
    """

    path: str
    key: tuple[str, ...]
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Copy:
    """A file of a run that lies in the site as it is."""

    path: str
    source: Path

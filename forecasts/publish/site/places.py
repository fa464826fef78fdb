"""Where pages lie: names that any disk can hold, and how one page leads to another."""

import hashlib
import posixpath
import re
from functools import lru_cache
from typing import Final

from forecasts.publish.words import Language

#: Names that are taken as they are; every other one is told by its digest.
PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")

#: Names that some systems keep for devices.
DEVICES: Final = re.compile(r"con|prn|aux|nul|com\d|lpt\d")

#: The folder of each language's pages; Chinese comes first and has none.
FOLDERS: Final[dict[Language, str]] = {"zh": "", "en": "en/"}


def named(text: str) -> str:
    """Return a name for a file, from an id that may hold anything.

    Examples
    --------
    >>> named("chengdu-2023"), named("../../etc/passwd").startswith("x-")
    ('chengdu-2023', True)
    """
    if PLAIN.fullmatch(text) and not DEVICES.fullmatch(text) and not text.startswith("x-"):
        return text
    return f"x-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def leading(start: str, end: str) -> str:
    """Return the address by which the page at one path leads to another; a fragment stays."""
    path, mark, fragment = end.partition("#")
    return _from(start.rpartition("/")[0], path) + mark + fragment


@lru_cache(maxsize=4096)
def _from(folder: str, path: str) -> str:
    """Return the address of a path; pages of one folder share it, and many lead to the same."""
    return posixpath.relpath(path, folder or ".")


def in_language(path: str, language: Language) -> str:
    """Return a page's path in a language."""
    return FOLDERS[language] + path


def goal_page(goal: str) -> str:
    """Return the path of a goal's newest answer."""
    return f"goals/{named(goal)}.html"


def run_page(plan: str, day: str) -> str:
    """Return the path of a run."""
    return f"runs/{named(plan)}/{named(day)}/index.html"


def answer_page(plan: str, day: str, goal: str) -> str:
    """Return the path of a goal's answer in a run."""
    return f"runs/{named(plan)}/{named(day)}/{named(goal)}.html"


def data_file(plan: str, day: str) -> str:
    """Return the path of what comparing needs of a run."""
    return f"data/{named(plan)}/{named(day)}.js"


def futures_file(plan: str, day: str, goal: str) -> str:
    """Return the path of the futures that the charts of an answer draw."""
    return f"data/{named(plan)}/{named(day)}/{named(goal)}.js"


def download(plan: str, day: str, name: str) -> str:
    """Return the path of a file of a run; the name is one that this program gave."""
    return f"files/{named(plan)}/{named(day)}/{name}"


def notebook_page(plan: str, day: str, job: str) -> str:
    """Return the path of a job's notebook as a page."""
    return f"notebooks/{named(plan)}/{named(day)}/{named(job)}.html"


def text_page(source: str) -> str:
    """Return the path of a source's text."""
    return f"texts/{named(source)}.html"


def anchor(kind: str, name: str) -> str:
    """Return the fragment of a thing on a page."""
    return f"{kind}-{named(name)}"

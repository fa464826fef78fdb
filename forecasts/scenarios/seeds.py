"""Everything in ``seeds/``, read at once; which scenarios a goal is asked under."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from forecasts.ledger.doubting import Read
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.past_goals import OpenedRecord, open_record
from forecasts.ledger.problems import BadInput, Problem, Remark
from forecasts.ledger.sheets import open_seeds
from forecasts.scenarios.files import open_scenarios
from forecasts.scenarios.scenario import BASELINE, Scenario

#: The order in which a reader meets scenarios.
ROLES = ("baseline", "reading", "alternative")


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """The ledger, and the scenarios and the past goals that stand beside it.

    Attributes
    ----------
    ledger : Ledger
        All tables.
    scenarios : mapping
        By id, in the order of the files' names; ``baseline`` is among them even where no file says it.
    remarks : tuple of Remark
        What is told of the tables, those of ``record/`` too, although nothing is refused.
    read : mapping
        By name, the tables with their rows, as they were read.
    record : OpenedRecord, optional
        The past goals of ``record/``; None = there is no such folder.
    """

    ledger: Ledger
    scenarios: Mapping[str, Scenario]
    remarks: tuple[Remark, ...] = ()
    read: Read = field(default_factory=dict, repr=False)
    record: OpenedRecord | None = field(default=None, repr=False)

    def resolve(self, scenario: str, goal: str) -> str:
        """Return the scenario's id: ``baseline`` stands for the goal's own."""
        return self.ledger.goals[goal].baseline if scenario == BASELINE else scenario

    def scenarios_of(self, goal: str, headline: bool = False) -> tuple[str, ...]:
        """Return every scenario that is for a goal: its own baseline, other readings, then alternatives.

        The baselines of other goals are left out: a goal has one.

        Parameters
        ----------
        headline : bool
            Whether those are left out that are no headline; the own baseline never is.
        """
        own = self.ledger.goals[goal].baseline
        fit = [
            s
            for s in self.scenarios.values()
            if s.id == own or (s.role != "baseline" and s.applies_to(goal) and (s.headline or not headline))
        ]
        return tuple(s.id for s in sorted(fit, key=lambda s: (s.id != own, ROLES.index(s.role))))


class FaultySeeds(BadInput):
    """What is wrong with ``seeds/``, and which names stand there all the same, so that a plan can be checked.

    Attributes
    ----------
    goals, scenarios : frozenset of str, optional
        Ids, be the row or the file sound or not; None where they could not be read to their end.
    """

    def __init__(
        self, problems: Iterable[Problem], goals: frozenset[str] | None, scenarios: frozenset[str]
    ) -> None:
        super().__init__(problems)
        self.goals, self.scenarios = goals, scenarios


def read_seeds(folder: Path) -> Seeds:
    """Read ``seeds/``.

    Parameters
    ----------
    folder : Path
        With ``indicators.csv``, ``regions.csv``, ``sources.csv``, ``observations.csv``, ``goals.csv`` and,
        where something is assumed, ``scenarios/*.yaml``; where it is known what became of past goals,
        ``record/`` with their tables.

    Raises
    ------
    FaultySeeds
        With every problem of every table and every scenario, and of the past goals.
    BadInput
        If there is no such folder.
    """
    if not os.path.isdir(folder):  # never an error, be the name too long
        raise BadInput([Problem(f"{folder.name}/", "there is no such folder", remedy="check the path")])
    if not os.access(folder, os.R_OK | os.X_OK):
        raise BadInput([Problem(f"{folder.name}/", "you may not read the folder", remedy="check its rights")])
    try:
        return _kept(folder, _digest(folder))
    except (OSError, _Changed):  # what is wrong is told by the one who reads it
        return read_apart(folder)


#: Folders whose files are read, and how the names of those files end.
_FOLDERS, _ENDINGS = ("", "record", "record/texts", "scenarios", "texts"), (".csv", ".yaml", ".txt")


class _Changed(Exception):
    """A file changed while the folder was read: nobody knows which of both was."""


@lru_cache(maxsize=1)
def _kept(folder: Path, digest: bytes) -> Seeds:
    """Return the seeds of a digest: what has not changed is read once, for all that a process forks, too."""
    seeds = read_apart(folder)
    if _digest(folder) != digest:
        raise _Changed
    return seeds


def _digest(folder: Path) -> bytes:
    """Return a digest of all that is read of the folder: names and contents, never the time of a change."""
    found = sha256()
    for path in _files(folder):
        content = path.read_bytes() if path.name.endswith(_ENDINGS) and path.is_file() else b""
        name = os.fsencode(path.relative_to(folder))
        found.update(b"%d %d %s" % (len(name), len(content), name))
        found.update(content)
    return found.digest()


def _files(folder: Path) -> Iterator[Path]:
    """Yield what lies in the folders that are read."""
    for part in _FOLDERS:
        if os.path.isdir(folder / part):
            yield from (folder / part / name for name in sorted(os.listdir(folder / part)))


def read_apart(folder: Path) -> Seeds:
    """Read ``seeds/`` anew and keep nothing: what was read of another folder stays at hand."""
    opened = open_seeds(folder)
    scenarios, more = open_scenarios(folder / "scenarios", opened)
    record, past = _open_record(folder / "record")
    if opened.problems or more or past:
        files = (folder / "scenarios").glob("*.yaml")
        names = frozenset([*scenarios, *(path.stem for path in files)])
        raise FaultySeeds([*opened.problems, *more, *past], opened.ids.get("goals"), names)
    remarks = (*opened.remarks, *(record.remarks if record is not None else ()))
    return Seeds(Ledger.of(opened.parts), scenarios, remarks, opened.read, record)


def _open_record(folder: Path) -> tuple[OpenedRecord | None, tuple[Problem, ...]]:
    """Read the folder of past goals, which need not be there; return it with its problems."""
    if not os.path.isdir(folder):
        return None, ()
    try:
        opened = open_record(folder)
    except BadInput as bad:
        return None, bad.problems
    return opened, opened.problems

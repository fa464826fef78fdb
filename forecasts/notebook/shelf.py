"""Where a desk's decisions are kept between two sittings: the file that ``forecasts intake`` keeps, too."""

from dataclasses import dataclass
from pathlib import Path

from forecasts.intake.decisions import Decisions, read_decisions, state_of, write_decisions
from forecasts.intake.journal import PLACE, locked
from forecasts.ledger.problems import BadInput, Problem


@dataclass
class Shelf:
    """The file of a text's decisions, and what stood in it when it was last looked at.

    Attributes
    ----------
    folder : Path
        ``seeds/``.
    """

    folder: Path
    path: Path
    seen: bytes | None

    @classmethod
    def of(cls, folder: Path, text: str) -> "Shelf":
        """Find the file of a text's decisions, which need not be there."""
        path = folder / PLACE / "decisions" / state_of(text)
        return cls(folder, path, _held(path))

    def decisions(self) -> Decisions:
        """Return what was decided before."""
        return Decisions() if self.seen is None else read_decisions(self.path)

    def keep(self, decisions: Decisions) -> None:
        """Write what was decided; where nothing ever was, there is no file.

        Raises
        ------
        BadInput
            If somebody else decided about this text since it was last looked at.
        """
        self._check_unchanged()
        if self.seen is None and not (decisions.decided or decisions.indicators or decisions.regions):
            return
        if not (self.folder / PLACE).is_dir():
            with locked(self.folder):  # makes the place, which keeps itself out of version control
                pass
        write_decisions(self.path, decisions)
        self.seen = _held(self.path)

    def forget(self) -> None:
        """Remove the file: all that was decided has been written."""
        self._check_unchanged()
        self.path.unlink(missing_ok=True)
        self.seen = None

    def _check_unchanged(self) -> None:
        if _held(self.path) != self.seen:
            rule = "somebody else decided about this report since"
            raise BadInput(
                [Problem(self.path.name, rule, remedy="run the cell again: it shows what is kept")]
            )


def _held(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None

"""How the explorer keeps a scenario: in a file of its own, over another only when that is said."""

from dataclasses import dataclass
from pathlib import Path

from forecasts.ledger.problems import BadInput, Problem
from forecasts.notebook.sketch import Sketch
from forecasts.publish.words import Words
from forecasts.scenarios.writing import save_scenario, scenario_file, state_of


@dataclass(frozen=True)
class Told:
    """What an analyst says of a scenario."""

    name: str
    title: str
    why: str
    words: Words


@dataclass
class Kept:
    """The folder of scenarios, and what stood in the file of the one that is worked on.

    Attributes
    ----------
    own : str
        Its name.
    state : str
        Of its file when it was last looked at.
    """

    folder: Path
    own: str
    state: str

    @classmethod
    def of(cls, folder: Path, own: str) -> "Kept":
        """Look at the file of a scenario."""
        return cls(folder, own, state_of(scenario_file(folder, own)))

    def keep(self, sketch: Sketch, told: Told, over: bool) -> Path:
        """Write a sketch to the file of its name.

        Parameters
        ----------
        over : bool
            Whether a file of this name may be written over.

        Raises
        ------
        BadInput
            For what is no name; where there is such a file and it may not be written over; where it was
            changed since it was opened, the first time.
        """
        words, path = told.words, scenario_file(self.folder, told.name)
        name, why = told.title, told.why
        if told.name != self.own:
            name, why = name or told.name, why or words.say("explore.why_default")
        scenario, now = sketch.written(told.name, name, why, words.language), state_of(path)
        if over and told.name == self.own and now != self.state:
            self.state = now  # it has been said: the next time it is meant
            rule, remedy = words.say("explore.changed"), words.say("explore.changed_remedy")
            raise BadInput([Problem(f"{self.folder.name}/{path.name}", rule, "", remedy)])
        return save_scenario(scenario, self.folder, instead_of=now if over else "")

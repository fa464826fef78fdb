"""The track record's notebook: its parameters, the answer, and how it is shown."""

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from forecasts.attainment.recall import record_of
from forecasts.evaluation.published import Published
from forecasts.evaluation.track_record import TrackRecord, track_record
from forecasts.ledger.files import write_whole
from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.root import shown
from forecasts.notebook.home import find_home
from forecasts.notebook.parameters import DatedParameters, Resamples, parse_date, read_parameters
from forecasts.notebook.request import plainly
from forecasts.notebook.show import Drawing, Grid, Text
from forecasts.publish import track_record as said
from forecasts.publish.published import published_table, sentences
from forecasts.publish.save import dump_json
from forecasts.publish.words import Language, Words
from forecasts.scenarios.seeds import Seeds, read_seeds

#: What is written of a track record.
TRACK_RECORD = "track_record.json"


class TrackRecordParameters(DatedParameters):
    """What ``backtest.ipynb`` can be asked."""

    renamed: ClassVar[Mapping[str, str]] = {**DatedParameters.renamed, "draws": "resamples"}

    resamples: Resamples = 2_000


@dataclass(frozen=True, slots=True)
class TrackRecordRequest:
    """What the verdicts of the past were worth, by what was known on a day."""

    known_on: dt.date
    resamples: int
    seed: int
    language: Language
    output: str
    root: Path = field(repr=False)
    seeds: Seeds = field(repr=False)

    @plainly
    def answer(self) -> TrackRecord:
        """Return the track record."""
        return track_record(self.seeds, self.known_on, resamples=self.resamples, seed=self.seed)

    @plainly
    def save(self, answer: TrackRecord) -> tuple[str, ...]:
        """Write the answer and its charts to `output`; nothing if that is empty. Return the files' names."""
        if not self.output:
            return ()
        folder, view = self.root / self.output, TrackRecordView(answer, self)
        if folder.exists() and not folder.is_dir():
            raise BadInput(
                [Problem("parameter", "there is a file of this name", str(folder), column="output")]
            )
        texts = {
            "reliability.vl.json": dump_json(view.reliability.spec),
            "pit.vl.json": dump_json(view.pit.spec),
            TRACK_RECORD: dump_json(plain(answer)),
        }
        folder.mkdir(parents=True, exist_ok=True)
        written = [write_whole(folder / name, text) for name, text in texts.items()]
        return tuple(shown(path, self.root) for path in written)


@plainly
def open_track_record(namespace: Mapping[str, Any]) -> TrackRecordRequest:
    """Turn the parameters in a notebook's ``globals()`` into a request.

    Raises
    ------
    BadRequest
        With every unknown parameter and unfit value at once.
    """
    root = find_home(namespace)
    seeds = read_seeds(root / "seeds")
    wanted = read_parameters(namespace, TrackRecordParameters)
    newest = max((o.published_on for o in seeds.ledger.observations.values()), default=dt.date.min)
    day = parse_date(wanted.known_on) if wanted.known_on else newest
    return TrackRecordRequest(day, wanted.resamples, wanted.seed, wanted.language, wanted.output, root, seeds)


@dataclass(frozen=True, slots=True)
class TrackRecordView:
    """A track record, ready to be shown part by part."""

    track_record: TrackRecord
    request: TrackRecordRequest

    @property
    def words(self) -> Words:
        """The language's words."""
        return Words(self.request.language)

    @property
    def summary(self) -> Text:
        """What was looked back on, and what came of it."""
        record = record_of(self.request.seeds, self.request.known_on)
        alone = "" if record is None else self.words.say("track_record.alone")
        return Text((*said.summary(self.track_record, self.words), alone))

    def published(self, found: Published) -> Text:
        """Return what forecasts of the register were worth whose outcome is known, in advance or not."""
        told = sentences(found, self.request.seeds.ledger, self.words)
        return Text(told or (self.words.say("published.none"),))

    def published_table(self, found: Published) -> Grid:
        """Return those forecasts, goal by goal."""
        return Grid(published_table(found, self.request.seeds.ledger, self.words))

    @property
    def resolved(self) -> Grid:
        """The goals that were announced and whose outcome is known."""
        return Grid(said.resolved_table(self.track_record, self.request.seeds.ledger, self.words))

    @property
    def scores(self) -> Grid:
        """Every method's scores."""
        return Grid(said.scores_table(self.track_record, self.words))

    @property
    def strata(self) -> Grid:
        """How often goals of each kind were met."""
        return Grid(said.strata_table(self.track_record, self.words))

    @property
    def reliability(self) -> Drawing:
        """The reliability diagram."""
        return Drawing.of(said.reliability_chart(self.track_record.reliability, self.words))

    @property
    def pit(self) -> Drawing:
        """Where the later figures lay in the forecast distributions."""
        return Drawing.of(said.pit_chart(self.track_record.pit, self.words))


def plain(value: Any) -> Any:
    """Return a value as JSON takes it: dates as text, what could not be measured as null."""
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, dt.date) else value

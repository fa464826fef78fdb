"""The register on the track record's page: the notebook asks, and says what is wrong in a line."""

from forecasts.batch.register.scores import register_of, scored_register
from forecasts.evaluation.published import Published
from forecasts.notebook.request import plainly
from forecasts.notebook.track_record import TrackRecordRequest


@plainly
def published_by(request: TrackRecordRequest) -> Published:
    """Return what became of the forecasts of the project's register whose day has come."""
    return scored_register(request.seeds, request.known_on, register_of(request.root))

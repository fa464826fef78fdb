"""``forecasts ...``: thin, one file a verb."""

from forecasts.cli.app import app

__all__ = ["app"]

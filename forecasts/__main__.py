"""``python -m forecasts``: the command, where no script of that name is at hand."""

from forecasts.cli import app

app(prog_name="forecasts")

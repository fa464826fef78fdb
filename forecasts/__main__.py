"""``python -m forecasts``: the command, where no script of that name is at hand."""

from forecasts.cli import app

if __name__ == "__main__":
    app(prog_name="forecasts")

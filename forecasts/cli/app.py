"""The command: its verbs, its help, its version.

What is slow to import is imported by the verb that needs it, so that ``--help`` is quick.
"""

from typing import Annotated

import typer

from forecasts import __version__
from forecasts.cli.attain import attain
from forecasts.cli.changes import changes
from forecasts.cli.check import check
from forecasts.cli.compare import compare
from forecasts.cli.edge import Verbs
from forecasts.cli.export import export
from forecasts.cli.extract import extract
from forecasts.cli.goals import goals
from forecasts.cli.history import history
from forecasts.cli.hub import hub
from forecasts.cli.intake import intake
from forecasts.cli.joint import joint
from forecasts.cli.new import new
from forecasts.cli.options import EXIT_CODES
from forecasts.cli.plan import plan
from forecasts.cli.register import register
from forecasts.cli.resolve import resolve
from forecasts.cli.review import review
from forecasts.cli.run import run
from forecasts.cli.schedule import schedule
from forecasts.cli.schema import schema
from forecasts.cli.scores import scores
from forecasts.cli.seek import seek
from forecasts.cli.sensitivity import sensitivity
from forecasts.cli.site import site
from forecasts.cli.train import train

app = typer.Typer(
    cls=Verbs,
    help="Published figures become an honest probability that a goal will be met.\n\n" + EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"forecasts {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Tell the version; every verb stands for itself."""


app.command(help=f"Validate seeds/ and say what it holds. {EXIT_CODES}")(check)
app.command(
    help="Show what was known when of an indicator in a region: every figure as it came, until when it "
    f"counted, and what took its place. {EXIT_CODES}"
)(history)
app.command(
    help="Read every quantity of reports (text, Markdown, HTML, DOCX, PDF) as a row with the words it was "
    f"read from; nothing is accepted yet. {EXIT_CODES}"
)(extract)
app.command(
    help="Take a report in: accept, mend or skip each of its quantities; what is accepted becomes rows of "
    f"seeds/ with their source and the text, all or none. {EXIT_CODES}"
)(intake)
app.command(
    help="List a report's goals: what the ledger knows of each, and how probable it is by what was known on "
    f"the report's day. csv and json are decisions that forecasts intake --accept-from takes. {EXIT_CODES}"
)(goals)
app.command(
    help="Say what a report states of the open goals of its region: met, missed, left open, or nothing. csv "
    f"and json are decisions that forecasts intake --accept-from takes. {EXIT_CODES}"
)(resolve)
app.command(
    help="Lay out a tenant in a new folder: seeds/ with headings and one worked example, notebooks, plan, "
    f"templates. {EXIT_CODES}"
)(new)
app.command(
    help="Run a plan: every notebook that is not up to date, then the briefs. The last line on standard "
    f"output is the path of the PDF. {EXIT_CODES} 3 = jobs were left out that are not up to date; 4 = a "
    "brief could not be written; 130 = interrupted, the same command goes on."
)(run)
app.command(help=f"Print the register: every forecast that runs have made, the newest last. {EXIT_CODES}")(
    register
)
app.command(
    help="Score every forecast of the register whose outcome seeds/ tells: Brier and log score, by forecast "
    f"and by goal. Goals whose outcome was never published are counted and named. {EXIT_CODES}"
)(scores)
app.command(
    help="Record that somebody has read a run and approves or returns it; without a decision, show how it "
    f"stands: unreviewed, approved, returned or stale. {EXIT_CODES}"
)(review)
app.command(
    help="Say what changed since an earlier run: the change of each probability, split into model updated, "
    "revised figures, time passed, new figures, scenario edited, goal edited, in parts that add up. "
    f"{EXIT_CODES}"
)(changes)
app.command(
    help="Write a run's results, or the ledger of seeds/, as a workbook (XLSX) or as CSV files, with the "
    f"source of every number. The last line on standard output is the path. {EXIT_CODES}"
)(export)
app.command(
    help="Write a run's results as a hub of the hubverse: model output, configuration, target data. The last "
    f"line on standard output is the path. {EXIT_CODES}"
)(hub)
app.command(
    help="Write all runs as a site: static pages that need no server and no network. What would come out the "
    f"same is kept. The last line on standard output is the path of its first page. {EXIT_CODES}"
)(site)
app.command(
    help="Let a plan run by itself: a line for cron, or a service and a timer for systemd, that need no PATH "
    f"and no folder to stand in. Paths in a run's options start at its project's folder. {EXIT_CODES}"
)(schedule)
app.command(
    help="Answer goals: those of two tables (--observations, --goals, --out), or, without tables, those of "
    f"seeds/. {EXIT_CODES} 3 = answered, but some rows were not sound or some goals have no answer."
)(attain)
app.command(
    help="Hold scenarios of a goal of seeds/ against each other, on the same draws. "
    f"{EXIT_CODES} 3 = the goal has no answer."
)(compare)
app.command(
    help="Find what it takes for a probability: which pace, amount, share, delay, goal, or by which day. "
    f"{EXIT_CODES} 3 = the goal has no answer."
)(seek)
app.command(
    help="Find what the answer rests on most: every assumption at its ends, the widest first (a tornado). "
    f"{EXIT_CODES} 3 = the goal has no answer."
)(sensitivity)
app.command(
    help="Join several goals of seeds/: whether all are met, at least so many, which is the first to fail. "
    f"{EXIT_CODES} 3 = a goal has no answer."
)(joint)
app.command(
    help="Learn the engine's numbers anew from the benchmark's training part, score them with whole "
    f"sources left out, and write both to one file. {EXIT_CODES}"
)(train)
app.command(
    help="Show what a plan would run, day by day: which jobs are up to date, and why the others are not. "
    f"Nothing is run or written. {EXIT_CODES}"
)(plan)
app.command(
    help="Print a JSON schema, of result.json, of scenario files or of plans, or write it to a file. "
    f"{EXIT_CODES}"
)(schema)

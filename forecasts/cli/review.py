"""``forecasts review``: a person has read a run, and decides about it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasts.cli.options import Format, FormatOption, gathered, problems_told, to_json
from forecasts.ledger.problems import BadInput, Problem

if TYPE_CHECKING:
    from forecasts.batch.register.reviews import Decision, Standing


def review(
    run: Annotated[str, typer.Argument(metavar="RUN", help="a run's folder, or a plan: its newest run")],
    approve: Annotated[bool, typer.Option("--approve", help="it may be handed on")] = False,
    return_: Annotated[bool, typer.Option("--return", help="it goes back; --note says why")] = False,
    by: Annotated[str | None, typer.Option(help="who decides, as the brief is to show it")] = None,
    note: Annotated[str | None, typer.Option(help="what is to be said of it, in one line")] = None,
    out: Annotated[Path | None, typer.Option(help="folder of all runs; default: reports/out")] = None,
    register: Annotated[
        Path | None, typer.Option(help="where decisions are entered; default: that of the runs")
    ] = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Decide about a run, or show how it stands."""
    with problems_told():
        from forecasts.batch.register.scores import register_of
        from forecasts.batch.reviewing import decide, find_run, lying_at, state_of
        from forecasts.ledger.root import find_root
        from forecasts.publish.elsewhere import RenderingFailed
        from forecasts.publish.rendering import Renderer

        problems: list[Problem] = []
        decided: tuple[Decision, str, str] | None = None
        with gathered(problems):
            root = find_root()
        with gathered(problems):
            decided = _decision(approve, return_, by, note)
        if problems:
            raise BadInput(problems)
        folder = find_run(run, out or root / "reports" / "out").resolve()
        beside = folder.parent.parent / register_of(root).name
        held = register or (beside if beside.exists() else register_of(root))
        if decided is not None:
            made: list[Renderer] = []

            def renderer() -> Renderer:
                if not made:
                    made.append(Renderer().__enter__())
                return made[0]

            try:
                decide(folder, *decided, held, root, renderer)
            except RenderingFailed as failed:
                rule = f"its brief cannot be made: {failed}"
                raise BadInput([Problem("RUN", rule, run, "run its plan again")]) from None
            finally:
                for one in made:
                    one.close()
        lying = lying_at(folder)
        standing = state_of(lying, held, root)
    told = _told(lying.runs[0], str(folder), standing)
    typer.echo(to_json(told) if format is Format.JSON else _said(told))


def _decision(
    approve: bool, return_: bool, by: str | None, note: str | None
) -> "tuple[Decision, str, str] | None":
    """Return what is decided, by whom and with what note; None where somebody only asks."""
    from forecasts.batch.reviewing import LONGEST_NAME, LONGEST_NOTE, checked_words

    problems: list[Problem] = []
    name, words = "", ""
    with gathered(problems):
        name = checked_words(by or "", "--by", LONGEST_NAME)
    with gathered(problems):
        words = checked_words(note or "", "--note", LONGEST_NOTE)
    if approve and return_:
        problems.append(Problem("--return", "stands beside --approve", remedy="leave one of them out"))
    deciding = approve or return_
    for option, given in (("--by", by), ("--note", note)):
        if not deciding and given is not None:
            problems.append(Problem(option, "does nothing here", remedy="add --approve or --return"))
    if deciding and not name and not problems:
        problems.append(Problem("--by", "a decision has a name", by or "", "say who decides: --by NAME"))
    if return_ and not words and not problems:
        problems.append(Problem("--note", "is missing", note or "", "say what is to be mended: --note TEXT"))
    if problems:
        raise BadInput(problems)
    return ("approved" if approve else "returned", name, words) if deciding else None


def _told(run: tuple[str, str], folder: str, standing: "Standing") -> dict[str, Any]:
    """Return how a run stands, as JSON has it."""
    review = standing.review
    return {
        "plan": run[0],
        "known_on": run[1],
        "folder": folder,
        "state": standing.state,
        "decision": review and review.decision,
        "by": review and review.name,
        "note": review and review.note,
        "decided_at": review and review.decided_at.isoformat(),
        "content": review and review.content,
        "shown": standing.shown,
        "changed": list(standing.changed),
    }


def _said(told: dict[str, Any]) -> str:
    """Say how a run stands, the word that counts first."""
    lines = [f"{told['state']}: {told['plan']}, as known on {told['known_on']}"]
    if told["decision"]:
        note = f": {told['note']}" if told["note"] else ""
        lines.append(f"{told['decision']} by {told['by']} at {told['decided_at']}{note}")
    lines += [f"changed since: {name}" for name in told["changed"]]
    if not told["shown"] and told["state"] != "stale":
        lines.append("its briefs do not show it: decide once more to stamp them")
    return "\n".join(lines)

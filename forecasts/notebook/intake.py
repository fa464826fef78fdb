"""The intake in JupyterLab: a report beside the table of its quantities, rows of ``seeds/`` once saved."""

from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import Any, Final

import ipywidgets as widgets
from pydantic import ValidationError

from forecasts.intake.accept import Accepted, accept
from forecasts.intake.decisions import ACCEPT, SKIP, entries_of
from forecasts.intake.drafting import told_of
from forecasts.intake.sourcing import published_as
from forecasts.intake.walking import LIKELY
from forecasts.ledger.ledger import read_ledger
from forecasts.ledger.problems import Refusal
from forecasts.ledger.records import Indicator, Region
from forecasts.notebook.desk import OPEN, Desk
from forecasts.notebook.intake_screen import IntakeScreen
from forecasts.notebook.opened import ITS_OWN, Opened, open_report
from forecasts.notebook.request import plainly
from forecasts.notebook.sheet import Names, faults_told, row_told
from forecasts.publish.fonts import printable

#: So many quantities stand on one page: more are no quicker to look through, and slower to show.
PAGE: Final = 60

#: What is asked about the source, in this order.
SOURCE: Final = ("source", "title", "publisher", "url", "published_on", "given_on")


@plainly
def open_intake(namespace: Mapping[str, Any]) -> widgets.Widget:
    """Show the report that a notebook's parameters name; without a name, one that ``seeds/`` holds.

    Nothing is written before a person decides something.

    Raises
    ------
    BadRequest
        With every faulty parameter; if the report or ``seeds/`` cannot be read.
    """
    opened = open_report(namespace)
    if opened.desk is None:
        return widgets.HTML(f"<p>{escape(opened.words.say('intake.no_report'))}</p>")
    return Intake(opened.desk, opened)


class Intake(IntakeScreen):
    """One screen: who published it, the report beside its quantities, and what comes of it.

    Parameters
    ----------
    desk : Desk
        The report.
    opened : Opened
        What was opened with it.
    """

    def __init__(self, desk: Desk, opened: Opened) -> None:
        self._seeds, self._shelf, self._desk = opened.seeds, opened.shelf, desk
        self._page = 0
        self._rows: dict[int, dict[str, Any]] = {}
        self._quiet = False
        super().__init__(opened.words, desk)
        self._wire()
        self._named_anew()
        self._show_source()
        self._look_at(desk.next_open(-1) or 0)
        self._show()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._desk)} quantities)"

    @property
    def desk(self) -> Desk:
        """What stands now."""
        return self._desk

    def _wire(self) -> None:
        """Let every widget do what it is for."""
        for name, field in self.source.items():
            field.observe(partial(self._source_said, name), "value")
        self.sheet.on_msg(self._heard)
        self.sheet.observe(self._chosen, "chosen")
        for button, act in (
            (self.before, partial(self._turn, -1)), (self.after, partial(self._turn, 1)),
            (self.next_open, self._next), (self.preview, partial(self._save, True)),
            (self.save, partial(self._save, False)), (self.add_indicator, self._new_indicator),
            (self.add_region, self._new_region),
        ):  # fmt: skip
            button.on_click(partial(self._pressed, act))

    # What a person does.

    def act(self, act: str, row: int, step: bool = False, **more: Any) -> None:
        """Do what the sheet asks for.

        Parameters
        ----------
        act : {"accept", "skip", "reopen", "edit"}
            A decision that is made again is taken back.
        row : int
            The number of the quantity.
        step : bool
            Whether the next one is looked at afterwards.
        **more
            Of an edit: `field` and `value`.

        Raises
        ------
        BadInput
            If what was decided cannot be kept. What cannot be a row says so where it stands, and stays open.
        """
        desk = self._desk
        if act == "edit":
            name = str(more["field"])
            self._becomes(desk.edited(row, name, self._names.meant(name, str(more["value"]))))
        elif act == "reopen" or (not step and act == desk.decision(row)):
            self._becomes(desk.reopened(row))
        elif act == SKIP:
            self._becomes(desk.skipped(row))
        elif act == ACCEPT:
            stands = desk.row(row)
            if stands.problems or stands.there:
                return  # the row says why
            self._becomes(desk.accepted(row))
        if step and row + 1 < len(desk):
            self._look_at(row + 1)

    def _heard(self, _: Any, content: Mapping[str, Any], __: Any) -> None:
        row = content.get("row")
        if isinstance(row, int) and 0 <= row < len(self._desk):
            self._told(lambda: self.act(**content))
            self._show(row)
            self.sheet.send({"heard": row})  # a row that did not change is shown anew all the same

    def _pressed(self, act: Callable[[], None], _: widgets.Button) -> None:
        self._told(act)

    def _told(self, act: Callable[[], None]) -> None:
        """Do something; what is refused is told, and nothing is lost."""
        self.warn([])
        try:
            act()
        except Refusal as refused:
            self.warn(faults_told(refused.problems, self._words))
        except ValidationError as error:
            self.warn(faults_told(told_of(error, self._say("new")), self._words))
        except OSError as error:
            self.warn([f"{error.filename}: {error.strerror}"])

    def _becomes(self, desk: Desk) -> None:
        """Let another desk take the place of this one, once it is kept."""
        if desk.decisions != self._desk.decisions:
            self._shelf.keep(desk.decisions)
        self._desk = desk

    def _source_said(self, name: str, change: Any) -> None:
        if self._quiet:
            return
        value = str(change["new"]).strip()
        held = self._desk.walk.ledger.sources.get(value) if name == "source" else None
        more = {} if held is None else {one: str(getattr(held, one)) for one in ITS_OWN}
        self._told(lambda: self._becomes(self._desk.told(**{**more, name: value})))
        self._show_source()
        self._show()

    def _new_indicator(self) -> None:
        form = {name: field.value.strip() for name, field in self.indicator.items()}
        names = {"name": "name_zh", "unit": "unit_zh", "scope": "scope_zh"}
        self._make_new(Indicator, {names.get(name, name): value for name, value in form.items()})

    def _new_region(self) -> None:
        form = {name: field.value.strip() for name, field in self.region.items()}
        self._make_new(Region, {"id": form["id"], "name_zh": form["name"], "parent": form["parent"]})

    def _make_new(self, kind: Callable[..., Indicator | Region], form: Mapping[str, str]) -> None:
        if missing := [name for name, value in form.items() if not value and name != "parent"]:
            names = ", ".join(self._say(f"new_{name.removesuffix('_zh')}") for name in missing)
            self.warn([self._say("new_missing", names=names)])
            return
        new = kind(**{name: value for name, value in form.items() if value})
        held = self._desk.walk.ledger
        if new.id in (held.indicators if isinstance(new, Indicator) else held.regions):
            self.warn([self._say("new_taken", id=new.id)])
            return
        self._becomes(self._desk.with_new(self.sheet.chosen, new))
        self._named_anew()
        self._show()

    def _save(self, dry_run: bool) -> None:
        """Put what was accepted into ``seeds/``, all of it or nothing, as ``forecasts intake`` does."""
        desk, used = self._desk, self._desk.walk.used()
        published = published_as(desk.said, desk.text, desk.walk.ledger)
        entries = entries_of(used, desk.walk.candidates, desk.text, desk.walk.region)
        if not entries:
            self.tell([self._say("nothing_accepted")])
            return
        done = accept(self._seeds, published, entries, used.indicators, used.regions, dry_run)
        if not dry_run:
            self._desk = desk.saved(read_ledger(self._seeds))
            if desk.next_open(-1) is None or not self._desk.decisions.decided:
                self._shelf.forget()
            else:
                self._shelf.keep(self._desk.decisions)
            self._named_anew()
            self._show()
        self.tell(self._came_of(done, dry_run))

    def _came_of(self, done: Accepted, dry_run: bool) -> list[str]:
        """Say what came of it, and what somebody should look at."""
        files = self._words.listed([f"{name}.csv +{len(some)}" for name, some in done.rows.items() if some])
        key = "nothing_new" if not files else "would_save" if dry_run else "saved"
        told = [self._say(key, **({"files": files} if files else {}))]
        told += [self._say("left_out", row=str(one)) for one in done.duplicates]
        told += [self._say("both_kept", row=str(one)) for one in done.conflicts]
        return list(map(printable, told + [str(remark) for remark in done.remarks]))

    # What is shown.

    def _look_at(self, number: int) -> None:
        """Look at a quantity, on whichever page it stands."""
        self.sheet.chosen = number
        if number // PAGE != self._page:
            self._page = number // PAGE
            self._show()

    def _chosen(self, change: Any) -> None:
        """Turn to the page of what is looked at, and offer its words where it names something new."""
        number = int(change["new"])
        if 0 <= number < len(self._desk):
            self._look_at(number)
            self._offer(number)

    def _offer(self, number: int) -> None:
        row = self._desk.row(number)
        odd = {one.column for one in row.problems}
        words = row.fields["indicator"] if "indicator" in odd else ""
        self.indicator["name"].value, self.indicator["id"].value = words, ""
        self.indicator["unit"].value = row.fields["unit"] if words else ""
        kind = self._desk.walk.candidates[number].kind
        self.indicator["kind"].value = LIKELY[kind].value  # type: ignore[index]
        self.region["name"].value = row.fields["region"] if "region" in odd else ""
        self.region["id"].value = ""

    def _turn(self, steps: int) -> None:
        self._look_at(min(max((self._page + steps) * PAGE, 0), len(self._desk) - 1))

    def _next(self) -> None:
        found = self._desk.next_open(self.sheet.chosen)
        if found is not None:
            self._look_at(found)

    def _named_anew(self) -> None:
        """Call things by their names: new ones have come."""
        self._names = Names.of(self._desk, self._words)
        self.sheet.lists = self._names.lists()

    def _show_source(self) -> None:
        """Show what is said of the source; of one that the ledger has, its own words cannot be changed."""
        held = self._desk.said.get("source", "") in self._desk.walk.ledger.sources
        self._quiet = True
        try:
            for name, field in self.source.items():
                field.value = self._desk.said.get(name, "")
                field.disabled = held and name in ITS_OWN
        finally:
            self._quiet = False

    def _show(self, changed: int | None = None) -> None:
        """Show the page of quantities as they stand, and how far one has come.

        Parameters
        ----------
        changed : int, optional
            The only one that is not as it was; by default all are looked at anew.
        """
        desk, first = self._desk, self._page * PAGE
        shown = range(first, min(first + PAGE, len(desk)))
        kept = {} if changed is None else {n: one for n, one in self._rows.items() if n != changed}
        self._rows = {
            number: kept.get(number) or row_told(desk.row(number), desk, self._names, self._words)
            for number in shown
        }
        self.sheet.rows = [*self._rows.values()]
        self.sheet.marks = [desk.decision(number) or "open" for number in range(len(desk))]
        counts = {name: str(desk.count(said)) for name, said in
                  (("accepted", ACCEPT), ("skipped", SKIP), ("open", OPEN))}  # fmt: skip
        told = self._say("counts", all=str(len(desk)), **counts)
        several = len(desk) > PAGE
        if several:
            told += self._say("page", first=str(first + 1), last=str(shown.stop))
        for button in (self.before, self.after):
            button.layout.display = "" if several else "none"
        self.counts.value = f"<span class='intake-counts'>{escape(told)}</span>"

"""Every page of the site: where it lies, what it depends on, and how it is set."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from forecasts.attainment.result import Attainment
from forecasts.evaluation.published import Published
from forecasts.evaluation.track_record import TrackRecord
from forecasts.publish.save import RESULT, read_result
from forecasts.publish.site import goal as answers
from forecasts.publish.site.changed import moved_in
from forecasts.publish.site.downloads import NOTEBOOK, copies, notebook_file, offers, tables
from forecasts.publish.site.index import (
    Entry,
    choices,
    compared,
    course_of,
    entry_of,
    headline,
)
from forecasts.publish.site.leaves import Copy, Leaf
from forecasts.publish.site.notebooks import digest_of, pieces_of
from forecasts.publish.site.places import (
    answer_page,
    data_file,
    futures_file,
    goal_page,
    in_language,
    notebook_page,
    run_page,
    text_page,
)
from forecasts.publish.site.quotes import SourceText, marked, quotes_of
from forecasts.publish.site.runs import (
    Filed,
    Group,
    Held,
    Summary,
    groups_of,
    newest_by_goal,
    newest_groups,
    newest_of,
)
from forecasts.publish.site.setting import SCRIPT, STYLE, VEGA, Setter, environment, vega
from forecasts.publish.site.shelf import cited, looked_back, scenarios_told
from forecasts.publish.site.together import together_of
from forecasts.publish.tongues import titled
from forecasts.publish.words import Language, Words
from forecasts.scenarios.seeds import Seeds

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the site tells.

    Attributes
    ----------
    runs : tuple of Filed
    summaries : mapping
        By the digest of a result.
    seeds : Seeds
        For sources, scenarios and outcomes.
    texts : mapping
        The texts of sources that are held, by source.
    record : TrackRecord, optional
        What earlier verdicts were worth; None = nobody looked back.
    published : Published, optional
        What forecasts of the register were worth.
    left_out : tuple of str
        Runs that could not be read, with the reason.
    """

    runs: tuple[Filed, ...]
    summaries: Mapping[str, Summary]
    seeds: Seeds
    texts: Mapping[str, str]
    templates: Path
    record: TrackRecord | None = None
    published: Published | None = None
    left_out: tuple[str, ...] = ()


class Pages:
    """The files of the site."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        made = environment(facts.templates)
        self.setters = {language: Setter(made, Words(language)) for language in LANGUAGES}
        self.runs = tuple(sorted(facts.runs, key=lambda run: (run.day, run.plan), reverse=True))
        self.newest = newest_of(self.runs)
        self.groups = {run.name: groups_of(run, facts.summaries) for run in self.runs}
        every = [group for run in self.runs for group in self.groups[run.name]]
        self.shown = newest_groups(every)
        self.by_goal = newest_by_goal(every)
        self.of_goal: dict[str, list[Group]] = {}
        for group in every:
            self.of_goal.setdefault(group.goal, []).append(group)
        quotes = quotes_of(facts.seeds.ledger)
        self.texts: dict[str, SourceText] = {
            source: marked(text, quotes.get(source, {})) for source, text in sorted(facts.texts.items())
        }
        self.anchors = {source: text.anchors for source, text in self.texts.items()}
        held = [(name, sorted(anchors)) for name, anchors in self.anchors.items()]
        self.quoted = hashlib.sha256(json.dumps(held).encode()).hexdigest()

    def leaves(self) -> Iterator[Leaf]:
        """Yield every file that is made."""
        yield from self._assets()
        for run in self.runs:
            for group in self.groups[run.name]:
                yield from self._answers(group)
            yield from self._run(run)
        yield from self._lists()
        yield from self._shelf()
        for run in self.newest.values():
            yield from tables(run, self.facts.seeds.ledger)
            yield from self._notebooks(run)

    def copies(self) -> Iterator[Copy]:
        """Yield every file that lies there as it is."""
        for run in self.runs:
            yield from copies(run, self._is_newest(run))

    def _is_newest(self, run: Filed) -> bool:
        return self.newest[run.plan] is run

    def _assets(self) -> Iterator[Leaf]:
        for path in (STYLE, SCRIPT):
            source = self.facts.templates / path.rpartition("/")[2]
            content = source.read_bytes()
            yield Leaf(path, (hashlib.sha256(content).hexdigest(),), lambda content=content: content)  # type: ignore[misc]
        yield Leaf(VEGA, ("vega",), vega)

    def _page(self, path: str, template: str, key: Sequence[str], context: Any) -> Iterator[Leaf]:
        """Yield a page in both languages; `context` gives what it says in one of them."""
        for language, setter in self.setters.items():

            def make(setter: Setter = setter) -> bytes:
                return setter.page(path, template, context(setter.words))

            yield Leaf(in_language(path, language), (path, language, template, *key), make)

    def _answers(self, group: Group) -> Iterator[Leaf]:
        """Yield the page of an answer; if it is the goal's newest, also the goal's own, with its course."""
        run = group.run
        digests = [held.digest for held, _ in group.answers]
        key = ["answer", *run.digests, self.quoted, str(self._is_newest(run))]
        newest = self.by_goal[group.goal]
        beside = newest.run.name if newest is not group else ""
        moved = any(summary.what_if for _, summary in group.answers)
        futures = futures_file(run.plan, run.day, group.goal) if moved else ""

        def results() -> tuple[Attainment, ...]:
            return _results(held for held, _ in group.answers)

        def context(words: Words, course: bool = False) -> dict[str, Any]:
            story = answers.told(results(), self.anchors, words)
            others = self.of_goal[group.goal] if course else []
            heads = [one.scenario.id for one in group.heads]
            return {
                "changed": moved_in(run, group.goal, heads, words),
                "story": story, "run": run, "entry": entry_of(group, words), "goal": group.goal,
                "run_path": run_page(run.plan, run.day), "newest": goal_page(group.goal) if beside else "",
                "course": course_of(others, words), "data": self._offers_of(group),
                "self_path": answer_page(run.plan, run.day, group.goal), "futures": futures,
            }  # fmt: skip

        path = answer_page(run.plan, run.day, group.goal)
        yield from self._page(path, "goal.html.j2", [*key, str(bool(beside))], context)
        if not beside:
            course = [
                f"{g.run.name} {g.run.state} {g.answers[0][0].digest}" for g in self.of_goal[group.goal]
            ]
            yield from self._page(
                goal_page(group.goal), "goal.html.j2", [*key, *course], lambda words: context(words, True)
            )
        if futures:
            yield Leaf(futures, ("futures", *digests), lambda: answers.futures(results()))

    def _offers_of(self, group: Group) -> list[Any]:
        """Return what is offered of one goal's answers, and the tables of its run."""
        jobs = {held.job for held, _ in group.answers}
        found = offers(group.run, self._is_newest(group.run))
        return [
            o
            for o in found
            if o.what not in ("json", "notebook", "page") or o.name.rpartition(".")[0] in jobs
        ]

    def _run(self, run: Filed) -> Iterator[Leaf]:
        groups, newest = self.groups[run.name], self._is_newest(run)

        def context(words: Words) -> dict[str, Any]:
            entries = [entry_of(group, words) for group in groups]
            return {
                "run": run, "entries": entries, "headline": headline(entries, words),
                "data": offers(run, newest), "is_newest": newest,
                "together": together_of(_first_results(groups), words),
            }  # fmt: skip

        key = ["run", *run.digests, str(newest)]
        yield from self._page(run_page(run.plan, run.day), "run.html.j2", key, context)
        yield Leaf(
            data_file(run.plan, run.day), ("data", *run.digests),
            lambda: compared(run, groups).encode("utf-8"),
        )  # fmt: skip

    def _notebooks(self, run: Filed) -> Iterator[Leaf]:
        """Yield the notebooks of a run as pages."""
        for held in run.held:
            path = held.folder / NOTEBOOK
            if not (digest := digest_of(path)):
                continue

            def context(words: Words, path: Path = path, job: str = held.job) -> dict[str, Any]:
                return {
                    "pieces": pieces_of(path), "job": job, "run": run, "file": notebook_file(run, job),
                    "run_path": run_page(run.plan, run.day),
                }  # fmt: skip

            place = notebook_page(run.plan, run.day, held.job)
            yield from self._page(
                place, "notebook.html.j2", ["notebook", run.name, held.job, digest], context
            )

    def _lists(self) -> Iterator[Leaf]:
        """Yield the index, and the pages that choose among runs."""
        named = [(run.name, run.state) for run in self.runs]
        every = [part for run in self.runs for part in run.digests]
        newest = [part for group in self.shown.values() for part in group.run.digests]

        def entries(words: Words) -> list[Entry]:
            return [
                entry_of(group, words, self.by_goal[group.goal] is group) for group in self.shown.values()
            ]

        def index(words: Words) -> dict[str, Any]:
            told = entries(words)
            return {
                "entries": told, "headline": headline(told, words),
                "regions": choices(e.region for e in told), "indicators": choices(e.indicator for e in told),
                "plans": choices(e.plan for e in told), "states": choices(e.stated for e in told),
                "runs": self.runs, "left_out": self.facts.left_out,
                "days": sorted({e.day for e in told}, reverse=True),
            }  # fmt: skip

        yield from self._page("index.html", "index.html.j2", ["index", *newest, *self.facts.left_out], index)
        runs = [
            {"name": run.name, "plan": run.plan, "day": run.day, "data": data_file(run.plan, run.day)}
            for run in self.runs
        ]
        yield from self._page(
            "compare.html", "compare.html.j2", ["compare", json.dumps(named)], lambda words: {"runs": runs}
        )

        def downloads(words: Words) -> dict[str, Any]:
            told = [
                {"run": run, "path": run_page(run.plan, run.day), "newest": self._is_newest(run),
                 "data": offers(run, self._is_newest(run))}
                for run in self.runs
            ]  # fmt: skip
            return {"runs": told}

        yield from self._page("downloads.html", "downloads.html.j2", ["downloads", *every], downloads)

    def _shelf(self) -> Iterator[Leaf]:
        """Yield what stands behind the answers: scenarios, track record, sources, method, words."""
        seeds, newest = self.facts.seeds, [d for g in self.shown.values() for d in g.run.digests]
        groups = tuple(self.shown.values())
        scenarios = [s.model_dump_json() for s in seeds.scenarios.values()]
        yield from self._page(
            "scenarios.html", "scenarios.html.j2", ["scenarios", *newest, *scenarios],
            lambda words: {"scenarios": scenarios_told(groups, seeds, words)},
        )  # fmt: skip
        record = (self.facts.record, self.facts.published, seeds.ledger)
        yield from self._page(
            "record.html", "record.html.j2", ["record", repr(record[0]), repr(record[1])],
            lambda words: {"record": looked_back(*record, words)},
        )  # fmt: skip
        used = Counter(
            s for run in self.runs for h in run.held for s in self.facts.summaries[h.digest].sources
        )
        told = {name: cited(used, seeds.ledger, self.texts, s.words) for name, s in self.setters.items()}
        yield from self._page(
            "sources.html", "sources.html.j2", ["sources", repr(told)],
            lambda words: {"sources": told[words.language]},
        )  # fmt: skip
        for source, text in self.texts.items():
            facts = seeds.ledger.sources.get(source)
            key = ["text", source, repr(facts), self.facts.texts[source], *sorted(text.anchors)]
            yield from self._page(
                text_page(source), "text.html.j2", key,
                lambda words, text=text, facts=facts, source=source: {
                    "text": text, "facts": facts, "source": source,
                    "title": titled(facts.title, facts.publisher, words) if facts else source,
                },
            )  # fmt: skip
        for name in ("method", "glossary"):
            yield from self._page(f"{name}.html", f"{name}.html.j2", [name], lambda words: {})


def _first_results(groups: Sequence[Group]) -> tuple[Attainment, ...]:
    """Return one result that says what becomes of all goals together, if any does: they all say the same."""
    return _results(islice((h for group in groups for h, s in group.answers if s.what_if), 1))


def _results(held: Iterable[Held]) -> tuple[Attainment, ...]:
    return tuple(_result(one.folder, one.digest) for one in held)


@lru_cache(maxsize=16)
def _result(folder: Path, digest: str) -> Attainment:
    """Return a result, read once for the files that follow each other; by digest, for it may change."""
    return read_result(folder / RESULT)

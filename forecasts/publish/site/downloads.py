"""What can be taken away: of every run its briefs and results, of the newest of each plan tables as well."""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from forecasts.ledger.ledger import Ledger
from forecasts.publish.save import RESULT
from forecasts.publish.site.leaves import Copy, Leaf
from forecasts.publish.site.places import download, named, notebook_page
from forecasts.publish.site.runs import Filed
from forecasts.publish.words import Language, Words

#: What a job leaves beside its result.
NOTEBOOK = "notebook.ipynb"

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that a page offers."""

    path: str
    name: str
    what: str


def offers(run: Filed, newest: bool) -> tuple[Offer, ...]:
    """Return what is offered of a run."""
    found = [Offer(_at(run, _flat(name)), name, _kind(name)) for name in sorted(run.briefs)]
    if newest:
        for language in LANGUAGES:
            found.append(Offer(_at(run, f"results.{language}.xlsx"), f"results.{language}.xlsx", "xlsx"))
            found.append(Offer(_at(run, f"results.{language}.csv.zip"), f"results.{language}.csv.zip", "csv"))
        found.append(Offer(_at(run, "hub.csv"), "hub.csv", "hub"))
    for held in run.held:
        found.append(Offer(_at(run, f"{named(held.job)}.json"), f"{held.job}.json", "json"))
        if newest and (held.folder / NOTEBOOK).is_file():
            page = notebook_page(run.plan, run.day, held.job)
            found.append(Offer(page, f"{held.job}.html", "page"))
            found.append(Offer(notebook_file(run, held.job), f"{held.job}.ipynb", "notebook"))
    return tuple(found)


def copies(run: Filed, newest: bool) -> Iterator[Copy]:
    """Yield the files of a run that lie in the site as they are."""
    for name, path in sorted(run.briefs.items()):
        yield Copy(_at(run, _flat(name)), path)
    for held in run.held:
        yield Copy(_at(run, f"{named(held.job)}.json"), held.folder / RESULT)
        if newest and (held.folder / NOTEBOOK).is_file():
            yield Copy(notebook_file(run, held.job), held.folder / NOTEBOOK)


def tables(run: Filed, ledger: Ledger) -> Iterator[Leaf]:
    """Yield the tables of a run: a workbook and CSV files in each language, and rows for a hub."""
    key = ("tables", *run.digests)
    for language in LANGUAGES:
        words = Words(language)
        yield Leaf(_at(run, f"results.{language}.xlsx"), (*key, language), _workbook(run, words))
        yield Leaf(_at(run, f"results.{language}.csv.zip"), (*key, language), _separated(run, words))
    yield Leaf(_at(run, "hub.csv"), key, lambda: _hub(run, ledger))


def notebook_file(run: Filed, job: str) -> str:
    """Return the path of a notebook as it was run."""
    return _at(run, f"{named(job)}.ipynb")


def _at(run: Filed, name: str) -> str:
    return download(run.plan, run.day, name)


def _flat(name: str) -> str:
    """Return the name of a brief as one file's; its ending stays."""
    stem, dot, ending = name.rpartition(".")
    return "-".join(named(part.replace(".", "-")) for part in stem.split("/")) + dot + ending


def _kind(name: str) -> str:
    return "pdf" if name.endswith(".pdf") else "html"


def _workbook(run: Filed, words: Words) -> Callable[[], bytes]:
    def make() -> bytes:
        from forecasts.publish.exporting.workbook import workbook_of

        return workbook_of(_export(run, words), words)

    return make


def _separated(run: Filed, words: Words) -> Callable[[], bytes]:
    def make() -> bytes:
        from forecasts.publish.exporting.separated import files_of

        return _zipped(files_of(_export(run, words), words))

    return make


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as one archive that is the same for the same files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            packed.writestr(info, files[name])
    return data.getvalue()


def _export(run: Filed, words: Words):  # type: ignore[no-untyped-def]  # its type is slow to import
    from forecasts.publish.exporting import verdicts, what_ifs
    from forecasts.publish.exporting.readme import of_run
    from forecasts.publish.exporting.tables import Export
    from forecasts.publish.save import read_result

    answered = [verdicts.Answered(read_result(h.folder / RESULT), h.digest) for h in run.held]
    missing = [(lack.job, lack.what, lack.error) for lack in run.lacking]
    import hashlib

    digest = hashlib.sha256("\n".join(h.digest for h in run.held).encode()).hexdigest()
    about = of_run(f"{run.plan}-{run.day}", answered, missing, digest, words)
    days = {one.result.known_on for one in answered}
    return Export(
        max(days), about, (*verdicts.nouns_of(answered, words), *what_ifs.nouns_of(answered, words))
    )


def _hub(run: Filed, ledger: Ledger) -> bytes:
    """Return the rows of a hub's model output."""
    from forecasts.publish.exporting.hub_folder import EXAMPLE, HubFacts, hub_files
    from forecasts.publish.save import read_result

    facts = HubFacts("Goal forecasts", "Goal forecasts", EXAMPLE, "forecasts", "attainment", "Africa/Abidjan")
    files = hub_files([read_result(h.folder / RESULT) for h in run.held], facts, ledger, "csv")
    return next(content for name, content in files.items() if name.startswith("model-output/"))

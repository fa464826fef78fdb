"""A long report as PDF, DOCX, HTML and text: how long it takes to read, and to find its quantities."""

import argparse
import io
import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from common import print_table

from forecasts.intake.documents import document_of
from forecasts.intake.extract import candidates_of
from forecasts.intake.known import Known, read_known

ROOT = Path(__file__).resolve().parents[2]
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
COLUMNS = ("", "pages", "characters", "quantities", "read: s", "of a processor", "find: s", "of a processor")
CAPTION = (
    "Pages: of the PDF. Of a processor: with the processes that read a PDF, which are at work side by side."
)


def forms(text: str, pages: int, size: float) -> tuple[dict[str, bytes], int]:
    """Return a text, again and again to a number of pages, in every form; and the pages that it has."""
    import pypdfium2

    one = pypdfium2.PdfDocument(as_pdf(text, size))
    words = f"{text}\n\n" * max(1, round(pages / len(one)))
    data = as_pdf(words, size)
    lines = words.split("\n")
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{WORD}">{body}</w:document>')
    html = "<!doctype html><html><body>" + "".join(f"<p>{line}</p>" for line in lines)
    found = {"a.pdf": data, "a.docx": page.getvalue(), "a.html": html.encode(), "a.txt": words.encode()}
    return found, len(pypdfium2.PdfDocument(data))


def as_pdf(text: str, size: float) -> bytes:
    """Set a text as a dense report."""
    import typst

    from forecasts.publish.fonts import font_directories

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "text.txt").write_text(text, encoding="utf-8")
        source = Path(folder, "report.typ")
        source.write_text(
            '#set page(margin: 2cm, numbering: "1")\n'
            f'#set text(size: {size}pt, lang: "zh", font: "Noto Sans SC")\n#read("text.txt")\n',
            encoding="utf-8",
        )
        return typst.compile(str(source), font_paths=font_directories())


def timed(call: Callable[[], object]) -> tuple[object, float, float]:
    """Return what came of a call, its seconds, and those of a processor."""
    began, used = time.perf_counter(), sum(os.times()[:4])
    came = call()
    return came, time.perf_counter() - began, sum(os.times()[:4]) - used


def row(name: str, data: bytes, pages: int, known: Known) -> list[str]:
    """Return one row of the table."""
    text, read, read_used = timed(lambda: document_of(data, name).text)
    assert isinstance(text, str)
    rows, find, find_used = timed(lambda: candidates_of(text, known))
    assert isinstance(rows, list)
    numbers = (f"{pages:,}", f"{len(text):,}", f"{len(rows):,}")
    return [name[2:], *numbers, *(f"{s:.2f}" for s in (read, read_used, find, find_used))]


def main(given: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="documents.py", description=__doc__)
    parser.add_argument("text", type=Path, metavar="REPORT.txt", help="a report as text")
    parser.add_argument("--pages", type=int, default=300, help="of the PDF, about (default: 300)")
    parser.add_argument("--size", type=float, default=10.5, help="of its letters, in points (default: 10.5)")
    said = parser.parse_args(given)
    found, pages = forms(said.text.read_text(encoding="utf-8"), said.pages, said.size)
    known = read_known(ROOT / "seeds")
    candidates_of("增长5%", known)  # what is made once is made
    title = f"{said.text.name}, letters of {said.size:g} points"
    print_table(title, COLUMNS, [row(name, data, pages, known) for name, data in found.items()], CAPTION)


if __name__ == "__main__":
    main()

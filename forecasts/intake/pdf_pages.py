"""A process of its own that reads pages of a PDF: what PDFium cannot bear ends it, and nothing else.

``python pdf_pages.py PART PARTS PAGES CHARACTERS`` takes a PDF on standard input and writes lines of JSON:
the number of pages, then the text of each page of its part; or, in a list, the one word that says why not.
PDFium is written in C++: nothing stops it but the end of its process, when time or memory are used up.
"""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

#: Seconds of a processor for one page, and for all; bytes of memory.
PAGE_SECONDS, SECONDS, ROOM = 2, 60, 800_000_000

#: Why a PDF is not read.
ENCRYPTED, BROKEN, PAGES = "encrypted", "broken", "pages"
CHARACTERS, MEMORY, TIME = "characters", "memory", "time"


class Unread(Exception):
    """The PDF is not read; its words are one of those above."""


def texts(data: bytes, part: int, parts: int, most_pages: int, most: int) -> Iterator[int | str]:
    """Yield the number of pages, then the text of each page in one of some equal parts.

    Raises
    ------
    Unread
        With the reason.
    """
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as document:
            count = len(document)
            if count > most_pages:
                raise Unread(PAGES)
            yield count
            for number in range(count * part // parts, count * (part + 1) // parts):
                limit_page()
                page = document[number]
                words = page.get_textpage()
                text = words.get_text_range()
                words.close()
                page.close()
                most -= len(text)
                if most < 0:
                    raise Unread(CHARACTERS)
                yield text
    except pypdfium2.PdfiumError as error:
        told = str(error).lower()
        raise Unread(ENCRYPTED if "password" in told or "security" in told else BROKEN) from None
    except MemoryError:
        raise Unread(MEMORY) from None


def limit_page() -> None:
    """Begin the time of a page, where a system can limit it: what is still at it then is ended."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, PAGE_SECONDS)


def limit_all() -> None:
    """Limit the time and memory of this process, where a system can."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        for what, limit in (
            (resource.RLIMIT_DATA, ROOM), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)
        ):  # fmt: skip
            _, most = resource.getrlimit(what)
            resource.setrlimit(what, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))


def main() -> None:
    """Read a part of the PDF on standard input."""
    data = sys.stdin.buffer.read()
    limit_all()
    limit_page()

    def say(told: Any) -> None:
        sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
        sys.stdout.buffer.flush()

    try:
        part, parts, pages, most = map(int, sys.argv[1:])
        for told in texts(data, part, parts, pages, most):
            say(told)
    except Unread as why:
        say([str(why)])


if __name__ == "__main__":
    main()

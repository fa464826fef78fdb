"""The words of a PDF, by PDFium in processes of their own; lines that the page broke are joined again.

A page takes 2 to 10 ms of a processor (`tests/benchmarks/documents.py`), and a large PDF is read by several.
"""

import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from forecasts.intake import pdf_pages
from forecasts.ledger.problems import BadInput, Problem

MOST_PAGES: Final = 3_000

#: Bytes from which on a PDF is worth more than one process, and how many it is worth.
LARGE, MOST_PARTS = 500_000, 4

#: Seconds until a process is given up whose time no system limits.
PATIENCE: Final = 300

_NUMBER = re.compile(
    r"^\s*(?:[-—–·]\s*)?(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/／]\s*\d{1,4})?(?:\s*[-—–·])?\s*$"
)
#: What begins a paragraph although the line before was full.
_BEGINS = re.compile(
    r"^(?:[\s\u3000]{2,}|[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]{1,3}[章节篇]|——|\d{1,2}[.、]\D)"
)
_ENDS = re.compile(r"[。！？；：!?]\s*$")


#: Signals that end a process whose time is used up.
_TIMES: Final = {getattr(signal, name, 0) for name in ("SIGPROF", "SIGXCPU")}

#: The reason where the process ended without one.
_ENDED: Final = "ended"

#: Rule and remedy by the reason that the process gives.
_REFUSED: Final = {
    pdf_pages.ENCRYPTED: ("is encrypted", "save it without a password"),
    pdf_pages.PAGES: (f"has more than {MOST_PAGES:,} pages", "name a part of it"),
    pdf_pages.CHARACTERS: ("holds more than {most:,} characters", "name a part of it"),
    pdf_pages.MEMORY: ("takes more memory to read than a report does", "save it as text in UTF-8"),
    pdf_pages.TIME: ("takes longer to read than a report does", "save it as text in UTF-8"),
    _ENDED: (
        f"is broken, or takes more than {pdf_pages.ROOM // 10**6} MB to read",
        "save it anew as PDF, or as text in UTF-8",
    ),
    pdf_pages.BROKEN: ("is broken", "save it anew as PDF, or as text in UTF-8"),
}


def text_of_pdf(data: bytes, name: str, most: int) -> str:
    """Return the words of a PDF, a line each paragraph.

    Parameters
    ----------
    most : int
        Characters that are read.

    Raises
    ------
    BadInput
        If it is encrypted, broken, or too large.
    """
    parts = min(_processors(), MOST_PARTS) if len(data) > LARGE else 1
    with ThreadPoolExecutor(parts) as pool:
        read = list(pool.map(lambda part: _part(data, name, part, parts, most), range(parts)))
    pages = [page for part in read for page in part]
    if sum(map(len, pages)) > most:
        raise _refused(name, pdf_pages.CHARACTERS, most)
    lines = [line for page in pages for line in page.splitlines() if not _NUMBER.match(line)]
    return joined([line.replace("\ufffe", "").replace("\0", "") for line in lines])


def _part(data: bytes, name: str, part: int, parts: int, most: int) -> list[str]:
    """Return the pages of one part, read in a process of its own."""
    asked = [str(number) for number in (part, parts, MOST_PAGES, most)]
    # -P: what lies in the folder where somebody stands is no module of the reader.
    command = [sys.executable, "-P", str(Path(pdf_pages.__file__)), *asked]
    try:
        ended = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise _refused(name, pdf_pages.TIME, most) from None
    told = [json.loads(line) for line in ended.stdout.split(b"\n")[:-1]]
    if told and isinstance(told[-1], list):
        raise _refused(name, told[-1][0], most)
    if ended.returncode > 0:
        last = ended.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise BadInput([Problem(name, "cannot be read", last, "is pypdfium2 installed?")])
    if ended.returncode:
        page = told[0] * part // parts + len(told) if told else None
        raise _refused(name, pdf_pages.TIME if -ended.returncode in _TIMES else _ENDED, most, page)
    return told[1:]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def joined(lines: list[str]) -> str:
    r"""Return lines as paragraphs: one that is full goes on with the next.

    Examples
    --------
    >>> joined(["一、目标", "地区生产总值增长百分之五左右，城镇新", "增就业五十万人。", "二、任务"])
    '一、目标\n地区生产总值增长百分之五左右，城镇新增就业五十万人。\n二、任务'
    """
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    full = 0.85 * lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0
    paragraphs: list[list[str]] = []
    goes_on = False
    for line in lines:
        if not line.strip():
            continue
        if goes_on and not _BEGINS.match(line):
            paragraphs[-1].append(line.strip())
        else:
            paragraphs.append([line.rstrip()])
        goes_on = len(line.strip()) >= full and not _ENDS.search(line)
    return "\n".join("".join(parts) for parts in paragraphs)


def _refused(name: str, why: str, most: int, page: int | None = None) -> BadInput:
    rule, remedy = _REFUSED[why]
    where = f"page {page:,} " if page else ""
    return BadInput([Problem(name, where + rule.format(most=most), remedy=remedy)])

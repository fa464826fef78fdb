"""Files made to fill the memory, to run without end or to reach beyond; and a process to read them.

``python -m tests.intake.bombs FOLDER`` reads every file of a folder, within limits, and says what came of it.
"""

import io
import json
import os
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

#: Bytes by which the process may grow and seconds of a processor that it may take, for all files together.
MEMORY, SECONDS = 1 << 30, 120


def endless(size: int, sign: bytes = b"\0") -> bytes:
    """Return any number of one sign, deflated: the same block again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(sign * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (size >> 20) + b"\x03\x00"


def archive(parts: Mapping[str, bytes | str], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", packed, compresslevel=1) as held:
        for name, data in parts.items():
            held.writestr(name, data)
    return page.getvalue()


def of_one_sign(name: str, size: int, sign: bytes) -> bytes:
    """Return an archive whose one part is the same sign, of which it says as many as it can."""
    data = endless(size, sign)
    told = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, 0, len(data), min(size, 0xFFFFFFF0), len(name), 0)
    local = b"PK\x03\x04" + told + name.encode() + data
    listed = (
        b"PK\x01\x02" + struct.pack("<H", 20) + told + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + name.encode()
    )
    return local + listed + b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(listed), len(local), 0)


def docx(body: str, before: str = "") -> bytes:
    words = f'{before}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return archive({"word/document.xml": words})


def xlsx(rows: str, before: str = "", packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    from openpyxl import Workbook

    page = io.BytesIO()
    book = Workbook()
    book.active.append(["region", "indicator", "as_of", "value"])
    book.save(page)
    with zipfile.ZipFile(page) as held:
        parts: dict[str, bytes | str] = {name: held.read(name) for name in held.namelist()}
    sheet = f'{before}<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    return archive(parts | {"xl/worksheets/sheet1.xml": sheet}, packed)


def pdf(*objects: bytes) -> bytes:
    """Return a PDF of objects by number, found without a table."""
    held = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, one) for number, one in enumerate(objects, 1))
    return b"%PDF-1.7\n" + held + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>"


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), more, data)


def parquet() -> bytes:
    """Return a few bytes of Parquet in which forty million cells name one text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    page = io.BytesIO()
    piece = pa.table({"region": pa.array(["a" * 200]).take(pa.array([0] * 1_000_000))})
    with pq.ParquetWriter(page, piece.schema) as writer:
        for _ in range(40):
            writer.write_table(piece)
    return page.getvalue()


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"ha" * 100_000}">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
ENTRIES = b"PK\x03\x04" + b"PK\x01\x02" * 30_000

#: By name, how a file is made and what its refusal says; an empty word: it may be read as well.
BOMBS: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "zeros.docx": (lambda: of_one_sign("word/document.xml", 10 << 30, b"\0"), "its text is broken"),
    "blanks.docx": (
        lambda: of_one_sign("word/document.xml", 10 << 30, b" "),
        "larger than 100 MB when unpacked",
    ),
    "elements.docx": (lambda: docx("<w:p/>" * 3_100_000), "more than 3,000,000 elements"),
    "names.docx": (
        lambda: docx("".join(f"<a{n}/>" for n in range(100_000))),
        "more than 5,000 kinds of elements",
    ),
    "tag.docx": (lambda: docx("<w:p a='" + "a" * 20_000_000 + "'/>"), "a tag longer than 10 MB"),
    "deep.docx": (
        lambda: docx("<w:p>" * 100_000 + "</w:p>" * 100_000),
        "more than 400 elements within one another",
    ),
    "laughs.docx": (lambda: docx("<w:p>&i;</w:p>", LAUGHS + "]>"), "declares entities"),
    "quadratic.docx": (lambda: docx("<w:p>" + "&a;" * 10_000 + "</w:p>", QUADRATIC), "declares entities"),
    "outside.docx": (lambda: docx("<w:p>&a;</w:p>", OUTSIDE), "declares entities"),
    "text.docx": (lambda: docx(f"<w:p><w:t>{'a' * 3_000_000}</w:t></w:p>"), "more than 2,500,000 characters"),
    "parts.docx": (lambda: ENTRIES, "more than 20,000 parts"),
    "nested.docx": (lambda: archive({"a.docx": docx("<w:p/>")}), "is an archive, but no DOCX"),
    "packed.docx": (
        lambda: archive({"word/document.xml": bytes(1 << 27)}, zipfile.ZIP_BZIP2),
        "packed as no office program packs",
    ),
    "deep.html": (lambda: b"<div>" * 1_000_000 + "增长5%".encode(), ""),
    "long.html": (lambda: b"<html>" + b"<p>a" * 2_000_000, "more than 7,500,000 characters"),
    "line.txt": (lambda: b"9" * 100_000_000, "larger than 50 MB"),
    "characters.txt": (lambda: b"9" * 3_000_000, "more than 2,500,000 characters"),
    "blank.txt": (lambda: b"\n" * 1_000_000, "holds no text"),
    "empty.txt": (lambda: b"", "holds no text"),
    "nul.txt": (lambda: bytes(1_000_000), "NUL"),
    "broken-utf-8.txt": (lambda: "增长5%".encode() + b"\xff" * 999, "neither UTF-8 nor GB18030"),
    "broken-gb18030.txt": (lambda: "增长5%".encode("gb18030") + b"\xff", "neither UTF-8 nor GB18030"),
    "broken-utf-16.txt": (lambda: b"\xff\xfea\0b", "is not UTF-16"),
    "flate.pdf": (
        lambda: pdf(CATALOG, PAGES, PAGE, stream(b"x\x9c" + endless(4 << 30), b"/Filter /FlateDecode")),
        "",
    ),
    "tree.pdf": (lambda: pdf(CATALOG, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"), "is broken"),
    "loop.pdf": (lambda: pdf(CATALOG, PAGES, PAGE, b"4 0 R"), "holds no text"),
    "length.pdf": (
        lambda: pdf(CATALOG, PAGES, PAGE, b"<< /Length 4 0 R >>\nstream\n\nendstream"),
        "holds no text",
    ),
    "count.pdf": (lambda: pdf(CATALOG, PAGES.replace(b"Count 1", b"Count 999999999"), PAGE), ""),
    "deep.pdf": (lambda: pdf(b"[" * 100_000), "is broken"),
    "forms.pdf": (
        lambda: pdf(
            CATALOG,
            PAGES,
            PAGE[:-2] + b"/Resources << /XObject << /X 5 0 R >> >> >>",
            stream(b"/X Do " * 9),
            stream(
                b"/X Do " * 9,
                b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>",
            ),
        ),
        "page 1 ",
    ),
    "zeros.xlsx": (lambda: of_one_sign("xl/workbook.xml", 10 << 30, b"\0"), "too large to be read"),
    "rows.xlsx": (lambda: xlsx("<row/>" * 9_000_000), "too large to be read"),
    "tags.xlsx": (lambda: xlsx("<a/>" * 8_000_000, packed=zipfile.ZIP_STORED), "more than 8,000,000 tags"),
    "names.xlsx": (
        lambda: xlsx("".join(f"<abcdefg{n}/>" for n in range(800_000))),
        "what no spreadsheet program writes",
    ),
    "tag.xlsx": (lambda: xlsx("<row a='" + "a" * 2_000_000 + "'/>"), "what no spreadsheet program writes"),
    "deep.xlsx": (lambda: xlsx("<row>" * 100_000 + "</row>" * 100_000), ""),
    "laughs.xlsx": (lambda: xlsx("<row><c><v>&i;</v></c></row>", LAUGHS + "]>"), "document type"),
    "parts.xlsx": (lambda: ENTRIES, "more than 20,000 parts"),
    "cells.parquet": (parquet, "too large to be read"),
    "line.csv": (lambda: b"region,indicator,as_of,value\n" + b"9" * 20_000_000, "not CSV"),
    "deep.json": (lambda: b"[" * 1_000_000, "too deep"),
    "deep.yaml": (lambda: b"a: " + b"[" * 40_000, "nested deeper"),
}


def read(path: Path) -> None:
    """Read a file as the commands do."""
    from forecasts.intake.documents import read_document
    from forecasts.ledger.located import read_located
    from forecasts.ledger.problems import BadInput
    from forecasts.ledger.tables import ENDINGS, read_table

    if path.suffix == ".yaml":
        read_located(path, path.name)
    elif path.suffix in ENDINGS and path.suffix != ".txt":
        if problems := read_table(path).problems:
            raise BadInput(problems)
    else:
        read_document(path)


def main() -> None:
    """Read every file, and say of each what was told and how much this process and its children have held."""
    import psutil

    from forecasts.ledger.problems import Refusal

    room = psutil.Process().memory_info().data + MEMORY
    resource.setrlimit(resource.RLIMIT_DATA, (room, room))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    for path in sorted(Path(sys.argv[1]).iterdir()):
        told = []
        try:
            read(path)
        except Refusal as refused:
            told = [[problem.place, problem.rule, problem.remedy] for problem in refused.problems]
        both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        held = [resource.getrusage(who).ru_maxrss >> (20 if sys.platform == "darwin" else 10) for who in both]
        print(json.dumps([path.name, told, max(held), sum(os.times()[:4])]), flush=True)


if __name__ == "__main__":
    main()

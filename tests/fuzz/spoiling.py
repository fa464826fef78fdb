"""Files that readers take, spoilt: a form and a number say which, and how; always the same."""

import io
import json
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache

import pandas as pd

from tests.fuzz import ground
from tests.fuzz.breaking import SCALARS, of_bytes
from tests.fuzz.tokens import TOKENS

TEXT = (
    "2025年某省政府工作报告\n\n——2025年1月19日在某省第十四届人民代表大会第三次会议上\n\n一、2024年工作回顾\n"
    "地区生产总值1.2万亿元，增长5.5%左右；引育科技型企业6092家、高新技术企业1036家，财政收入达到880.5亿元。\n"
    "二、2025年目标任务\n力争到2025年年底高新技术企业、科技型企业分别达到1150家、6700家，新增就业100—120万人以上。\n"
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

#: What stands as a value where another one belongs.
ODD = (
    b"", b"-1", b"0", b"1", b"99999999999999999999", b"1e400", b"NaN", b"x", b"A0", b"XFE1", b"A1:B",
    b"true", b"s", b"d", b"str", b"inlineStr", b"e", b"n", b"b", b"&amp;", b"&#65536;", b"\xe4\xb8\x87",
    b"=1+1", b"../x.xml", b"/", b"rId9", b"yyyy", b"[$-F800]", b"2020-12-31", b"2020-02-30T25:00:00Z",
    b"9" * 400, b"hidden", b"[Red]0;;", b"#REF!",
)  # fmt: skip

FORMS = ("txt", "md", "html", "docx", "pdf", "xlsx", "csv", "json", "parquet", "yaml")
_WORDS = {
    "txt": "text",
    "md": "text",
    "html": "html",
    "docx": "xml",
    "xlsx": "xml",
    "pdf": "pdf",
    "json": "json",
}
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "gb18030",
    "utf-16",
    "utf-16-be",
    "utf-16-le",
    "utf-32",
    "big5",
    "cp1252",
    "utf-7",
)


def spoilt(form: str, number: int) -> bytes:
    """Return the file of a number: one of the sound ones, spoilt once or more."""
    draw = random.Random(f"{form} {number}")
    data = draw.choice(sound(form))
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        data = once(form, data, draw)
    return data


def once(form: str, data: bytes, draw: random.Random) -> bytes:
    """Return a file of a form, spoilt once."""
    if form in ("docx", "xlsx") and draw.random() < 0.85:
        return _in_archive(data, draw)
    if form == "pdf" and draw.random() < 0.3:
        return _in_stream(data, draw)
    if form in ("txt", "md", "html", "csv") and draw.random() < 0.1:
        text = data.decode(draw.choice(ENCODINGS), "replace")
        return text.encode(draw.choice(ENCODINGS), "replace")
    return _in_text(form, data, draw) if draw.random() < 0.7 else of_bytes(data, draw)[0]


def _in_text(form: str, data: bytes, draw: random.Random) -> bytes:
    """Put words of the form where they do not belong, over others, or many times."""
    words = SCALARS if form == "yaml" else TOKENS[_WORDS.get(form, "text")]
    word = draw.choice(words).encode("utf-8", "surrogatepass")
    at = draw.randint(0, len(data))
    how = draw.random()
    if how < 0.4:
        return data[:at] + word + data[at:]
    if how < 0.5:
        return data[:at] + word * draw.choice((2, 30, 300)) + data[at:]
    if how < 0.6 and (numbers := list(re.finditer(rb"\d+", data))):
        found = draw.choice(numbers)
        odd = draw.choice((b"0", b"-1", b"1", b"65536", b"2147483647", b"4294967296", b"9" * 30, b"1e9", b""))
        return data[: found.start()] + odd + data[found.end() :]
    if how < 0.8 and (
        spots := list(re.finditer(re.escape(draw.choice(words).encode("utf-8", "replace")), data))
    ):
        found = draw.choice(spots)
        return data[: found.start()] + word + data[found.end() :]
    end = min(len(data), at + draw.choice((1, 10, 100, 1000)))
    to = draw.randint(0, len(data))
    return data[:to] + data[at:end] + data[to:]


def _in_archive(data: bytes, draw: random.Random) -> bytes:
    """Spoil one part of an archive, or which parts it has."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # it is broken already
        return of_bytes(data, draw)[0]
    if not parts:
        return data
    telling = [name for name in parts if "document" in name or "sheet" in name]
    name = draw.choice(telling if telling and draw.random() < 0.7 else list(parts))
    what = draw.random()
    if what < 0.6:
        parts[name] = _in_markup(parts[name], draw)
    elif what < 0.85:
        parts[name] = (
            _in_text("docx", parts[name], draw) if draw.random() < 0.8 else of_bytes(parts[name], draw)[0]
        )
    elif what < 0.9:
        parts[draw.choice(("../../x", "/etc/passwd", "C:\\x", "a" * 300, name.upper()))] = parts.pop(name)
    elif what < 0.95:
        del parts[name]
    else:
        parts[name] = parts[draw.choice(list(parts))]
    out = io.BytesIO()
    packed = draw.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(out, "w", packed) as archive:
        for inside, content in parts.items():
            archive.writestr(_about(inside, packed), content)
    return out.getvalue()


def _in_markup(data: bytes, draw: random.Random) -> bytes:
    """Spoil a part that mostly stays well-formed: an element doubled, left out or put elsewhere; a value."""
    elements = list(
        re.finditer(rb"<(\w+:?\w*)\b[^<>]*(?:/>|>[^<>]*</\1>)|<(\w+)\b[^<>]*>.{0,400}?</\2>", data)
    )
    values = list(re.finditer(rb'(?<==")[^"<>]*(?=")|(?<=>)[^<>]+(?=<)', data))
    what = draw.random()
    if values and (what < 0.5 or not elements):
        found = draw.choice(values)
        odd = draw.choice(ODD) if draw.random() < 0.7 else draw.choice(values)[0]
        return data[: found.start()] + odd + data[found.end() :]
    if not elements:
        return data
    found, other = draw.choice(elements), draw.choice(elements)
    if what < 0.7:
        return data[: found.start()] + data[found.end() :]
    if what < 0.9:
        return data[: found.start()] + other[0] + data[found.start() :]
    return data[: found.start()] + found[0] * draw.choice((2, 50, 1000)) + data[found.end() :]


def _about(name: str, packed: int) -> zipfile.ZipInfo:
    """Return what an archive says of a part; no day, so that the same number is the same file."""
    about = zipfile.ZipInfo(name)
    about.compress_type = packed
    return about


def _in_stream(data: bytes, draw: random.Random) -> bytes:
    """Spoil what a packed stream of a PDF holds."""
    streams = list(re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL))
    if not streams:
        return data
    found = draw.choice(streams)
    try:
        held, packed = zlib.decompress(found[1]), True
    except zlib.error:
        held, packed = found[1], False
    held = _in_text("pdf", held, draw) if draw.random() < 0.7 else of_bytes(held, draw)[0]
    return data[: found.start(1)] + (zlib.compress(held) if packed else held) + data[found.end(1) :]


@cache
def sound(form: str) -> tuple[bytes, ...]:
    """Return sound files of a form, small ones."""
    return MAKERS[form]()


def _docx() -> tuple[bytes, ...]:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in TEXT.split("\n"))
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_about("[Content_Types].xml", zipfile.ZIP_STORED), "<Types/>")
        words = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        archive.writestr(_about("word/document.xml", zipfile.ZIP_DEFLATED), words)
    return (page.getvalue(),)


def _pdf() -> tuple[bytes, ...]:
    """Return PDFs: one by hand, whose every word is seen, and one as a program writes it."""
    import typst

    from forecasts.publish.fonts import font_directories

    words = (
        b"BT /F 12 Tf 72 720 Td (GDP 5.5% 1036 ) Tj T* [(6092) -200 (1150)] TJ ET q 1 0 0 1 9 9 cm /X Do Q"
    )
    inner = b"BT /F 9 Tf (inner 1) Tj ET"
    cmap = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 beginbfrange <20> <7e> <0020> endbfrange endcmap"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents [4 0 R 8 0 R] /Resources << /Font "
        b"<< /F 5 0 R >> /XObject << /X 6 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(words), words),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R /Encoding "
        b"<< /Differences [65 /a] >> >>",
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F 5 0 R >> "
        b"/XObject << /X 6 0 R >> >> /Length %d >>\nstream\n%s\nendstream" % (len(inner), inner),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(zlib.compress(words)), zlib.compress(words)),
    ]
    page = b"%PDF-1.7\n"
    places = []
    for number, held in enumerate(objects, 1):
        places.append(len(page))
        page += b"%d 0 obj\n%s\nendobj\n" % (number, held)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    page += (
        b"xref\n0 9\n0000000000 65535 f \n%strailer\n<< /Size 9 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            table,
            len(page),
        )
    )
    return page, page, typst.compile(TEXT.replace("#", "").encode(), font_paths=font_directories())


def _undated(data: bytes) -> bytes:
    """Return an archive as if nobody knew when it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2020-01-01T00:00:00Z", old.read(name))
            new.writestr(_about(name, zipfile.ZIP_DEFLATED), content)
    return out.getvalue()


def _table(ending: str) -> tuple[bytes, ...]:
    frame = pd.DataFrame(
        {
            "region": ["a", "b", "b"],
            "indicator": "x",
            "as_of": ["2020-12-31", "2021", "2022年"],
            "value": [1.5, 2, 3],
        }
    )
    out = io.BytesIO()
    if ending == "parquet":
        frame.to_parquet(out)
        return (out.getvalue(),)
    if ending == "xlsx":
        frame.to_excel(out, index=False)
        return (_undated(out.getvalue()),)
    if ending == "json":
        return frame.to_json(orient="records").encode(), json.dumps(frame.to_dict("list")).encode()
    return frame.to_csv(index=False).encode(), frame.to_csv(index=False, sep=";").encode("gb18030")


MAKERS: Mapping[str, Callable[[], tuple[bytes, ...]]] = {
    "txt": lambda: (TEXT.encode(), TEXT.encode("gb18030"), TEXT.encode("utf-16")),
    "md": lambda: (f"# {TEXT}\n\n- **增长**5%\n\n| 指标 | 值 |\n|---|---|\n| 企业 | 12家 |\n".encode(),),
    "html": lambda: (
        "<!doctype html><html><head><meta charset=utf-8><title>报告</title></head><body>"
        f"<p>{TEXT}</p><table><tr><td>企业<td>12家</table><script>var a=1</script></body></html>".encode(),
    ),
    "docx": _docx,
    "pdf": _pdf,
    "yaml": lambda: tuple(data for name, data in ground.tenant().items() if name.endswith(".yaml")),
    **{ending: (lambda ending=ending: _table(ending)) for ending in ("csv", "json", "parquet", "xlsx")},
}

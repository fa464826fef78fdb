"""Files of every kind become texts, and hostile ones an error that says what to do."""

import io
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.intake import documents, of_docx
from forecasts.intake.documents import document_of, read_document
from forecasts.intake.extract import candidates_of
from forecasts.ledger.problems import BadInput

TEXT = "2025年某省政府工作报告\n二、2025年目标任务\n地区生产总值增长5%左右，高新技术企业超6.1万家。"
ROWS = [(5.0, "%", "goal"), (61000.0, "家", "goal")]
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def rows(data: bytes, name: str) -> list[tuple[float, str, str]]:
    return [(row.value, row.unit, row.kind) for row in candidates_of(document_of(data, name).text)]


def docx(body: str, before: str = "", name: str = "word/document.xml") -> bytes:
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            name, f'{before}<w:document xmlns:w="{NAMESPACE}"><w:body>{body}</w:body></w:document>'
        )
    return page.getvalue()


def paragraphs(text: str) -> str:
    """Return a text as Word writes it: a paragraph's words in pieces."""
    return "".join(
        f"<w:p>{''.join(f'<w:r><w:t>{piece}</w:t></w:r>' for piece in line.partition('增'))}</w:p>"
        for line in text.split("\n")
    )


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_text_is_read_in_every_usual_encoding_with_its_line_ends(encoding: str, end: str) -> None:
    text = TEXT.replace("\n", end) * 3
    document = document_of(text.encode(encoding), "report.txt")
    assert document.text == text
    assert rows(text.encode(encoding), "report.txt")[:2] == ROWS


def test_a_page_is_read_without_its_scripts() -> None:
    page = (
        "<!doctype html><html><head><title>2025年某省政府工作报告</title>"
        "<script>var a = '增长9%';</script></head><body>"
        "<!-- 增长8% --><p>二、2025年目标任务</p><style>p{width:5%}</style>"
        "<p>地区生产总值\n    增长<b>5</b>%左右，高新技术企业&#x8D85;6.1万家。<br/>完</p></body></html>"
    )
    assert rows(page.encode("gb18030").replace(b"<head>", b'<head><meta charset="gb2312">'), "a.html") == ROWS
    assert rows(page.encode(), "page") == ROWS


def test_markdown_keeps_its_characters() -> None:
    text = "# 2025年某省政府工作报告\n\n## 二、2025年目标任务\n\n"
    text += "- **地区生产总值**增长5%左右，高新技术企业超6.1万家。"
    document = document_of(text.encode(), "report.md")
    assert (document.form, document.text) == ("markdown", text)
    assert rows(text.encode(), "report.md") == ROWS


def test_a_docx_is_read_paragraph_by_paragraph() -> None:
    deleted = "<w:p><w:del><w:r><w:delText>增长7%</w:delText></w:r></w:del></w:p>"
    data = docx(paragraphs(TEXT) + deleted)
    assert document_of(data, "report.docx").text.strip() == TEXT
    assert rows(data, "whatever") == ROWS


def test_a_pdf_is_read_paragraph_by_paragraph(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2")
    import typst

    from forecasts.publish.fonts import font_directories

    source = tmp_path / "report.typ"
    words = TEXT.replace("\n", "\n\n") + "坚持稳中求进工作总基调，" * 40 + "新增规上工业企业2000家以上。"
    source.write_text(words, encoding="utf-8")
    data = typst.compile(str(source), font_paths=font_directories())
    assert rows(data, "report.pdf") == [*ROWS, (2000.0, "家", "goal")]


BOMB = docx("<w:p><w:r><w:t>" + "0" * 1000 + "</w:t></w:r></w:p>")
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
FETCHES = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "a.txt", "holds no text"),
        (b"  \n ", "a.txt", "holds no text"),
        (b"some words and \x00", "a.txt", "NUL"),
        ("增长5%".encode("shift_jis", "replace") + b"\xff\xfe\xfa", "a.txt", "neither UTF-8 nor GB18030"),
        (b"PK\x03\x04 broken", "a.docx", "broken"),
        (docx("", name="xl/workbook.xml"), "a.docx", "no DOCX"),
        (docx("<w:p>&b;</w:p>", LAUGHS), "a.docx", "declares entities"),
        (docx("<w:p>&a;</w:p>", FETCHES), "a.docx", "declares entities"),
        (docx("<w:p><w:r>"), "a.docx", "broken"),
        (docx("<w:p>" * 500 + "</w:p>" * 500), "a.docx", "within one another"),
        (docx("<w:p/>"), "a.docx", "holds no text"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 100, "a.doc", "old kind"),
    ],
    ids=range(12),
)
def test_what_cannot_be_read_says_why(tmp_path: Path, data: bytes, name: str, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(BadInput, match=says) as caught:
        read_document(path)
    assert str(path) in str(caught.value)
    assert all(problem.remedy for problem in caught.value.problems)


def test_a_broken_or_locked_pdf_says_so() -> None:
    pytest.importorskip("pypdfium2")
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    writer.encrypt("secret", algorithm="RC4-128")
    page = io.BytesIO()
    writer.write(page)
    for data, says in ((page.getvalue(), "encrypted"), (b"%PDF-1.7 nothing", "broken")):
        with pytest.raises(BadInput, match=says):
            document_of(data, "a.pdf")


def test_limits_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_docx, "LARGEST", 500)
    with pytest.raises(BadInput, match="when unpacked"):
        document_of(BOMB, "bomb.docx")
    monkeypatch.setattr(documents, "MOST_CHARACTERS", 100)
    with pytest.raises(BadInput, match="more than 100 characters"):
        document_of(TEXT.encode() * 9, "long.txt")
    monkeypatch.setattr(documents, "MOST_BYTES", 100)
    path = tmp_path / "large.txt"
    path.write_bytes(b"9" * 101)
    with pytest.raises(BadInput, match="is larger"):
        read_document(path)


@pytest.mark.parametrize(
    "page",
    [
        "<!--" * 100_000, "<" * 150_000, "<div>" * 50_000, '<a a="' * 100_000, "<![CDATA[" * 100_000,
        "</" * 80_000,
        "<?" * 80_000, "<script>" + "</" * 60_000, "&" * 150_000, "&#" * 80_000, "<!" + "<a>" * 100_000,
        "<p " * 60_000 + ">", "<svg>" * 50_000,
    ],
    ids=range(13),
)  # fmt: skip
def test_no_page_takes_long(page: str) -> None:
    began = time.process_time()
    document_of(page.encode(), "a.html")
    assert time.process_time() - began < 8


MALFORMED = st.binary(max_size=300) | st.builds(
    lambda head, tail, cut: (head + tail)[:cut],
    st.sampled_from(
        [
            b"PK\x03\x04",
            b"%PDF-1.7\n",
            b"<html>",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"\xd0\xcf\x11\xe0",
            BOMB,
            b"<?xml",
        ]
    ),
    st.binary(max_size=200),
    st.integers(0, 600),
)


@given(MALFORMED, st.sampled_from(["a.txt", "a.md", "a.html", "a.docx", "a.pdf", "a"]))
def test_malformed_input_is_a_text_or_an_error(data: bytes, name: str) -> None:
    pytest.importorskip("pypdfium2")
    try:
        text = document_of(data, name).text
    except BadInput as bad:
        text = "".join({problem.place for problem in bad.problems} - {name})
    candidates_of(text)
    assert isinstance(text, str)

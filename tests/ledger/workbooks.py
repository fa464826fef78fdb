"""Workbooks for tests: the least that Excel would open."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

#: Styles by their number: plain, a day, a day in Chinese, a number with a colour.
STYLES = ("General", "yyyy\\-mm\\-dd;@", 'yyyy"年"m"月"d"日"', "[Red]#,##0.00")


class Formula(str):
    """A formula without a value."""


class Dated(float):
    """A number that is shown as a day."""


class Fault(str):
    """An error of a formula."""


def _cell(reference: str, value: object) -> str:
    if isinstance(value, Formula):
        return f'<c r="{reference}"><f>{value}</f></c>'
    if isinstance(value, Fault):
        return f'<c r="{reference}" t="e"><v>{value}</v></c>'
    if isinstance(value, Dated):
        return f'<c r="{reference}" s="1"><v>{float(value):g}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value!r}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def write_workbook(
    path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], of_1904: bool = False, first_row: int = 1
) -> Path:
    """Write sheets by name, each as rows of cells; None leaves a cell out."""
    named = list(sheets)
    book = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(named, 1))
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(named) + 1)
    )
    own = "".join(
        f'<numFmt numFmtId="{164 + i}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for i, code in enumerate(STYLES)
    )
    styles = "".join(f'<xf numFmtId="{164 + i}"/>' for i in range(len(STYLES)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_SPACE}" xmlns:r="{_LINKS}"><workbookPr date1904="{int(of_1904)}"/>'
            f"<sheets>{book}</sheets></workbook>",
        )
        parts.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="x">{links}'
            f'<Relationship Id="s" Type="{_LINKS}/styles" Target="/xl/styles.xml"/></Relationships>',
        )
        parts.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{_SPACE}"><numFmts>{own}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>',
        )
        for i, rows in enumerate(sheets.values(), 1):
            text = "".join(
                f'<row r="{r}">'
                + "".join(_cell(f"{chr(65 + c)}{r}", v) for c, v in enumerate(row) if v is not None)
                + "</row>"
                for r, row in enumerate(rows, first_row)
            )
            parts.writestr(
                f"xl/worksheets/sheet{i}.xml",
                f'<worksheet xmlns="{_SPACE}"><sheetData>{text}</sheetData></worksheet>',
            )
    return path

"""A notebook on the site is read, never run: whatever stands in it is text, a table's words or a picture."""

import base64
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecasts.publish.site.notebooks import pieces_of
from forecasts.scenarios.seeds import Seeds
from tests.publish.conftest import science_city
from tests.publish.sites import built, facts_of, lay
from tests.publish.test_site import HOSTILE, Page

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>{EVIL}</svg>"
TABLE = f"<table><tr><th>a</th><th>b</th></tr><tr><td>1&lt;2</td><td>{EVIL}two</td></tr></table>"
SPEC = {"$schema": "x", "description": EVIL, "data": {"url": "https://example.org/x.csv"}, "mark": "bar"}


def output(**data: Any) -> dict[str, Any]:
    return {"output_type": "execute_result", "data": data}


def cells(text: str) -> list[dict[str, Any]]:
    return [
        {"cell_type": "markdown", "source": [f"# {text}\n", "\n", f"{text} <b>bold</b>"]},
        {"cell_type": "raw", "source": text},
        {
            "cell_type": "code",
            "source": text,
            "outputs": [
                {"output_type": "stream", "text": f"\x1b[31m{text}\x1b[0m"},
                {"output_type": "error", "traceback": [text], "evalue": text},
                output(**{"text/html": TABLE, "text/plain": text}),
                output(**{"text/html": f"<div>{text}{EVIL}</div>", "text/plain": text}),
                output(**{"image/svg+xml": SVG, "text/plain": text}),
                output(**{"application/vnd.vegalite.v6+json": SPEC, "text/html": EVIL}),
                output(**{"application/javascript": "alert(1)", "text/plain": text}),
                output(**{"image/png": "no base64 <", "text/plain": text}),
            ],
        },
    ]


def written(folder: Path, content: Any) -> Path:
    path = folder / "notebook.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_nothing_of_a_notebook_is_markup(tmp_path: Path, seeds: Seeds) -> None:
    run = lay(science_city()[:1], tmp_path / "runs", "brief", "2023-09-06")
    [job] = (run / "jobs").iterdir()
    written(job, {"cells": [cell for text in (*HOSTILE, EVIL) for cell in cells(text)]})
    built(facts_of([run], seeds), tmp_path / "site")
    for folder in ("notebooks", "en/notebooks"):
        content = (tmp_path / "site" / folder / "brief" / "2023-09-06" / f"{job.name}.html").read_bytes()
        page = Page(content)
        assert page.handlers == []
        assert all(s.get("src") or s.get("type") == "application/json" for s in page.scripts)
        assert all(
            link.startswith("data:image/") for link in page.links if "data:" in link and link != "data:,"
        )
        assert page.tags.count("img") == len(HOSTILE) + 1, "the pictures, and no other"
        told = " ".join(page.text)
        assert EVIL in told
        assert "1<2" in told
        assert not [link for link in page.links if "javascript:" in link]


def test_a_table_gives_its_words_and_a_picture_stands_in_its_address(tmp_path: Path) -> None:
    pieces = pieces_of(written(tmp_path, {"cells": cells("text")}))
    [table] = [piece.table for piece in pieces if piece.table is not None]
    assert [[cell.text for cell in row] for row in table.rows] == [["1<2", "alert(1)two"]]
    [picture] = [piece.source for piece in pieces if piece.kind == "picture"]
    kind, _, content = picture.partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(content).decode() == SVG
    assert [piece.kind for piece in pieces][:3] == ["heading", "words", "words"]


KEYS = (
    "cells", "cell_type", "code", "source", "outputs", "output_type", "data", "text", "text/html",
    "image/png", "application/vnd.vegalite.v5+json", "traceback",
)  # fmt: skip
leaves = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(anything)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_it_has_parts_or_none(tmp_path: Path, content: Any) -> None:
    for held in (content, {"cells": content}, {"cells": [{"cell_type": "code", "outputs": content}]}):
        assert isinstance(pieces_of(written(tmp_path, held)), tuple)

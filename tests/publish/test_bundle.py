"""The script of the charts is put together once a machine, and never trusted if it is not whole."""

from collections.abc import Callable
from pathlib import Path

import pytest
import vl_convert

from forecasts.publish import bundle

#: What is put together here, in no time.
MADE = "made('</script>')"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str | None]:
    """What had to be put together, in an empty folder of caches."""
    asked: list[str | None] = []

    def put_together(snippet: str | None) -> str:
        asked.append(snippet)
        return f"{MADE}{snippet}"

    monkeypatch.setattr(bundle, "_kept_at", lambda snippet: tmp_path / "in" / f"{snippet}")
    monkeypatch.setattr(vl_convert, "javascript_bundle", put_together)
    return asked


def program(snippet: str | None) -> str:
    """Return the script, as a new process would."""
    return bundle.program.__wrapped__(snippet)


def test_it_is_put_together_once_for_each_snippet(made: list[str | None]) -> None:
    for snippet in (None, "draw()", None, "draw()"):
        assert program(snippet) == rf"made('<\/script>'){snippet}"
    assert made == [None, "draw()"]


@pytest.mark.parametrize("change", [lambda kept: kept[:-1], lambda kept: b"", lambda kept: b"x" + kept])
def test_what_is_not_whole_is_put_together_anew(
    made: list[str | None], tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    first = program("draw()")
    [kept] = (tmp_path / "in").iterdir()
    kept.write_bytes(change(kept.read_bytes()))
    assert program("draw()") == first == program("draw()")
    assert made == ["draw()"] * 2


def test_where_nothing_can_be_kept_it_is_there_all_the_same(made: list[str | None], tmp_path: Path) -> None:
    (tmp_path / "in").write_text("a file in the place of the folder")
    assert program("draw()") == program("draw()")
    assert len(made) == 2


def test_another_version_or_snippet_is_kept_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    places = {bundle._kept_at(snippet) for snippet in (None, "", "None", "draw()")}
    monkeypatch.setattr(bundle, "version", lambda name: "0.0")
    places |= {bundle._kept_at(None)}
    assert len(places) == 5

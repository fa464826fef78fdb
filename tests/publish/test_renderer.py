"""The renderer serves whoever asks, says what went wrong, comes back when it dies and leaves nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import Maker

from forecasts.attainment.result import Attainment
from forecasts.publish import drawing, elsewhere, rendering
from forecasts.publish.charts import fan_chart, pace_chart
from forecasts.publish.combine import write_brief
from forecasts.publish.drawing import svg_of, to_spec
from forecasts.publish.elsewhere import RENDERER, drawn_elsewhere
from forecasts.publish.rendering import Renderer, RenderingFailed
from forecasts.publish.save import RESULT, save
from forecasts.publish.words import Words

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs sockets with a name")


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as found:
        yield found


def spec(number: int = 1) -> str:
    """Return a small chart, another one for every number."""
    return json.dumps(
        {"data": {"values": [{"x": number}]}, "mark": "point", "encoding": {"x": {"field": "x"}}}
    )


def until(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def lives(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_drawing_is_the_one_that_would_be_made_here(renderer: Renderer, make: Maker, words: Words) -> None:
    rare = make(names=("綦江璧山涪陵鹬蚌企业 Łódź CO₂", "Łódź firms CO₂"))
    for chart in (fan_chart(make(), words), pace_chart(make(), words), fan_chart(rare, words)):
        assert chart is not None
        svg_of.cache_clear()
        assert renderer.svg(to_spec(chart)) == svg_of(to_spec(chart))


def test_a_brief_is_the_one_that_would_be_made_here(
    renderer: Renderer, city: list[Attainment], templates: Path, tmp_path: Path
) -> None:
    folders = [tmp_path / str(number) for number in range(len(city))]
    for folder, result in zip(folders, city, strict=True):
        save(result, folder, "zh")
    failures = [("patents", "baseline", "stopped")]
    there, here = tmp_path / "there", tmp_path / "here"
    files = renderer.brief(folders, failures, "zh", templates, there, "标题", ["曾经如此。"])
    made = write_brief(city, failures, "zh", templates, here, "标题", ["曾经如此。"])
    assert [path.parent for path in files] == [there, there]
    assert [path.name for path in files] == [path.name for path in made] == ["brief.zh.pdf", "brief.zh.html"]
    assert [path.read_bytes() for path in files] == [path.read_bytes() for path in made]


def test_a_fault_comes_back_and_the_renderer_goes_on(
    renderer: Renderer, templates: Path, tmp_path: Path
) -> None:
    pid = renderer.pid
    with pytest.raises(RenderingFailed, match=r"^\w+: "):
        renderer.svg("{")
    with pytest.raises(FileNotFoundError, match=RESULT):
        renderer.brief([tmp_path / "none"], [], "zh", templates, tmp_path)
    with pytest.raises(RenderingFailed, match="needs a result or a failure"):
        renderer.brief([], [], "zh", templates, tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "brief.typ").write_text("#panic()", encoding="utf-8")
    with pytest.raises(RenderingFailed, match="panicked"):
        renderer.brief([], [("a", "b", "c")], "zh", tmp_path / "templates", tmp_path)
    assert "<svg" in renderer.svg(spec())
    assert renderer.pid == pid


def test_nonsense_at_its_door_does_not_end_it(renderer: Renderer) -> None:
    pid = renderer.pid
    for said in (b"", b"{", b"[]", b'{"ask": "nothing"}', b"\xff\xfe"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as there:
            there.connect(renderer.address)
            there.sendall(said)
    assert "<svg" in renderer.svg(spec())
    assert renderer.pid == pid


def test_many_ask_at_the_same_time(renderer: Renderer) -> None:
    with ThreadPoolExecutor(8) as many:
        found = list(many.map(lambda number: renderer.svg(spec(number)), range(40)))
    assert all("<svg" in svg for svg in found)
    assert len(set(found)) == 40


def test_whoever_is_told_of_it_has_it_draw(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RENDERER, renderer.address)
    monkeypatch.setattr(drawing, "_drawn", lambda spec: pytest.fail("drawn here"))
    svg_of.cache_clear()
    assert "<svg" in svg_of(spec(2))


def test_where_nobody_answers_it_is_drawn_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "PATIENCE", 0.2)
    monkeypatch.setenv(RENDERER, str(tmp_path / "nobody"))
    svg_of.cache_clear()
    assert "<svg" in svg_of(spec(3))


def test_what_cannot_be_drawn_says_so_where_it_is_asked(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RENDERER, renderer.address)
    svg_of.cache_clear()
    with pytest.raises(ValueError, match=r"JSON|EOF|spec"):
        svg_of("{")


def test_it_comes_back_when_it_dies(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RENDERER, renderer.address)
    for number, sign in enumerate((signal.SIGKILL, signal.SIGTERM)):
        renderer.svg(spec())
        assert renderer.pid is not None
        old = renderer.pid
        os.kill(old, sign)
        assert "<svg" in renderer.svg(spec(100 + number))
        assert until(lambda old=old: renderer.pid != old)
        assert drawn_elsewhere(spec(200 + number)) is not None
        assert not lives(old)


def test_a_request_that_hangs_is_asked_once_more_and_then_told(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    renderer.svg(spec())
    assert renderer.pid is not None
    old = renderer.pid
    monkeypatch.setattr(rendering, "REPLY", 3.0)
    monkeypatch.setattr(rendering, "START", 120.0)  # a machine that others use
    os.kill(old, signal.SIGSTOP)
    assert "<svg" in renderer.svg(spec(300))
    assert not lives(old)


def test_one_that_only_dies_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "YOUNG", 60.0)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Renderer() as found, pytest.raises(RenderingFailed, match="ended"):
        found.svg(spec())


@pytest.mark.parametrize("briefs", [True, False])
def test_nothing_is_left_of_it(briefs: bool) -> None:
    with Renderer(briefs) as found:
        found.svg(spec())
        pid, folder = found.pid, Path(found.address).parent
        assert folder.stat().st_mode & 0o077 == 0, "nobody else may enter"
    assert pid is not None
    assert not lives(pid)
    assert not folder.exists()


OWNER = """
import sys, time
from forecasts.publish.rendering import Renderer
with Renderer() as renderer:
    renderer.svg('{"mark": "point", "data": {"values": [{}]}}')
    print(renderer.pid, renderer.address, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_its_owner_however_that_ends(sign: signal.Signals) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid, address = owner.stdout.readline().split()
    owner.send_signal(sign)
    owner.wait()
    owner.stdout.close()
    assert until(lambda: not lives(int(pid)), 5.0)
    assert until(lambda: not Path(address).parent.exists(), 5.0)


def test_asking_is_light() -> None:
    heavy = ["altair", "vl_convert", "typst", "pandas", "numpy", "jinja2"]
    code = f"import sys, forecasts.publish.rendering; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_sockets_it_draws_here(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_UNIX")
    with Renderer() as found:
        assert found.address == ""
        assert found.pid is None
        assert "<svg" in found.svg(spec(4))
        with pytest.raises(RenderingFailed):
            found.svg("{")


#: A renderer that is slow to write its font, and slow to leave.
SLOW = """
import shutil, sys, time
from forecasts.publish import drawing, renderer
remove = shutil.rmtree
def register(folder):
    folder.mkdir()
    time.sleep(0.5)
    (folder / "common.otf").write_bytes(b"")
drawing.register_common = register
shutil.rmtree = lambda *given, **named: (remove(*given, **named), time.sleep(1))
renderer.main()
"""


def test_an_owner_that_leaves_while_fonts_are_prepared_is_followed_without_a_word() -> None:
    with tempfile.TemporaryDirectory(prefix="r-", dir=elsewhere.room_for_sockets()) as name:
        folder = Path(name) / "lies"  # as it is removed, too
        folder.mkdir()
        words = [sys.executable, "-c", SLOW, str(folder / "socket")]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert until((folder / "fonts").exists)
            assert process.communicate(timeout=60) == (None, b"")
        assert process.returncode == 0
        assert not folder.exists()

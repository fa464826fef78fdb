"""A kernel that says nothing when it begins is waited for while it lives, and no longer than it may take."""

import asyncio
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import papermill
import pytest
import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from nbclient.exceptions import DeadKernelError

from forecasts.batch.kernels.execution import WarmClient
from forecasts.batch.kernels.families import can_fork
from tests.batch.night import notebook


def heard(says: Any, alive: bool, patience: float, when_asked: bool = False) -> Any:
    """Return what is heard of a kernel that says something in so many seconds; None: never, or when asked."""
    was_asked = threading.Event()

    async def get_msg(timeout: None) -> str:
        while when_asked and not was_asked.is_set():
            await asyncio.sleep(0.05)
        await asyncio.sleep(3600 if says is None else says)
        return "I listen"

    async def is_alive() -> bool:
        return alive

    kernel = SimpleNamespace(km=SimpleNamespace(is_alive=is_alive), startup_timeout=patience)
    return asyncio.run(WarmClient._heard(kernel, SimpleNamespace(get_msg=get_msg), was_asked.set))  # type: ignore[arg-type]


@pytest.mark.parametrize("seconds", [0.0, 0.5])
def test_what_it_says_is_heard(seconds: float) -> None:
    assert heard(seconds, alive=True, patience=60) == "I listen"


def test_one_that_died_is_not_waited_for() -> None:
    begun = time.monotonic()
    with pytest.raises(DeadKernelError):
        heard(None, alive=False, patience=60)
    assert time.monotonic() - begun < 10


def test_one_that_lives_and_is_silent_is_waited_for_no_longer_than_told() -> None:
    with pytest.raises(TimeoutError, match="nothing for 1 s"):
        heard(None, alive=True, patience=1)


def test_one_that_says_something_when_it_is_asked_again_is_asked() -> None:
    assert heard(0.0, alive=True, patience=60, when_asked=True) == "I listen"


@pytest.mark.slow
@pytest.mark.skipif(not can_fork(), reason="warm kernels are needed, which this system lacks")
def test_a_kernel_whose_first_words_were_lost_runs_its_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = AsyncKernelClient.start_channels

    def deaf_at_first(client: Any, *given: Any, **named: Any) -> None:
        start(client, *given, **named)
        published = client.iopub_channel.socket
        published.setsockopt(zmq.UNSUBSCRIBE, b"")
        asyncio.get_running_loop().call_later(0.7, published.setsockopt, zmq.SUBSCRIBE, b"")

    monkeypatch.setattr(AsyncKernelClient, "start_channels", deaf_at_first)
    book = notebook(tmp_path / "book.ipynb", "print(n + 1)")
    done = papermill.execute_notebook(
        str(book),
        str(tmp_path / "out.ipynb"),
        {"n": 41},
        engine_name="warm",
        start_timeout=20,
        progress_bar=False,
    )
    assert done.cells[-1].outputs[0].text == "42\n"

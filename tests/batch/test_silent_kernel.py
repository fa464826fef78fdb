"""A kernel that says nothing when it begins is waited for while it lives, and no longer than it may take."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from nbclient.exceptions import DeadKernelError

from forecasts.batch.kernels.execution import WarmClient


def heard(says: Any, alive: bool, patience: float) -> Any:
    """Return what is heard of a kernel that says something in so many seconds; None: never."""

    async def get_msg(timeout: None) -> str:
        await asyncio.sleep(3600 if says is None else says)
        return "I listen"

    async def is_alive() -> bool:
        return alive

    kernel = SimpleNamespace(km=SimpleNamespace(is_alive=is_alive), startup_timeout=patience)
    return asyncio.run(WarmClient._heard(kernel, SimpleNamespace(get_msg=get_msg)))  # type: ignore[arg-type]


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

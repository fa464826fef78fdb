"""How a notebook is executed on a warm kernel.

In a run of ours the mother is there already. Elsewhere (``papermill --engine warm``, or a loop of one's own
over ``papermill.execute_notebook``) the first notebook starts one, which serves the process's others.
"""

import asyncio
import atexit
import os
import time
import uuid
from collections.abc import Callable
from typing import Any

from jupyter_core.utils import run_sync
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine

from forecasts.batch.kernels.families import can_fork

#: Characters of output that one notebook may have: a brief is read by people.
MOST_OUTPUT = 30_000_000

#: Seconds between two savings of a notebook that is being executed.
SAVED_EVERY = 2.0

#: Seconds between two looks whether a kernel that has said nothing yet is alive.
LOOK = 0.2

#: Seconds of silence after which a kernel that begins is asked again: what it publishes before it knows of
#: whoever listens is lost.
AGAIN = 1.0

#: The name of this interpreter's own kernel.
OWN = "python3"


class TooMuchOutput(Exception):
    """A notebook prints more than a notebook file should hold."""


class WarmClient(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, for kernels that listen from the start, within bounds of output."""

    printed = 0

    async def async_start_new_kernel_client(self) -> Any:
        """Connect; the kernel need not be asked again and again whether it listens already."""
        self.kc = self.km.client()
        self.kc.start_channels()
        try:
            asked = {self.kc.kernel_info()}

            def ask() -> None:
                asked.add(self.kc.kernel_info())

            self.kc._handle_kernel_info_reply(await self._heard(self.kc.shell_channel, ask))
            while True:  # what belongs to this question is not the first cell's
                told = await self._heard(self.kc.iopub_channel, ask)
                idle = told["content"].get("execution_state") == "idle"
                if idle and told["parent_header"].get("msg_id") in asked:
                    break
        except Exception:
            await self._async_cleanup_kernel()
            raise
        self.kc.allow_stdin = False
        return self.kc

    async def _heard(self, channel: Any, ask: Callable[[], None]) -> Any:
        """Return the next message of a kernel that begins; of one that has died there will be none.

        Parameters
        ----------
        ask : callable
            Asks it to say something, in case that what it said was missed.

        Raises
        ------
        DeadKernelError
            If it has died.
        TimeoutError
            If it says nothing for too long.
        """
        hearing = asyncio.ensure_future(channel.get_msg(timeout=None))
        end, again = time.monotonic() + self.startup_timeout, time.monotonic() + AGAIN
        try:
            while not (await asyncio.wait({hearing}, timeout=LOOK))[0]:
                if not await self.km.is_alive():
                    raise DeadKernelError("the kernel died before its notebook began")
                if time.monotonic() > end:
                    raise TimeoutError(f"the kernel said nothing for {self.startup_timeout} s")
                if time.monotonic() > again:
                    ask()
                    again += AGAIN
            return hearing.result()
        finally:
            hearing.cancel()

    start_new_kernel_client = run_sync(async_start_new_kernel_client)  # what is called by who is not async

    def process_message(self, msg: Any, *args: Any, **kwargs: Any) -> Any:
        """Take up what a cell shows, as long as it is not too much."""
        content = msg.get("content", {})
        if msg["msg_type"] == "stream":
            self.printed += len(content.get("text", ""))
        elif "data" in content:
            self.printed += sum(len(str(value)) for value in content["data"].values())
        if self.printed > MOST_OUTPUT:
            raise TooMuchOutput(f"the notebook has printed more than {MOST_OUTPUT:,} characters")
        return super().process_message(msg, *args, **kwargs)


class Execution(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine, with another kernel under it."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        budget: float | None = None,
        **kwargs: Any,
    ) -> Any:
        """Execute the notebook's cells; see papermill for the parameters.

        Parameters
        ----------
        budget : float, optional
            Seconds that the notebook as a whole may take, its kernel's start aside.
        """
        from papermill.engines import logger, merge_kwargs, remove_args

        rest = remove_args(["input_path", "timeout", "startup_timeout"], **kwargs)
        given = merge_kwargs(
            {"shutdown_kernel": "immediate", **rest},
            timeout=execution_timeout or kwargs.get("timeout"),
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            log=logger,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
        )
        if budget is not None:
            end = time.monotonic() + budget
            given["timeout_func"] = lambda cell: max(1, round(end - time.monotonic()))
        _save_now_and_then(nb_man)
        manager = warm_manager(kernel_name)
        if manager is None:
            return PapermillNotebookClient(nb_man, **given).execute()
        return WarmClient(nb_man, km=manager, **given).execute(cleanup_kc=True)


def _save_now_and_then(nb_man: Any) -> None:
    """Save the notebook every few seconds and at its end, not twice a cell."""
    save: Callable[..., None] = nb_man.save
    last = time.monotonic()

    def saved(**kwargs: Any) -> None:
        nonlocal last
        if nb_man.end_time is not None or time.monotonic() - last >= SAVED_EVERY:
            save(**kwargs)
            last = time.monotonic()

    nb_man.save = saved


def warm_manager(kernel_name: str) -> Any:
    """Return a manager of a warm kernel; None where there can be none: another program's, or without fork."""
    if kernel_name != OWN or not can_fork():
        return None
    from jupyter_client.manager import AsyncKernelManager

    from forecasts.batch.kernels.provisioner import WarmProvisioner

    socket_path, kernel = _socket(), uuid.uuid4().hex
    # Sockets with names beside the mother's: no port can be taken by somebody else, nor be reached by him.
    beside = os.path.join(os.path.dirname(socket_path), kernel)
    manager = AsyncKernelManager(
        kernel_name=kernel_name, transport="ipc", ip=beside, connection_file=f"{beside}.json"
    )
    manager.kernel_id = kernel
    manager.provisioner = WarmProvisioner(kernel_id=kernel, kernel_spec=_own_spec(), parent=manager)
    manager.provisioner.socket_path = socket_path
    return manager


def _own_spec() -> Any:
    """Return the specification of this interpreter's kernel: no file need name it."""
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec

    return KernelSpec(resource_dir="", **get_kernel_dict())


_MOTHERS: dict[int, Any] = {}


def _socket() -> str:
    """Return the socket of the mother that serves this process."""
    from forecasts.batch.kernels.client import SOCKET, Mother

    if path := os.environ.get(SOCKET):
        return path
    if (mother := _MOTHERS.get(os.getpid())) is None or not mother.alive:
        mother = _MOTHERS[os.getpid()] = Mother()
        mother.order()
        mother.start()
        mother.ready()
        atexit.register(mother.__exit__, None, None, None)
    return str(mother.socket)

"""How Jupyter gets a warm kernel: a provisioner whose process is a fork of the mother."""

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from forecasts.batch.kernels.client import LOG, MEMORY, Child, MotherLost


class Forked:
    """What `LocalProvisioner` needs of a `subprocess.Popen`, for a child of the mother."""

    stdin = stdout = stderr = None

    def __init__(self, socket_path: str, request: dict[str, Any]) -> None:
        self.child = Child(socket_path, request)
        self.pid = self.child.pid
        self.returncode: int | None = None
        told = self.child.hear()
        if told is None or "exit" in told:
            self._ended(told)

    def _ended(self, told: Any) -> None:
        self.returncode = int(told["exit"]) if told else -signal.SIGKILL
        self.child.close()

    def poll(self) -> int | None:
        """Return how it ended; None while it lives."""
        return self._heard(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        ended = self._heard(timeout)
        if ended is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0.0)
        return ended

    def _heard(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            with suppress(TimeoutError, BlockingIOError):
                self._ended(self.child.hear(timeout))
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it lives."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class WarmProvisioner(LocalProvisioner):
    """Gives kernels that the mother has forked; all else is as for a kernel on this machine."""

    socket_path = ""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Have a kernel forked in place of starting a command."""
        env = dict(kwargs.get("env") or os.environ)
        memory = env.get(MEMORY)
        request = {
            "do": "kernel",
            "argv": ["ipykernel_launcher", *cmd[cmd.index("-f") :]],
            "cwd": str(kwargs.get("cwd") or os.getcwd()),
            "env": env,
            "memory": int(memory) if memory else None,
            "log": env.get(LOG),
        }
        try:
            forked = Forked(self.socket_path, request)
        except MotherLost as lost:
            raise RuntimeError(f"no warm kernel: {lost}") from lost
        self.process = cast("subprocess.Popen[Any]", forked)
        self.pid = self.pgid = forked.pid
        self.cwd = kwargs.get("cwd")
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and see it gone: the manager's own look comes only after 100 ms."""
        await super().kill(restart)
        for _ in range(500):
            if self.process is None or self.process.poll() is not None:
                break
            await asyncio.sleep(0.002)

    async def wait(self) -> int | None:
        """Wait until the kernel is gone."""
        while self.process is not None and self.process.poll() is None:
            await asyncio.sleep(0.005)
        ended = self.process.wait() if self.process is not None else 0
        self.process = None
        return ended

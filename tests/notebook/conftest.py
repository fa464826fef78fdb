"""A JupyterLab for the tests of this wing."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that serves a copy of the project."""

    address: str
    house: Path

    def run_all(self, page: Any, notebook: str) -> None:
        """Open a notebook in a page and run all of its cells."""
        page.goto(f"{self.address}/lab/tree/notebooks/{notebook}?reset")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        page.wait_for_timeout(3_000)  # JupyterLab says idle before the notebook has its kernel
        if page.locator(".jp-Dialog .jp-mod-accept").count():
            page.click(".jp-Dialog .jp-mod-accept")
        page.wait_for_selector('#jp-main-statusbar :text("Idle")', timeout=60_000)
        page.click('.lm-MenuBar-itemLabel:text-is("Run")')
        page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')


@contextmanager
def served(house: Path, folder: Path) -> Iterator[Lab]:
    """Serve a project in JupyterLab, with settings and a log in a folder of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR")}
    options = (
        "--no-browser", f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=",
        "--ServerApp.ip=127.0.0.1", "--ServerApp.allow_root=True", f"--ServerApp.root_dir={house}",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}", "--LabApp.news_url=",
    )  # fmt: skip
    command = [sys.executable, "-m", "jupyterlab", *options]
    with (folder / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env={**os.environ, **own}, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api")
        yield Lab(address, house)
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def lab(copy_house: Callable[[], Path], tmp_path: Path) -> Iterator[Lab]:
    """Serve a copy of the project in JupyterLab with settings of its own."""
    with served(copy_house(), tmp_path) as lab:
        yield lab


def wait_for(address: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)

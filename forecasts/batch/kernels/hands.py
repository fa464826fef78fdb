"""Hands: processes that have papermill run notebook after notebook, each notebook on a kernel of its own."""

import json
import os
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from forecasts.batch.kernels.client import Child, MotherLost
from forecasts.publish.elsewhere import whole_of

#: Notebooks after which a hand makes room for a new one: what papermill or a library leaves behind goes, too.
ORDERS = 100


class HandLost(Exception):
    """The process has died before it told what became of a notebook."""


@dataclass
class Hand:
    """One such process, for as long as this end of its line is held."""

    child: Child
    address: str
    orders: int = 0

    def work(self, message: Mapping[str, Any], timeout: float) -> Mapping[str, str]:
        """Give an order; return what became of it.

        Raises
        ------
        TimeoutError
            If nothing is told in time.
        HandLost
            If the process has died.
        """
        self.orders += 1
        try:
            with socket.socket(socket.AF_UNIX) as there:
                there.settimeout(timeout)
                there.connect(self.address)
                there.sendall(json.dumps(message).encode())
                there.shutdown(socket.SHUT_WR)
                told: Mapping[str, str] = json.loads(whole_of(there))
                return told
        except TimeoutError:
            raise
        except (OSError, ValueError) as error:
            raise HandLost(self._end()) from error

    def _end(self) -> str:
        """Say how the process ended."""
        try:
            told = self.child.hear(5)
        except TimeoutError:
            told = None
        return str(told["exit"]) if told else ""

    def close(self) -> None:
        """Let go: the process ends, with the kernel that it has."""
        self.child.close()


@dataclass
class Hands:
    """The hands of one mother: one is taken for a notebook, and given back if all is well."""

    root: str
    idle: list[Hand] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    numbers: "count[int]" = field(default_factory=count)

    def take(self, mother: str, env: Mapping[str, str], fresh: bool) -> Hand:
        """Return a hand that is free.

        Parameters
        ----------
        mother : str
            Her socket.
        env : mapping
            The environment of a new hand.
        fresh : bool
            Whether it must be new: one was just lost, and others may be.

        Raises
        ------
        MotherLost
            If none can be had.
        """
        with self.lock:
            if fresh:
                self.drop()
            if self.idle:
                return self.idle.pop()
            address = f"{mother}.hand{next(self.numbers)}"
        child = Child(mother, {"do": "hand", "cwd": self.root, "env": dict(env), "address": address})
        told = child.hear(60)
        if told is None or "exit" in told:
            child.close()
            raise MotherLost("a process died before it could work")
        return Hand(child, address)

    def give_back(self, hand: Hand) -> None:
        """Take a hand back for the next notebook, unless it has done enough."""
        if hand.orders >= ORDERS:
            hand.close()
            os.unlink(hand.address)
        else:
            with self.lock:
                self.idle.append(hand)

    def drop(self) -> None:
        """Let go of those that are free."""
        while self.idle:
            self.idle.pop().close()

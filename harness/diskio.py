# SPDX-License-Identifier: GPL-2.0-only
"""Boots the base kernel with the guest program diskio, and takes steps."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import TypeVar

from . import exerciser
from .guest import Guest
from .paths import LOGS
from .qemu import Disk

T = TypeVar("T")

# Seconds for one step.
STEP_LIMIT = 600


def settled(look: Callable[[], T]) -> T:
    """Returns what look() returns twice in a row: kupdated may have the disk
    work at any time."""
    before, now = None, look()
    while before != now:
        before, now = now, look()
    return now


class Session:
    """The guest program diskio, one step at a time."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.seen = 0

    def send(self, text: str) -> None:
        """Starts a step."""
        self.seen = len(self.guest.lines)
        self.guest.type(text + "\n")

    def answer(self, word: str) -> int | str:
        """Waits for a step's end; returns its value, or the error's text."""
        start = f"diskio: {word} "
        line = self.guest.wait_for(lambda x: x.startswith(start), STEP_LIMIT,
                                   self.seen)
        if line is None:
            raise AssertionError("no answer:\n" +
                                 "\n".join(self.guest.lines[-30:]))
        rest = line.removeprefix(start)
        return (rest.removeprefix("error ") if rest.startswith("error ")
                else int(rest))

    def step(self, text: str) -> int | str:
        """Takes a step; returns what answer() does."""
        self.send(text)
        return self.answer(text.split()[0])

    def count(self, name: str) -> int:
        """Returns a value of /proc/vmstat."""
        value = self.step(f"count {name}")
        assert isinstance(value, int)
        return value

    def counts(self, *names: str) -> list[int]:
        """Returns values of /proc/vmstat that held at one time."""
        return settled(lambda: [self.count(name) for name in names])

    def log(self) -> str:
        """Returns the console's text."""
        return "\n".join(self.guest.lines)


@contextmanager
def session(name: str, disks: tuple[Disk, ...] = (), append: str = "",
            extra: tuple[str, ...] = (), memory: int = 256):
    """Boots the base kernel with diskio; the end must be a clean one."""
    machine = exerciser.machine("base", "/bin/diskio", disks, memory, extra)
    if append:
        machine = machine.__class__(
            machine.kernel, f"{append} {machine.append}", machine.disks,
            memory, extra=extra)
    with Guest(machine, LOGS / f"diskio-{name}.log") as guest:
        s = Session(guest)
        assert s.answer("ready") == 0
        yield s
        guest.type("quit\n")
        status = guest.wait(STEP_LIMIT)
        assert status is not None, "no power-off"
        assert guest.failure(status) == ""

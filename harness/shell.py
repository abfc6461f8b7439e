# SPDX-License-Identifier: GPL-2.0-only
"""
A person at the guest's serial terminal: types, and reads what appears, byte
by byte, for what is on the screen need not be a whole line.
"""

import re
import time

from .guest import Guest

PROMPT = "guest# "
# busybox asks the terminal for its cursor once it is in raw mode.
ASKS, ASKED = "\033[6n", "\0\0\0\0"
LIMIT = 600  # seconds; then it hangs
# What stty says; a longer line would be wrapped by the shell's editor.
COLUMNS = 160
END = '; echo "<$?"">"'


class ShellError(AssertionError):
    """What should have appeared did not."""


class Shell:
    """The shell of `init=/init -- sh`. Everything up to self.at was read."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.at = 0

    def screen(self) -> str:
        """Returns what has appeared since the last thing that was expected,
        with the cursor's question to the terminal left out."""
        raw = self.guest.log.read_bytes()[self.at:]
        return raw.decode("latin-1").replace(ASKS, ASKED)

    def expect(self, pattern: str, limit: float = LIMIT) -> re.Match[str]:
        """Waits until the regular expression matches what appears, and goes
        on behind it. Raises ShellError."""
        deadline = time.monotonic() + limit
        while not (m := re.search(pattern, text := self.screen(), re.S)):
            if self.guest.process.poll() is not None or \
                    time.monotonic() > deadline:
                raise ShellError(f"no {pattern!r} (log: {self.guest.log}), "
                                 f"but:\n{text[-2000:]}")
            time.sleep(0.02)
        self.at += m.end()
        return m

    def prompt(self) -> None:
        """Waits for the shell to ask for the next command."""
        self.expect(PROMPT)

    def type(self, text: str) -> None:
        """Types; "\\n" is Enter, "\\3" C-c."""
        self.guest.type(text)

    def press(self, key: str, pattern: str) -> re.Match[str]:
        """Presses a key until the pattern appears: what is to get it may not
        have the terminal yet."""
        for _ in range(LIMIT):
            self.type(key)
            try:
                return self.expect(pattern, 1)
            except ShellError:
                continue
        return self.expect(pattern, 0)

    def run(self, command: str, limit: float = LIMIT) -> tuple[int, str]:
        """Has a command executed, at the prompt, and waits for the next one;
        returns its status and its output."""
        assert len(PROMPT + command + END) < COLUMNS, command
        self.type(command + END + "\n")
        m = self.expect(r'"<\$\?"">"\r*\n(.*?)<(\d+)>\r*\n', limit)
        self.prompt()
        return int(m[2]), clean(m[1])

    def out(self, command: str, limit: float = LIMIT) -> str:
        """The output of a command that must succeed."""
        status, text = self.run(command, limit)
        if status:
            raise ShellError(f"{command}: status {status}\n{text}")
        return text


def clean(text: str) -> str:
    """Returns text as a program wrote it, not as the terminal showed it."""
    return text.replace("\r", "").replace("\0", "")

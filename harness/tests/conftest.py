# SPDX-License-Identifier: GPL-2.0-only
"""
The boots behind the boot tests. Which kernels and machines are needed is known
once pytest has selected its tests; they boot in the background, as many at a
time as there are processors, and each test waits for its own result.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
if str(TOP) not in sys.path:
    sys.path.insert(0, str(TOP))

from harness import series, selftests  # noqa: E402
from harness.boot import SelftestBoot  # noqa: E402
from harness.errors import UserError  # noqa: E402
from harness.machines import profile  # noqa: E402
from harness.paths import LOGS, REPORTS, vmlinux  # noqa: E402
from harness.qemu import accelerator, require_qemu  # noqa: E402

# One guest a processor, whoever starts it.
GUESTS = threading.Semaphore(os.cpu_count() or 1)
TREES = ("base", "patched", "patched-debug")


def series_numbers() -> list[int]:
    """Returns the numbers of the series' patches."""
    return series.series().numbers()


class Boots:
    """All background boots of a session, by (tree, machine)."""

    def __init__(self) -> None:
        self.wanted: dict[tuple[str, str], list[selftests.Selftest]] = {}
        self.boots: dict[tuple[str, str], SelftestBoot] = {}
        self.lock = threading.Lock()

    def want(self, tree: str, test: selftests.Selftest) -> None:
        """Notes that a selected test needs this boot."""
        self.wanted.setdefault((tree, test.machine), []).append(test)

    def get(self, tree: str, machine: str) -> SelftestBoot:
        """Returns a boot; the first call starts them all."""
        with self.lock:
            if not self.boots:
                self._start()
        return self.boots[tree, machine]

    def _start(self) -> None:
        for (tree, machine), tests in self.wanted.items():
            self.boots[tree, machine] = SelftestBoot(
                f"{tree}-{machine}", vmlinux(tree), profile(machine), tests)
        for _ in range(os.cpu_count() or 1):
            threading.Thread(target=self._work, daemon=True).start()
        self.queue = list(self.boots.values())

    def _work(self) -> None:
        while True:
            with self.lock:
                if not self.queue:
                    return
                boot = self.queue.pop(0)
            with GUESTS:
                boot.run()


def pytest_configure(config: pytest.Config) -> None:
    """Registers what the tests use."""
    config.boots = Boots()
    config.addinivalue_line("markers", "boot(tree): boots that kernel")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Base before patched, so that the first results come from the first
    boot."""
    items.sort(key=lambda i: TREES.index(i.callspec.params["tree"])
               if hasattr(i, "callspec") and "tree" in i.callspec.params
               else -1 if "/unit/" in str(i.path) else 9)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tells the boots which selftests were selected."""
    for item in session.items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if "tree" in params and "selftest" in params:
            session.config.boots.want(params["tree"], params["selftest"])


def pytest_report_header() -> list[str]:
    """Says which accelerator is used and where the logs are."""
    try:
        return [f"guests: {accelerator()}, logs: {LOGS}"]
    except UserError as e:
        return [str(e)]


@pytest.fixture(scope="session")
def boots(request: pytest.FixtureRequest) -> Boots:
    """The background boots."""
    try:
        require_qemu()
    except UserError as e:
        pytest.exit(str(e), returncode=1)
    return request.config.boots


@pytest.fixture
def guest_slot():
    """Waits until another guest may run."""
    with GUESTS:
        yield


@pytest.fixture
def kernel(request: pytest.FixtureRequest) -> Path:
    """The patched kernel, or what the mark boot names."""
    mark = request.node.get_closest_marker("boot")
    path = vmlinux(mark.args[0] if mark else "patched")
    if not path.exists():
        pytest.fail(f"{path} is missing: make all", pytrace=False)
    return path


RESULTS: list[dict] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collects results for the JSON report."""
    if report.when == "call" or report.outcome != "passed":
        RESULTS.append({"test": report.nodeid, "when": report.when,
                        "outcome": report.outcome,
                        "seconds": round(report.duration, 3)})


def pytest_sessionfinish(exitstatus: int) -> None:
    """Writes build/reports/results.json."""
    if RESULTS and REPORTS.parent.exists():
        REPORTS.mkdir(exist_ok=True)
        (REPORTS / "results.json").write_text(json.dumps(
            {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
             "exit": int(exitstatus), "tests": RESULTS}, indent=1) + "\n")

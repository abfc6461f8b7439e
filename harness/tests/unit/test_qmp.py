# SPDX-License-Identifier: GPL-2.0-only
"""The QMP client, against a server of our own and against a real QEMU."""

import json
import shutil
import socket
import subprocess
import threading

import pytest

from harness.qmp import Qmp, QmpError


@pytest.fixture
def server(tmp_path_factory):
    """A QMP server that answers from a table; returns (socket, requests)."""
    path = tmp_path_factory.mktemp("q") / "s"
    answers = {
        "qmp_capabilities": {"return": {}},
        "query-blockstats": {"return": [{"device": "hda", "stats": {
            "rd_bytes": 512, "rd_operations": 1, "x": True, "s": "no"}}]},
        "inject-nmi": {"error": {"class": "GenericError", "desc": "no"}},
    }
    requests: list = []
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve():
        conn, _ = listener.accept()
        with conn, conn.makefile("rw") as f:
            f.write('{"QMP": {}}\n')
            f.flush()
            for line in f:
                request = json.loads(line)
                requests.append(request)
                answer = answers.get(request["execute"])
                if not answer:
                    return
                # An event in between must not be taken for the answer.
                f.write('{"event": "STOP"}\n' + json.dumps(answer) + "\n")
                f.flush()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield path, requests
    listener.close()
    thread.join(5)


def test_commands_events_and_errors(server):
    path, requests = server
    q = Qmp(path)
    assert q.blockstats()["hda"]["rd_bytes"] == 512
    with pytest.raises(QmpError, match="inject-nmi: no"):
        q.inject_nmi()
    with pytest.raises(QmpError, match="hung up"):
        q.command("bye", reason="x")
    assert requests[-1] == {"execute": "bye", "arguments": {"reason": "x"}}
    q.close()


def test_nobody_listens(tmp_path):
    with pytest.raises(QmpError, match="No such file"):
        Qmp(tmp_path / "none", timeout=0.1)


@pytest.mark.skipif(not shutil.which("qemu-system-i386"), reason="no QEMU")
def test_a_real_qemu(tmp_path_factory):
    folder = tmp_path_factory.mktemp("q")
    p = subprocess.Popen(
        ["qemu-system-i386", "-M", "pc", "-accel", "tcg", "-S", "-display",
         "none", "-nic", "none", "-qmp",
         f"unix:{folder}/s,server=on,wait=off"])
    try:
        q = Qmp(folder / "s")
        assert "EIP=" in q.hmp("info registers")
        reset = q.read_physical(0xFFFF0, 16, folder / "scratch")
        assert len(reset) == 16 and reset[0] == 0xEA
        q.close()
    finally:
        p.kill()
        p.wait()

# SPDX-License-Identifier: GPL-2.0-only
"""Panic and oops detection, and the decoding of addresses."""

import subprocess

from harness.console import Watcher, addresses
from harness.decode import annotate, parse
from harness.paths import KERNEL, TREE


def test_panic_is_seen_once_and_what_follows_is_kept():
    w = Watcher()
    assert not w.feed("ok 1 a")
    assert w.feed("Kernel panic: VFS: Unable to mount root fs on 03:00")
    assert not w.feed("Call Trace: [<c0101234>]")
    assert "Unable to mount root" in w.trouble
    assert len(w.after) == 2


def test_an_oops_names_the_trouble_even_if_a_panic_follows():
    w = Watcher()
    w.feed("Oops: 0002")
    w.feed("Kernel panic: Aiee")
    assert w.trouble == "Oops: 0002" and w.panic


def test_harmless_lines():
    w = Watcher()
    for line in ("# test of BUGS", "EXT2-fs: mounted", "loops 3",
                 "ok 2 panic_button is there"):
        assert not w.feed(line)


def test_addresses():
    assert addresses(["EIP: [<c0101234>]", "x c0101234 0xc0200000 c01 dead"]
                     ) == ["c0101234", "c0200000"]


def test_addr2line_output():
    text = (f"0xc0101234\ninner(int)\n{KERNEL}/mm/x.cpp:7\nouter\n"
            f"{TREE}/mm/y.cpp:9 (discriminator 2)\n0x00001000\n??\n??:0\n")
    assert parse(text) == {
        "c0101234": "inner (mm/x.cpp:7) < outer (mm/y.cpp:9)"}


def test_a_real_binary(tmp_path):
    source = tmp_path / "k.cpp"
    source.write_text('extern "C" int lost_page() { return 42; }\n')
    subprocess.run(
        ["g++", "-m32", "-g", "-nostdlib", "-static", "-no-pie", "-fno-pic",
         "-fno-pie", "-Wl,-m,elf_i386", "-Wl,--entry=lost_page",
         "-Wl,-Ttext=0xc0100000", "-Wl,--build-id=none", "-o",
         str(tmp_path / "k"), str(source)], check=True)
    lines = annotate(tmp_path / "k", ["EIP [<c0100000>]", "plain"])
    assert "lost_page" in lines[0] and "k.cpp:1" in lines[0]
    assert lines[1] == "plain"

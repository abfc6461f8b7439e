# SPDX-License-Identifier: GPL-2.0-only
"""
Debian's own busybox binary on the patched kernel. The same scripts run on the
host, with the same binary, on its Linux: the output must be the same. What
the guest wrote is compared on the host, and the emulated disk's counters say
whether direct I/O went past the cache.
"""

import io
import re
import subprocess
import tarfile
from pathlib import Path

import pytest
from conftest import GUESTS

from harness import images, series
from harness.busybox import (Box, SCRIPTS, TAIL, TAIL_SEED, make_data_image,
                             numbers, sha256)
from harness.guest import Guest
from harness.paths import BUILD, LOGS, vmlinux
from harness.qemu import Disk, Machine
from harness.shell import ASKED, COLUMNS, LIMIT, PROMPT, Shell

from mkimage.content import pattern

MIB = 1 << 20
BIG = 64 * MIB
SMALL = 8 * MIB
SCRATCH_SEED = 7  # of hdc's first 32 MiB


@pytest.fixture(scope="module")
def booted(tmp_path_factory):
    """One guest for all of this; ends with a look at its file systems."""
    folder = tmp_path_factory.mktemp("busybox")
    kernel = vmlinux("patched")
    if not kernel.exists():
        pytest.fail(f"{kernel} is missing: make all", pytrace=False)
    sources = (images.make("root"), make_data_image(folder),
               images.make("scratch"))
    disks = [images.copy(s, folder / f"{i}.img")
             for i, s in enumerate(sources)]
    machine = Machine(kernel, "console=ttyS0 root=/dev/hda rw init=/init -- "
                      "sh", tuple(Disk(p, i) for i, p in enumerate(disks)))
    with GUESTS, Guest(machine, LOGS / "busybox.log") as guest:
        guest.type("echo typed bef''ore\n")
        shell = Shell(guest)
        yield Box(shell, disks, folder)
        shell.type("cd /; umount /mnt; exit\n")
        status = guest.wait(LIMIT)
        assert status is not None, "no power-off"
        assert guest.failure(status) == ""
        for disk in disks[:2]:
            assert images.fsck(disk) == ""
    for disk in disks:
        disk.unlink()


@pytest.fixture(scope="module")
def box(booted):
    """The guest at its prompt, with hdb at /mnt."""
    booted.shell.prompt()
    booted.shell.type("echo rea''dy\n")
    booted.shell.expect(r"\nready\r*\n")
    booted.shell.prompt()
    booted.shell.out(f"stty rows 24 cols {COLUMNS}")
    booted.shell.out("mount /dev/hdb /mnt && cd /mnt/work")
    return booted


@pytest.fixture
def sh(box) -> Shell:
    """The shell, in /mnt/work."""
    return box.shell


def need(number: int) -> None:
    """Skips the test on a series without that patch."""
    if number not in series.series().numbers():
        pytest.skip(f"needs patch {number}")


def test_what_is_typed_first_is_not_lost(booted):
    """Typed before the firmware is done; the first character waits in the
    UART that the kernel then sets up."""
    seen = booted.shell.expect(f"{PROMPT}.*{PROMPT}").string
    booted.shell.at = 0
    assert "\ntyped before\r" in seen


# ---- scripts ----

def on_host(box: Box, script: Path) -> str:
    """Returns the output of a script with the same binary on this Linux."""
    work = box.folder / script.stem
    work.mkdir()
    (work / "tree.tar").symlink_to(box.folder / "tree.tar")
    p = subprocess.run(["/bin/busybox", "sh", str(script)], cwd=work,
                       env={"PATH": "/none", "TZ": "UTC0"}, text=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, errors="surrogateescape",
                       encoding="latin-1")
    assert p.returncode == 0, p.stdout
    return p.stdout


@pytest.mark.parametrize("name", ["language", "archive", "files", "text"])
def test_script_says_what_it_says_on_the_host(box, sh, name):
    want = on_host(box, SCRIPTS / f"{name}.sh")
    sh.out(f"mkdir {name} && cd {name} && ln /mnt/tree.tar .")
    sh.out(f"sh /mnt/{name}.sh >/mnt/{name}.out 2>&1 </dev/null")
    sh.out(f"cd .. && rm -r {name}")
    got = box.read(f"{name}.out").decode("latin-1")
    assert got.splitlines() == want.splitlines()
    assert len(want.splitlines()) > 40


def test_archives_go_both_ways(box, sh):
    """What the guest packs the host's tar and gzip unpack."""
    sh.out("tar cf - -C / tests | gzip >/mnt/tests.tgz")
    data = box.read("tests.tgz")
    subprocess.run(["gzip", "-t"], input=data, check=True)
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        files = {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}
    built = BUILD / "selftests"
    assert files == {str(p.relative_to(built)): p.read_bytes()
                     for p in built.glob("tests/*/*")}


def test_sha256_of_64_mib(box, sh):
    """Written by the guest, read by it and by the host."""
    sh.out("while cat /tests/*/*; do :; done | "
           "dd of=/mnt/big bs=64k count=1k iflag=fullblock")
    got = sh.out("sha256sum /mnt/big").split()[0]
    data = b"".join(p.read_bytes() for p in sorted(
        BUILD.glob("selftests/tests/*/*"), key=lambda p: p.parts))
    want = (data * (BIG // len(data) + 1))[:BIG]
    assert got == sha256(want)
    assert box.read("big") == want


# ---- direct I/O ----

@pytest.fixture
def files(box, sh) -> bytes:
    """/mnt/small, on the disk and not in the cache; returns what is in it."""
    want = pattern(SCRATCH_SEED, 0, SMALL)
    if sh.run("test -e /mnt/small")[0]:
        sh.out("dd if=/dev/hdc of=/mnt/small bs=1M count=8")
        sh.out("cd / && umount /mnt && mount /dev/hdb /mnt")
        sh.out("cd /mnt/work")
    return want


def test_direct_read_of_a_file(box, sh, files):
    need(350)
    read = "dd if=/mnt/small bs=1M iflag=direct | sha256sum"
    for _ in range(2):
        assert box.cost(read)[0] >= SMALL
    assert sh.out(read).split()[-2] == sha256(files)
    buffered = "dd if=/mnt/small of=/dev/null bs=1M"
    assert box.cost(buffered)[0] >= SMALL
    assert box.cost(buffered)[0] == 0
    assert box.cost(read)[0] >= SMALL


def test_direct_write_of_a_file(box, sh, files):
    need(350)
    copy = "dd if=/mnt/small of=/mnt/c bs=1M iflag=direct oflag=direct"
    read, written = box.cost(copy)
    assert read >= SMALL and written >= SMALL
    assert box.read("c") == files
    assert box.cost("cat /mnt/c >/dev/null")[0] >= SMALL
    assert box.cost("cat /mnt/c >/dev/null")[0] == 0
    head = "dd if=/dev/hdc of=/mnt/c bs=64k count=3 seek=5"
    assert box.cost(f"{head} skip=100 conv=notrunc oflag=direct")[1] >= 3 << 16
    want = bytearray(files)
    want[5 << 16:8 << 16] = pattern(SCRATCH_SEED, 100 << 16, 3 << 16)
    assert sh.out("sha256sum /mnt/c").split()[0] == sha256(want)
    assert box.read("c") == want


def test_direct_read_gives_the_tail(box, sh):
    need(350)
    text = sh.out("dd if=/mnt/tail bs=8k iflag=direct | sha256sum")
    assert "12+1 records in" in text
    assert sha256(pattern(TAIL_SEED, 0, TAIL)) in text


def test_direct_write_of_an_odd_tail(box, sh):
    """It is EINVAL; dd takes O_DIRECT off the descriptor and goes on."""
    need(350)
    sh.out("dd if=/mnt/tail of=/mnt/odd bs=8k iflag=direct oflag=direct")
    assert box.read("odd") == pattern(TAIL_SEED, 0, TAIL)


def test_direct_io_that_is_refused(sh):
    need(350)
    for name in ("/proc/version", "/dev/zero"):
        status, text = sh.run(f"dd if={name} of=/dev/null iflag=direct")
        assert status == 1
        assert text == f"dd: can't open '{name}': Invalid argument\n"


def test_direct_io_on_a_block_device(box, sh):
    need(360)
    read = "dd if=/dev/hdc bs=1M count=16 iflag=direct | sha256sum"
    # Behind it nothing is left to do of what was read ahead before.
    assert sha256(pattern(SCRATCH_SEED, 0, 16 * MIB)) in sh.out(read)
    for _ in range(2):
        assert box.cost(read, "hdc") == (16 * MIB, 0)
    tail = pattern(TAIL_SEED, 0, 24 * 4096)
    write = "dd if=/mnt/tail of=/dev/hdc bs=4k seek=10000 count=24"
    assert box.cost(f"{write} oflag=direct", "hdc") == (0, 24 * 4096)
    assert box.on_scratch(10000 * 4096, 24 * 4096) == tail


# ---- raw(8) ----

def test_raw_devices(box, sh):
    need(250)
    line = "/dev/raw/raw{}: bound to major {}, minor {}\n".format
    assert sh.out("raw -qa") == ""
    assert sh.out("raw /dev/raw/raw1 /dev/hdc") == line(1, 22, 0)
    assert sh.out("raw /dev/raw/raw2 3 64") == line(2, 3, 64)
    assert sh.out("raw -q /dev/raw/raw3") == line(3, 0, 0)
    assert sh.out("raw -qa") == line(1, 22, 0) + line(2, 3, 64)
    read = "dd if=/dev/raw/raw1 bs=1M count=16 | sha256sum"
    for _ in range(2):
        assert box.cost(read, "hdc") == (16 * MIB, 0)
    assert sha256(pattern(SCRATCH_SEED, 0, 16 * MIB)) in sh.out(read)
    tail = pattern(TAIL_SEED, 0, 24 * 4096)
    write = "dd if=/mnt/tail of=/dev/raw/raw1 bs=4k seek=12000 count=24"
    assert box.cost(write, "hdc") == (0, 24 * 4096)
    assert box.on_scratch(12000 * 4096, 24 * 4096) == tail
    status, text = sh.run("dd if=/dev/raw/raw1 of=/dev/null bs=5000")
    assert status == 1 and "Invalid argument" in text
    sh.out("exec 3</dev/raw/raw1")
    assert sh.run("raw /dev/raw/raw1 0 0")[0] == 1
    sh.out("exec 3<&-")
    assert sh.out("raw /dev/raw/raw1 0 0") == line(1, 0, 0)
    assert sh.run("cat /dev/raw/raw1")[0] == 1
    assert sh.out("raw /dev/raw/raw2 0 0") == line(2, 0, 0)
    assert sh.out("raw -qa") == ""


@pytest.mark.parametrize("words, status, says", [
    ("", 2, "usage: raw"), ("-x", 2, "usage: raw"),
    ("-q", 2, "usage: raw"), ("a b c d", 2, "usage: raw"),
    ("/dev/raw/raw1 /dev/none", 1, "/dev/none: No such file"),
    ("/dev/raw/raw1 /dev/null", 2, "/dev/null: not a block device"),
    ("/dev/null /dev/hdb", 2, "/dev/null: not a raw device"),
    ("/dev/raw/rawctl 3 0", 2, "/dev/raw/rawctl: not a raw device"),
    ("/dev/raw/raw1 3 x", 2, "x: not a number"),
    ("/dev/raw/raw1 3 -1", 2, "-1: not a number"),
    ("/dev/raw/raw1 3 256", 1, "raw1: Invalid argument"),
    ("-q /dev/raw/none", 1, "No such file"),
])
def test_raw_refuses(sh, words, status, says):
    need(250)
    got, text = sh.run(f"raw {words}")
    assert got == status and says in text
    assert text.count("\n") == 1


# ---- a person at the terminal ----

def test_job_control(box, sh):
    sh.type("sleep 1000\n")
    sh.expect("sleep 1000\r*\n")
    sh.press("\x1a", r"\[1\]\+ +Stopped +sleep 1000\r*\n")
    sh.prompt()
    assert re.fullmatch(r"\[1\]\+ +Stopped +sleep 1000\n", sh.out("jobs"))
    assert sh.out("bg") == "[1] sleep 1000\n"
    assert re.fullmatch(r"\[1\]\+ +Running +sleep 1000\n", sh.out("jobs"))
    sh.type("fg\n")
    sh.expect("\nsleep 1000\r*\n")
    sh.press("\3", PROMPT)
    assert sh.out("echo $?; jobs") == "130\n"


def test_interrupt_and_quit(sh):
    for key, status in (("\3", 130), ("\x1c", 131)):
        sh.type("yes | cat | cat >/dev/null\n")
        sh.expect("null\r*\n")
        sh.press(key, PROMPT)
        assert sh.out("echo $?") == f"{status}\n"
        assert "yes" not in sh.out("ps")


def test_background_reader_stops(sh):
    sh.type("cat &\n")
    sh.prompt()
    while "Stopped (tty input)" not in (jobs := sh.out("jobs")):
        assert "Running" in jobs
    sh.type("fg\n")
    sh.expect("\ncat\r*\n")
    sh.type("read by cat\n")
    sh.expect("\nread by cat\r*\n")
    sh.type("\4")
    sh.prompt()
    assert sh.out("jobs; echo $?") == "0\n"


def test_kill_of_jobs(sh):
    sh.type("sleep 500 & sleep 600 &\n")
    sh.prompt()
    assert len(sh.out("jobs").splitlines()) == 2
    sh.out("kill %1; kill -9 %2; wait")
    assert "sleep" not in sh.out("ps")


def test_set_m_without_a_person(sh):
    """A script's jobs get process groups of their own."""
    group = 'sh -c "echo \\$\\$; cut -d\\  -f5 /proc/self/stat"'
    one, two = (numbers(sh.out(f"sh -c '{option}{group} & wait'"))
                for option in ("", "set -m; "))
    assert one[0] != one[1]
    assert two[0] == two[1]


def test_end_of_file_ends_a_shell(sh):
    sh.type("PS1='inner: ' sh\n")
    sh.expect("inner: " + ASKED)
    sh.type("\4")
    sh.prompt()


def test_vi(box, sh):
    """Opens a file, changes it in several ways, writes it."""
    sh.out("cp /mnt/letter .")
    sh.type("vi letter\n")
    sh.expect(r"Dear reader,.*Yours.*letter")
    for keys, wait in (
            ("3Gddp1Gddu", r"Undo"), ("Go", r"I letter"),
            ("the last line\033", r"- letter"), ("1GA", r"I letter"),
            (" or writer\033", r"- letter"), ("jdd5GyyP", r"- letter"),
            (":%s/line/row/g\n", r"- letter"),
            (":wq\n", re.escape(PROMPT))):
        sh.type(keys)
        sh.expect(wait)
    assert box.read("work/letter").decode() == (
        "Dear reader, or writer\nrow four\nrow three\nYours\n"
        "the last row\nthe last row\n")


# ---- what the system says of itself ----

def test_ps_and_top(sh):
    sh.type("sleep 777 &\n")
    sh.prompt()
    rows = sh.out("ps").splitlines()
    assert any(re.match(r" +1 0 +/init sh", r) for r in rows)
    assert any(r.endswith(" sleep 777") for r in rows)
    assert any("[kswapd]" in r for r in rows)
    top = sh.out("top -b -n1")
    mem = numbers(re.search(r"Mem: .*", top)[0])
    assert 200 << 10 < mem[0] + mem[1] < 256 << 10
    shares = numbers(re.search(r"CPU: .*", top)[0])
    assert 95 <= sum(shares) <= 100
    assert re.search(r"\d+ +\d+ 0 +S +\d+ +\d+% +\d+% sleep 777", top)
    sh.out("killall sleep; wait")


def test_free_df_mount_uptime(box, sh):
    total, used, free, *_ = numbers(sh.out("free").splitlines()[1])
    assert 240 << 10 < total < 256 << 10 and 0 < used < total
    assert used + free <= total
    first = float(sh.out("cat /proc/uptime").split()[0])
    assert sh.out("sleep 1") == ""
    assert 0.9 < float(sh.out("cat /proc/uptime").split()[0]) - first < LIMIT
    assert re.search(r"up \d+ min, +\d+ users, +load average: \d",
                     sh.out("uptime"))
    assert "/dev/hdb on /mnt type ext2 (rw)\n" in sh.out("mount")
    size, used, free = numbers(sh.out("df -k /mnt").splitlines()[1])[:3]
    sh.out("sync")
    p = subprocess.run(["/sbin/dumpe2fs", "-h", str(box.data)], text=True,
                       capture_output=True)
    fields = dict(re.findall(r"^(.*?): +(\d+)$", p.stdout, re.M))
    blocks, left = int(fields["Block count"]), int(fields["Free blocks"])
    assert free == 4 * left and used + free == size <= 4 * blocks
    sh.out("dd if=/dev/zero of=fill bs=1M count=3; sync")
    after = numbers(sh.out("df -k /mnt").splitlines()[1])
    assert 3072 <= after[1] - used <= 3100
    sh.out("rm fill")

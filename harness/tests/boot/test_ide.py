# SPDX-License-Identifier: GPL-2.0-only
"""
The IDE driver, judged by the emulated disk: flushes that arrive, commands and
their sizes, sectors beyond 128 GiB, drives that are missing, are no disks, do
not answer or report errors, and the time that all of it takes at boot.
"""

import re

import pytest

from harness import counts, images
from harness.diskio import STEP_LIMIT, Session, session, settled
from harness.qemu import Disk

from mkimage.content import pattern

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
READ_EXT, WRITE_EXT = 0x25, 0x35
PIO_READ = {0x20, 0x24}
PIO_WRITE = {0x30, 0x34}

# A clock that runs with the instructions: a nanosecond each, and over idle
# time at once.
CLOCK = ("-icount", "shift=0,sleep=off")

pytestmark = pytest.mark.usefixtures("guest_slot")


def scratch(tmp_path, **more) -> Disk:
    """Returns a copy of the sparse disk of 160 GiB as hdc."""
    return Disk(images.copy(images.make("scratch"), tmp_path / "scratch.img"),
                2, **more)


def commands(log) -> list[int]:
    """Returns the ATA commands of a trace."""
    return [int(m[1], 16) for m in
            counts.ATA_COMMAND.finditer(log.read_text(errors="replace"))]


# ---- what is confirmed has reached the disk ----

def flushes(s: Session, drive: str) -> int:
    """Returns how many flushes the emulated disk was given."""
    return s.guest.qmp.blockstats()[drive]["flush_operations"]


def test_confirmed_data_is_flushed(tmp_path):
    data = images.copy(images.make("data"), tmp_path / "data.img")
    with session("flush", (Disk(data, 1),)) as s:
        assert s.step("mount /dev/hdb") == 0
        assert s.step("open /mnt/new") >= 0
        for number, call in enumerate(("fsync", "fdatasync", "sync")):
            before = flushes(s, "hdb")
            offset = number * 64 * KIB
            assert s.step(f"write {offset} 4096 {number}") == 4096
            assert flushes(s, "hdb") == before, "nobody asked for it"
            assert s.step(call) == 0
            assert flushes(s, "hdb") > before, call
            # Overwriting changes no metadata.
            before = flushes(s, "hdb")
            assert s.step(f"write {offset} 4096 {number + 7}") == 4096
            assert s.step(call) == 0
            assert flushes(s, "hdb") > before, f"{call} of old blocks"
        assert s.step("open /mnt/new sync") >= 0
        before = flushes(s, "hdb")
        assert s.step("write 300000 5000 9") == 5000
        assert flushes(s, "hdb") > before, "O_SYNC"
        assert s.step("open /dev/hdb") >= 0
        before = flushes(s, "hdb")
        assert s.step("fsync") == 0
        assert flushes(s, "hdb") > before, "fsync of a device"
    got = images.read_file(data, "/new")
    assert got[300000:305000] == pattern(9, 300000, 5000)
    assert got[:4096] == pattern(7, 0, 4096)


def test_writes_go_by_themselves(tmp_path):
    """kupdated: what nobody syncs is on the disk some time later."""
    data = images.copy(images.make("data"), tmp_path / "data.img")
    with session("kupdated", (Disk(data, 1),), extra=CLOCK) as s:
        assert s.step("mount /dev/hdb") == 0
        assert s.step("open /mnt/new") >= 0
        before = s.guest.qmp.blockstats()["hdb"]["wr_bytes"]
        assert s.step(f"write 0 {MIB} 3") == MIB
        for _ in range(10 * STEP_LIMIT):
            if s.guest.qmp.blockstats()["hdb"]["wr_bytes"] >= before + MIB:
                return
            s.guest.wait(0.1)
        pytest.fail("nothing was written")


# ---- large disks, large commands ----

def test_beyond_128_gib(tmp_path):
    """Both sides of 2^28 sectors, and the disk's end."""
    disk = scratch(tmp_path)
    places = {11: 128 * GIB - 64 * KIB, 12: 150 * GIB, 13: 160 * GIB - MIB}
    with disk.path.open("r+b") as f:
        f.seek(140 * GIB)
        f.write(pattern(14, 140 * GIB, MIB))
    with session("lba48", (disk,)) as s:
        assert s.step("open /dev/hdc") >= 0
        for seed, place in places.items():
            assert s.step(f"write {place} {MIB} {seed}") == MIB
        assert s.step("fsync") == 0
        assert s.step(f"read {140 * GIB} {MIB} 14") == MIB
        assert s.step("read 0 1048576 7") == MIB, "the disk's first sectors"
    with disk.path.open("rb") as f:
        for seed, place in places.items():
            f.seek(place)
            assert f.read(MIB) == pattern(seed, place, MIB), place


def test_long_commands(tmp_path):
    """What is contiguous goes in commands of 1 MiB and more."""
    log = tmp_path / "trace.log"
    with session("long", (scratch(tmp_path),),
                 extra=("-trace", "ide_exec_cmd", "-D", str(log))) as s:
        assert s.step("open /dev/hdc") >= 0
        def look() -> tuple[int, ...]:
            stats = s.guest.qmp.blockstats()["hdc"]
            return (*s.counts("disk_write", "disk_write_sectors"),
                    commands(log).count(WRITE_EXT), stats["wr_operations"],
                    stats["wr_bytes"])
        before = settled(look)
        assert s.step(f"write {MIB} {16 * MIB} 5") == 16 * MIB
        assert s.step("fsync") == 0
        after = settled(look)
    number, sectors, traced, mine, size = (
        b - a for a, b in zip(before, after))
    # kupdated may have written elsewhere.
    assert traced == number >= mine and 512 * sectors >= size
    assert size == 16 * MIB
    assert size / mine >= MIB, f"{mine} commands"


# ---- drives that are missing, or no disks ----

def test_four_disks(tmp_path):
    disks = tuple(Disk(images.make(name), i, overlay=True)
                  for i, name in ((1, "data"), (2, "scratch"), (3, "parts")))
    with session("four", disks) as s:
        for drive in ("hdb", "hdc", "hdd"):
            assert s.step(f"open /dev/{drive}") >= 0
            assert s.step(f"write 40960 {MIB} 1") == MIB
            assert s.step("fsync") == 0
            assert s.step("forget") > 0
            assert s.step(f"read 40960 {MIB} 1") == MIB
            assert s.guest.qmp.blockstats()[drive]["wr_bytes"] >= MIB


@pytest.mark.parametrize("index", [1, 2, 3])
def test_a_cd_drive_does_no_harm(tmp_path, index):
    """As a disk's slave, as a channel's only drive, and as a slave alone."""
    cd = ("-drive", f"if=ide,index={index},media=cdrom,id=cd")
    other = 1 if index != 1 else 2
    disk = Disk(images.make("data" if other == 1 else "scratch"), other,
                overlay=True)
    name = "abcd"[index]
    with session(f"cd-{index}", (disk,), extra=cd) as s:
        assert re.search(rf"hd{name}: .*(ATAPI|packet device)", s.log())
        assert "No such device" in s.step(f"open /dev/hd{name}")
        assert s.step(f"open /dev/{disk.name}") >= 0
        assert s.step(f"write 40960 {MIB} 1") == MIB
        assert s.step("fsync") == 0
        assert s.count("disk_error") == s.count("disk_reset") == 0


@pytest.mark.parametrize("disks", [0, 3])
def test_boot_takes_less_than_half_a_second(disks):
    """From the machine's start, firmware included, to the first program. The
    drives that are not there are not waited for. A busy host makes the guest
    idle, and the clock run, while it reads: one boot of some must do."""
    more = tuple(Disk(images.make(name), i, overlay=True) for i, name in
                 ((1, "data"), (2, "scratch"), (3, "parts")))[:disks]
    for _ in range(20):
        with session(f"boot-{disks}", more, extra=CLOCK) as s:
            took = s.step("clock")
        print(f"{took} us")
        assert took > 1000
        if took < 500_000:
            return
    pytest.fail(f"{took} us", pytrace=False)


# ---- errors ----

def test_error_bits_are_decoded(tmp_path):
    rules = tmp_path / "rules"
    rules.write_text('[inject-error]\nevent = "none"\niotype = "read"\n'
                     f'errno = "5"\nsector = "{MIB // 512 + 3}"\n')
    with session("errors", (scratch(tmp_path, rules=rules),)) as s:
        assert s.step("open /dev/hdc") >= 0
        assert "I/O error" in s.step(f"read {MIB} 4096 7")
        # The neighbours are fine.
        assert s.step(f"read {MIB - 65536} 65536 7") == 65536
        assert s.step(f"read {MIB + 4096} 65536 7") == 65536
        assert s.count("disk_error") > 0
        assert s.count("disk_pio") == s.count("disk_reset") == 0
        text = s.log()
    assert re.search(r"hdc: dma_intr: status=0x\w\w \{ DriveReady .*Error \}",
                     text)
    assert re.search(r"hdc: dma_intr: error=0x\w\w \{ [A-Z]\w+ .*\}, "
                     r"sector=20\d\d", text)


def stall(s: Session) -> None:
    """Has hdc not answer from now on: what it was given last, and may have
    been free, has used up its rate for minutes."""
    assert s.step("open /dev/hdc") >= 0
    s.guest.throttle("hdc", 512)
    assert s.step(f"read {8 * MIB} 4096 7") == 4096


# A host that is busy must not let the drive look dead, nor miss the moment to
# revive it.
TIME_OUT, LONG_TIME_OUT = "ide_timeout=1000", "ide_timeout=4000"


def test_a_drive_that_does_not_answer(tmp_path):
    """Time-out, reset, tries, then an error; and the drive works again, by
    DMA, when it answers."""
    log = tmp_path / "trace.log"
    with session("timeout", (scratch(tmp_path, bps=GIB),), TIME_OUT,
                 ("-trace", "ide_exec_cmd", "-D", str(log))) as s:
        stall(s)
        assert "I/O error" in s.step(f"read {16 * MIB} 65536 7")
        assert s.count("disk_reset") >= 3 and s.count("disk_retry") >= 3
        assert "hdc: timeout: status=" in s.log()
        assert "ide1: reset" in s.log()
        s.guest.throttle("hdc", 0)
        traced = len(commands(log))
        assert s.step(f"read {16 * MIB} 65536 7") == 65536
        assert s.count("disk_pio") == 0
        after = set(commands(log)[traced:])
    assert after & set(counts.DMA_READ) and not after & PIO_READ


def test_a_drive_that_answers_after_a_reset(tmp_path):
    with session("late", (scratch(tmp_path, bps=GIB),),
                 LONG_TIME_OUT) as s:
        stall(s)
        s.send(f"read {16 * MIB} 65536 7")
        assert s.guest.wait_for(lambda x: "ide1: reset" in x, STEP_LIMIT)
        s.guest.throttle("hdc", 0)
        assert s.answer("read") == 65536
        assert s.count("disk_reset") >= 1 and s.count("disk_pio") == 0


def test_pio(tmp_path):
    """By hand, as a last resort or when told to: counted, and right. LBA48
    too."""
    disk = scratch(tmp_path)
    log = tmp_path / "trace.log"
    with session("pio", (disk,), "ide=nodma",
                 ("-trace", "ide_exec_cmd", "-D", str(log))) as s:
        assert s.step("open /dev/hdc") >= 0
        for place, size in ((40 * MIB, MIB), (130 * GIB, MIB),
                            (50 * MIB + 512, 1536)):
            assert s.step(f"write {place} {size} 6") == size
            assert s.step("fsync") == 0
            assert s.step("forget") > 0
            assert s.step(f"read {place} {size} 6") == size
        assert s.step("read 0 1048576 7") == MIB
        pio, *done = s.counts("disk_pio", "disk_read", "disk_write")
        assert pio == sum(done) > 0
        assert s.count("disk_prd") == s.count("disk_error") == 0
    seen = set(commands(log))
    assert PIO_READ | PIO_WRITE <= seen
    assert not seen & set(counts.DMA_READ + counts.DMA_WRITE)
    with disk.path.open("rb") as f:
        f.seek(130 * GIB)
        assert f.read(MIB) == pattern(6, 130 * GIB, MIB)

# SPDX-License-Identifier: GPL-2.0-only
"""Images: reproducible, rootless, right; and recipes that are refused."""

import hashlib
import os
import re
import subprocess
import threading
import time
from pathlib import Path

import pytest

from harness import images, machines
from harness.paths import RECIPES, SELFTESTS, TOP

from mkimage import cache, content, disk
from mkimage.errors import ImageError
from mkimage.recipe import from_dict, load, parse_node

HERE = Path("test.toml")


def recipe(**kw):
    return from_dict({"name": "t", "kind": "ext2", "size": "4M",
                      "block_size": 1024} | kw, HERE)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["data", "ext2-1k", "ext2-2k", "ext2-tiny",
                                  "parts"])
def test_same_input_same_sha256(name, tmp_path, monkeypatch):
    r = load(RECIPES / f"{name}.toml")
    disk.build(r, tmp_path / "a", TOP)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    old = os.umask(0o077)
    time.sleep(1.1)  # the clock of the file system has seconds
    disk.build(r, tmp_path / "b", TOP)
    os.umask(old)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    for offset in images.ext2_offsets(tmp_path / "a"):
        assert images.fsck(tmp_path / "a", offset) == ""


def test_owner_mode_and_times_do_not_come_from_the_host(tmp_path):
    source = tmp_path / "f"
    out = []
    for i, mode in enumerate((0o600, 0o755)):
        source.write_bytes(b"x" * 5000)
        source.chmod(mode)
        os.utime(source, (i, i))
        image = tmp_path / f"{i}.img"
        disk.build(recipe(files=[{"from": str(source), "to": "/d/f",
                                  "mode": 0o640}]), image, TOP)
        out.append(digest(image))
    assert out[0] == out[1]
    assert images.read_file(tmp_path / "0.img", "/d/f") == b"x" * 5000


def test_inputs_with_odd_names(tmp_path):
    source = tmp_path / 'a "b" $c\\ d'
    source.write_text("odd")
    disk.build(recipe(files=[{"from": str(source), "to": "/f"}]),
               tmp_path / "i", TOP)
    assert images.read_file(tmp_path / "i", "/f") == b"odd"


def test_pattern_is_the_guests(tmp_path):
    """The numbers in content.py and in pattern.h are the same ones."""
    header = (SELFTESTS / "lib/pattern.h").read_text()
    for number in ("0x9e3779b1", "0x85ebca77", "0x2c1b3c6d", "0x01000193"):
        assert re.search(number + "u", header)
    whole = content.pattern(5, 0, 4096)
    assert content.pattern(5, 700, 1000) == whole[700:1700]
    assert content.pattern(5, 0, 512) != content.pattern(6, 0, 512)
    assert whole[0:4] == content.mix(5, 0).to_bytes(4, "little")


def test_holes_take_no_blocks_and_read_as_zeros(tmp_path):
    image = tmp_path / "i"
    disk.build(recipe(generate=[{"path": "/h", "seed": 1, "layout":
               ["pattern:4K", "hole:1M", "pattern:100"]}]), image, TOP)
    data = images.read_file(image, "/h")
    assert len(data) == 4096 + (1 << 20) + 100
    assert data[4096:4096 + (1 << 20)] == bytes(1 << 20)
    assert images.fsck(image) == ""


def test_mbr_with_a_logical_partition(tmp_path):
    image = images.copy(images.make("parts"), tmp_path / "p")
    found = images.partitions(image)
    assert [kind for kind, _, _ in found] == [0x82, 0x83, 0x83, 0x83]
    assert all(start % (1 << 20) == 0 for _, start, _ in found)
    data = image.read_bytes()
    swap = found[0][1]
    assert data[swap + 4086:swap + 4096] == b"SWAPSPACE2"
    offset = found[1][1]
    assert images.read_file(image, "/tail.bin", offset) == \
        content.pattern(12, 0, 8292)


def test_contents_that_do_not_fit_are_named(tmp_path):
    r = recipe(size="1M", generate=[{"path": "/x", "layout": ["pattern:2M"]}])
    with pytest.raises(ImageError, match="recipe t: .*do not fit into 1M"):
        disk.build(r, tmp_path / "i", TOP)


@pytest.mark.parametrize("bad, message", [
    ({"kind": "fat"}, "kind must be"),
    ({"colour": 1}, "unknown key 'colour'"),
    ({"block_size": 512}, "block_size"),
    ({"nodes": ["/dev/x q 1 1 0600"]}, "not a device node"),
])
def test_bad_recipes_are_refused(bad, message):
    with pytest.raises(ImageError, match=message):
        recipe(**bad)


def test_missing_inputs_are_named(tmp_path):
    r = recipe(files=[{"from": "/no/such", "to": "/x"}])
    with pytest.raises(ImageError, match="/no/such"):
        disk.build(r, tmp_path / "i", TOP)
    with pytest.raises(ImageError, match="nothere.toml"):
        load(tmp_path / "nothere.toml")
    (tmp_path / "bad.toml").write_text("name = [")
    with pytest.raises(ImageError, match="bad.toml"):
        load(tmp_path / "bad.toml")


def test_node_ranges():
    nodes = parse_node("/dev/hdb1..3 b 3 65 0660")
    assert [(n.path, n.minor) for n in nodes] == [
        ("/dev/hdb1", 65), ("/dev/hdb2", 66), ("/dev/hdb3", 67)]


def test_an_image_is_made_again_only_if_an_input_changed(tmp_path):
    source = tmp_path / "f"
    source.write_text("one")
    r = recipe(files=[{"from": str(source), "to": "/f"}])
    assert cache.ensure(r, tmp_path / "i.img", TOP)
    assert not cache.ensure(r, tmp_path / "i.img", TOP)
    source.write_text("two")
    assert cache.ensure(r, tmp_path / "i.img", TOP)
    assert images.read_file(tmp_path / "i.img", "/f") == b"two"


def test_threads_that_need_one_image_take_turns(tmp_path):
    r = recipe(nodes=[f"/dev/x{i} c 1 {i} 0600" for i in range(100)])
    made = []
    threads = [threading.Thread(target=lambda: made.append(
        cache.ensure(r, tmp_path / "i.img", TOP))) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(made) == [False, False, False, True]
    assert images.fsck(tmp_path / "i.img") == ""


def test_fsck_sees_damage(tmp_path):
    image = tmp_path / "i"
    disk.build(recipe(), image, TOP)
    subprocess.run(["/sbin/debugfs", "-w", "-R", "sif / links_count 9",
                    str(image)], check=True, capture_output=True)
    assert "ref count is 9, should be 3" in images.fsck(image)


def test_put_file_replaces(tmp_path):
    image = tmp_path / "i"
    disk.build(recipe(dirs=[{"path": "/etc"}]), image, TOP)
    images.put_file(image, "/etc/tests", "a\n")
    images.put_file(image, "/etc/tests", "b\n")
    assert images.read_file(image, "/etc/tests") == b"b\n"
    assert images.fsck(image) == ""


def test_claims(tmp_path):
    import zlib
    image = tmp_path / "i"
    disk.build(recipe(generate=[{"path": "/x", "seed": 1,
                                 "layout": ["pattern:1K"]}]), image, TOP)
    good = zlib.crc32(content.pattern(1, 0, 1024))
    disks = {"hdb": image}
    assert images.check_claim(f"file hdb /x 1024 {good:08x}", disks) == ""
    assert "crc" in images.check_claim("file hdb /x 1024 00000000", disks)
    assert "bytes" in images.check_claim(f"file hdb /x 9 {good:08x}", disks)
    assert "no /y" in images.check_claim("file hdb /y 9 00000000", disks)
    assert "cannot read" in images.check_claim("file hde /y 9 0", disks)
    first = zlib.crc32(image.read_bytes()[512:1024])
    assert images.check_claim(f"raw hdb 512 512 {first:08x}", disks) == ""


def test_fault_rules_point_into_the_file():
    data = images.make("data")
    text = machines.rules(machines.profile("badsector"), "data", data)
    sector = int(re.findall(r'sector = "(\d+)"', text)[0])
    with data.open("rb") as f:
        f.seek(sector * 512)
        assert f.read(512) == content.pattern(14, 49152, 512)
    assert machines.rules(machines.profile("default"), "data", data) == ""

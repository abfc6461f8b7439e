# SPDX-License-Identifier: GPL-2.0-only
"""The KTAP parser, on what guests print and on what they must not."""

from harness.ktap import Parser


def parse(text: str) -> Parser:
    p = Parser()
    for line in text.splitlines():
        p.feed(line)
    return p


def test_flat_results():
    p = parse("KTAP version 1\n1..3\nok 1 a\nnot ok 2 b\nok 3 c # SKIP no x\n")
    assert [(r.name, r.status, r.reason) for r in p.results] == [
        ("a", "pass", ""), ("b", "fail", ""), ("c", "skip", "no x")]
    assert p.close() == []


def test_nested_results_belong_to_the_line_behind_them():
    p = parse("KTAP version 1\n1..1\n# selftest: d/t\n  KTAP version 1\n"
              "  1..2\n  # hint\n  ok 1 x\n  ok 2 y # SKIP\nok 1 d/t\n")
    r = p.results[0]
    assert r.status == "pass" and r.diagnostics == ["selftest: d/t"]
    assert [(s.name, s.status) for s in r.subtests] == [("x", "pass"),
                                                        ("y", "skip")]
    assert r.subtests[0].diagnostics == ["hint"]


def test_ok_with_a_failed_subtest_is_a_failure():
    p = parse("KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n"
              "  not ok 1 x\nok 1 t\n")
    assert p.results[0].status == "fail"
    assert p.results[0].failures() == ["x"]


def test_ok_with_fewer_subtests_than_planned_is_a_failure():
    p = parse("KTAP version 1\n1..1\n  KTAP version 1\n  1..3\n"
              "  ok 1 x\nok 1 t\n")
    assert p.results[0].status == "fail"
    assert "3 tests planned, 1 run" in p.results[0].failures()


def test_skipped_plan_gives_its_reason():
    p = parse("KTAP version 1\n1..1\n  KTAP version 1\n"
              "  1..0 # SKIP no direct I/O\nok 1 t # SKIP\n")
    assert (p.results[0].status, p.results[0].reason) == (
        "skip", "no direct I/O")


def test_directives():
    p = parse("KTAP version 1\n1..6\nok 1 a # XFAIL known\n"
              "not ok 2 b # TIMEOUT 30 s\nnot ok 3 c # killed by signal 11\n"
              "not ok 4 d # XPASS\nnot ok 5 e # SKIP\nok 6 f # error\n")
    assert [r.status for r in p.results] == [
        "xfail", "fail", "fail", "fail", "fail", "fail"]
    assert p.results[1].reason == "TIMEOUT 30 s"


def test_kernel_messages_in_between_are_noise():
    p = parse("Booting\nKTAP version 1\n1..1\nhda: DMA error\n"
              "  KTAP version 1\n  1..1\nEXT2-fs: oops, no\n  ok 1 x\nok 1 t\n")
    assert p.close() == [] and p.results[0].status == "pass"
    assert p.noise == ["Booting", "hda: DMA error", "EXT2-fs: oops, no"]


def test_no_header_no_plan_wrong_numbers():
    assert "no KTAP header" in parse("ok 1 a\n").close()
    assert "no plan" in parse("KTAP version 1\nok 1 a\n").close()
    assert parse("KTAP version 1\n1..2\nok 2 a\n").close() == [
        "result 2 where 1 was due", "2 tests planned, 1 run"]


def test_bail_out():
    p = parse("KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n"
              "  Bail out! no disk\nnot ok 1 t # exit status 1\n")
    assert p.results[0].status == "fail"
    assert "Bail out! no disk" in p.results[0].failures()


def test_a_name_with_a_hash_and_a_dash():
    p = parse("KTAP version 1\n1..1\nok 1 - page #3 is clean\n")
    assert (p.results[0].name, p.results[0].status) == (
        "page #3 is clean", "pass")


def test_nested_test_without_its_result_is_a_problem():
    p = parse("KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n"
              "    KTAP version 1\n    1..1\n    ok 1 deep\nok 1 t\n")
    assert p.results[0].status == "fail"

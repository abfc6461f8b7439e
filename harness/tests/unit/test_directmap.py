# SPDX-License-Identifier: GPL-2.0-only
"""The library header: it compiles as C and C++ without a warning, and on a
kernel without direct mappings (the build machine's) it says so."""

import subprocess
from pathlib import Path

import pytest

from harness.paths import SELFTESTS

MUSL = "/usr/include/i386-linux-musl"
PROGRAM = """
#include <directmap.h>

int main(void)
{
	struct directmap d;
	struct directmap_scan s;
	size_t n;

	if (directmap_open(&d, 65536, 2, DIRECTMAP_READ))
		return errno == EOPNOTSUPP ? 42 : errno;
	directmap_begin(&s, &d, 0, 0, 65536, DIRECTMAP_PAGE);
	while (directmap_next(&s, &n))
		;
	directmap_start(&d, 0, 0, 0);
	directmap_wait(&d, 0);
	directmap_sync(&d, 0);
	directmap_close(&d);
	return 1;
}
"""


@pytest.mark.parametrize("compiler, standard", [
    ("gcc", "c11"), ("gcc", "gnu17"), ("g++", "c++11"), ("g++", "c++20")])
def test_compiles_without_a_warning(tmp_path: Path, compiler: str,
                                    standard: str):
    source = tmp_path / ("p.c" if compiler == "gcc" else "p.cpp")
    source.write_text(PROGRAM)
    include = subprocess.run([compiler, "-print-file-name=include"],
                             capture_output=True, text=True).stdout.strip()
    p = subprocess.run(
        [compiler, "-m32", f"-std={standard}", "-nostdinc", "-isystem",
         include, "-isystem", MUSL, "-D_GNU_SOURCE", "-pedantic", "-Wall",
         "-Wextra", "-Werror", f"-I{SELFTESTS}/lib", "-c", "-o",
         str(tmp_path / "p.o"), str(source)], capture_output=True, text=True)
    assert p.returncode == 0, p.stderr


def test_a_kernel_without_direct_mappings_is_named(tmp_path: Path):
    source = tmp_path / "p.c"
    source.write_text(PROGRAM)
    program = tmp_path / "p"
    subprocess.run(["gcc", "-std=gnu11", "-D_GNU_SOURCE",
                    f"-I{SELFTESTS}/lib", "-o", str(program), str(source)],
                   check=True)
    assert subprocess.run([program]).returncode == 42

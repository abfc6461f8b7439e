#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Boots a kernel stopped and attaches gdb: gdb.sh [--tree base] [words for init]
cd "$(dirname "$0")/.." && exec /usr/bin/python3 -m harness gdb "$@"

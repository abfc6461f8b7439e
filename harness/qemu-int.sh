#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Boots with a trace of every interrupt, exception and reset that the processor takes
# (in build/logs/qemu-int.log). Arguments: as of "python3 -m harness boot".
cd "$(dirname "$0")/.." && mkdir -p build/logs &&
exec /usr/bin/python3 -m harness qemu-int "$@"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Boots with a trace of every command and DMA transfer of the IDE controller
# (in build/logs/ide-trace.log). Arguments: as of "python3 -m harness boot".
cd "$(dirname "$0")/.." && mkdir -p build/logs &&
exec /usr/bin/python3 -m harness ide-trace "$@"

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Marks where an interval begins and ends for the instruction counter
 * (harness/plugin/count.cpp); a no-op everywhere else. @id is a constant
 * below 65536.
 */
#pragma once

/* nopl MARK+id(%eax), and with %ecx. "memory": the compiler moves no access
 * across it. */
#define MARK_NOPL(modrm, id)						\
	asm volatile(".byte 0x0f, 0x1f, " modrm "; .long 0x4d41524b + %c0" \
		     : : "i"(id) : "memory")
#define MARK_BEGIN(id) MARK_NOPL("0x80", id)
#define MARK_END(id) MARK_NOPL("0x81", id)

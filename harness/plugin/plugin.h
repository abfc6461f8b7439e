/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What our QEMU TCG plugins share: the part of QEMU's plugin API (QEMU 7.2,
 * API 1) that they use, which Debian packages no header for, lines in QEMU's
 * log (-d plugin -D FILE), and the markers around an interval.
 *
 * A marker is a no-op that a guest program executes, nopl with a displacement
 * (selftests/lib/marker.h): its base register says begin (eax) or end (ecx),
 * the displacement less MARK is the interval's id.
 */
#pragma once

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

/* ---- QEMU's side ---- */

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
using plugin_id = uint64_t;
using plugin_access = uint32_t;
using vcpu_callback = void (*)(unsigned vcpu, void *data);
using mem_callback = void (*)(unsigned vcpu, plugin_access access,
			      uint64_t vaddr, void *data);
enum plugin_registers { NO_REGISTERS };
enum plugin_operation { ADD_U64 };
enum plugin_direction { READS = 1, WRITES, READS_AND_WRITES };
constexpr int API_VERSION = 1;

extern "C" {
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
	void (*cb)(plugin_id id, qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_insn *insn,
	vcpu_callback cb, plugin_registers regs, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_insn *insn,
	plugin_operation op, void *counter, uint64_t value);
void qemu_plugin_register_vcpu_mem_cb(qemu_plugin_insn *insn,
	mem_callback cb, plugin_registers regs, plugin_direction rw,
	void *data);
unsigned qemu_plugin_mem_size_shift(plugin_access access);
bool qemu_plugin_mem_is_store(plugin_access access);
qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(plugin_access access,
					   uint64_t vaddr);
bool qemu_plugin_hwaddr_is_io(const qemu_plugin_hwaddr *haddr);
uint64_t qemu_plugin_hwaddr_phys_addr(const qemu_plugin_hwaddr *haddr);
size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb *tb);
qemu_plugin_insn *qemu_plugin_tb_get_insn(const qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const qemu_plugin_insn *insn);
void qemu_plugin_outs(const char *text);

[[gnu::visibility("default")]] extern int qemu_plugin_version;
int qemu_plugin_version = API_VERSION;
[[gnu::visibility("default")]] int qemu_plugin_install(plugin_id id,
	const void *info, int argc, char **argv);
}

[[gnu::format(printf, 1, 2)]] static inline void say(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	qemu_plugin_outs(line);
}

/* ---- the guest's instructions ---- */

constexpr uint32_t MARK = 0x4d41524b, MAX_ID = 0x10000;
constexpr uint64_t KERNEL = 0xc0000000;

enum mark { NO_MARK, MARK_BEGIN, MARK_END };

/* What kind of marker the @n bytes of an instruction at @p are, and its
 * interval's id. */
static inline mark decode_marker(const uint8_t *p, size_t n, size_t *id)
{
	uint32_t displacement;

	if (n != 7 || p[0] != 0x0f || p[1] != 0x1f ||
	    (p[2] != 0x80 && p[2] != 0x81))
		return NO_MARK;
	memcpy(&displacement, p + 3, sizeof(displacement));
	if (displacement - MARK >= MAX_ID)
		return NO_MARK;
	*id = displacement - MARK;
	return p[2] == 0x80 ? MARK_BEGIN : MARK_END;
}

static inline bool is_prefix(uint8_t b)
{
	return b == 0x66 || b == 0x67 || b == 0xf0 || b == 0xf2 ||
		b == 0xf3 || b == 0x2e || b == 0x36 || b == 0x3e ||
		b == 0x26 || b == 0x64 || b == 0x65;
}

/* in, out and their string forms, by the first byte behind prefixes. */
static inline bool is_port_io(uint8_t op)
{
	return (op >= 0x6c && op <= 0x6f) || (op >= 0xe4 && op <= 0xe7) ||
		(op >= 0xec && op <= 0xef);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FPU and SSE registers, lazily: they stay with the task that used them last
 * (cpu_info.fpu_owner) until another one touches the FPU, which traps because
 * CR0.TS is set whenever somebody else runs. 2.4: i387.c.
 */
#include <asm/cpufeature.h>
#include <asm/i387.h>
#include <linux/sched.h>
#include <linux/string.h>

constexpr unsigned long CR0_TS = 1 << 3;
constexpr u32 MXCSR_DEFAULT = 0x1f80, MXCSR_MASK_DEFAULT = 0xffbf;
constexpr u16 FCW_DEFAULT = 0x037f;

static void clts() { asm volatile("clts"); }
static void stts() { write_cr0(read_cr0() | CR0_TS); }

static void save_registers(fpu_state *f)
{
	if (cpu_has(X86_FEATURE_FXSR))
		asm volatile("fxsave %0" : "=m"(*f));
	else
		asm volatile("fnsave %0; fwait; frstor %0" : "+m"(*f));
}

static void load_registers(const fpu_state *f)
{
	if (cpu_has(X86_FEATURE_FXSR))
		asm volatile("fxrstor %0" :: "m"(*f));
	else
		asm volatile("frstor %0" :: "m"(*f));
}

/* What FNINIT leaves, and the defaults of MXCSR. */
static void init_state(fpu_state *f)
{
	memset(f, 0, sizeof(*f));
	if (cpu_has(X86_FEATURE_FXSR)) {
		auto *fx = (fxsave_image *)f;

		fx->cw = FCW_DEFAULT;
		fx->mxcsr = MXCSR_DEFAULT;
		return;
	}
	auto *env = (fnsave_image *)f;

	env->cw = 0xffff0000 | FCW_DEFAULT;
	env->sw = 0xffff0000;
	env->tag = 0xffffffff;
}

/* TS is off only while the owner runs. */
void fpu_switch_to(const task_struct *next)
{
	if (this_cpu().fpu_owner == next)
		clts();
	else
		stts();
}

void fpu_save_to_task(task_struct *t)
{
	if (this_cpu().fpu_owner != t)
		return;
	clts();
	save_registers(&t->thread.fpu);
	fpu_switch_to(current);
}

/* The registers hold nothing of @t any more. */
static void fpu_forget(task_struct *t)
{
	if (this_cpu().fpu_owner != t)
		return;
	this_cpu().fpu_owner = nullptr;
	stts();
}

void fpu_drop(task_struct *t)
{
	fpu_forget(t);
	t->thread.used_fpu = false;
}

fpu_state *fpu_take(task_struct *t)
{
	fpu_save_to_task(t);
	fpu_forget(t);
	if (!t->thread.used_fpu)
		init_state(&t->thread.fpu);
	t->thread.used_fpu = true;
	return &t->thread.fpu;
}

void math_state_restore()
{
	task_struct *owner = this_cpu().fpu_owner;
	thread_struct *me = &current->thread;

	clts();
	if (owner == current)
		return;
	if (owner)
		save_registers(&owner->thread.fpu);
	if (!me->used_fpu) {
		init_state(&me->fpu);
		me->used_fpu = true;
	}
	load_registers(&me->fpu);
	this_cpu().fpu_owner = current;
}

/* The lowest unmasked exception flag decides; the flags have the same order
 * in the status word and in MXCSR. */
int fpu_error_code(bool simd)
{
	u32 pending;

	fpu_save_to_task(current);
	if (cpu_has(X86_FEATURE_FXSR)) {
		auto *fx = (const fxsave_image *)&current->thread.fpu;

		pending = simd ? fx->mxcsr & ~(fx->mxcsr >> 7) :
			fx->sw & ~fx->cw;
	} else {
		auto *env = (const fnsave_image *)&current->thread.fpu;

		pending = env->sw & ~env->cw;
	}
	if (pending & 0x01)
		return FPE_FLTINV;
	if (pending & 0x04)
		return FPE_FLTDIV;
	if (pending & 0x08)
		return FPE_FLTOVF;
	if (pending & 0x12)		/* denormal, underflow */
		return FPE_FLTUND;
	return FPE_FLTRES;
}

/* ---- between the two image formats: signal frames carry both ---- */

/* One bit a register "not empty" -> two bits: valid, zero, special, empty. */
static u32 full_tag(const fxsave_image *fx, unsigned physical)
{
	unsigned top = fx->sw >> 11 & 7;
	const auto &st = fx->st[(physical - top) & 7];
	unsigned exponent = st.exponent & 0x7fff;
	bool zero = !(st.mantissa[0] | st.mantissa[1] | st.mantissa[2] |
		      st.mantissa[3]);

	if (!(fx->tag >> physical & 1))
		return 3;
	if (exponent == 0x7fff)
		return 2;
	if (exponent == 0)
		return zero ? 1 : 2;
	return st.mantissa[3] & 0x8000 ? 0 : 2;
}

void fxsave_to_fnsave(fnsave_image *to, const fxsave_image *fx)
{
	u32 tag = 0;

	for (unsigned i = 0; i < 8; i++)
		tag |= full_tag(fx, i) << 2 * i;
	to->cw = 0xffff0000 | fx->cw;
	to->sw = 0xffff0000 | fx->sw;
	to->tag = 0xffff0000 | tag;
	to->eip = fx->eip;
	to->cs = (fx->cs & 0xffff) | (u32)fx->opcode << 16;
	to->data = fx->data;
	to->ds = fx->ds;
	for (unsigned i = 0; i < 8; i++)
		memcpy(&to->st[i], &fx->st[i], sizeof(to->st[i]));
}

void fnsave_to_fxsave(fxsave_image *fx, const fnsave_image *from)
{
	u16 tag = 0;

	for (unsigned i = 0; i < 8; i++)
		if ((from->tag >> 2 * i & 3) != 3)
			tag |= 1 << i;
	fx->cw = (u16)from->cw;
	fx->sw = (u16)from->sw;
	fx->tag = tag;
	fx->eip = from->eip;
	fx->cs = (u16)from->cs;
	fx->opcode = from->cs >> 16;
	fx->data = from->data;
	fx->ds = from->ds;
	for (unsigned i = 0; i < 8; i++)
		memcpy(&fx->st[i], &from->st[i], sizeof(from->st[i]));
}

/* A user may have put in anything: bits that FXRSTOR refuses go. */
void fpu_sanitize(fpu_state *f)
{
	auto *fx = (fxsave_image *)f;

	if (cpu_has(X86_FEATURE_FXSR))
		fx->mxcsr &= MXCSR_MASK_DEFAULT;
}

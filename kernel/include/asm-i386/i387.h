/* SPDX-License-Identifier: GPL-2.0-only */
/* FPU images as the processor stores them, and who owns the registers. */
#pragma once

#include <linux/types.h>

struct task_struct;
struct fpu_state;

struct fp_register {			/* 80 bits */
	u16 mantissa[4], exponent;
};
static_assert(sizeof(fp_register) == 10);

struct fnsave_image {			/* SDM vol. 1, figure 8-9 */
	u32 cw, sw, tag, eip, cs, data, ds;
	fp_register st[8];
};
static_assert(sizeof(fnsave_image) == 108);

struct fxsave_image {			/* SDM vol. 1, table 10-2 */
	u16 cw, sw, tag, opcode;
	u32 eip, cs, data, ds, mxcsr, mxcsr_mask;
	struct {
		u16 mantissa[4], exponent, pad[3];
	} st[8];
	u32 xmm[8][4];
	u32 pad[56];
};
static_assert(sizeof(fxsave_image) == 512);

void fpu_switch_to(const task_struct *next);
void fpu_drop(task_struct *t);		/* it starts afresh */
void fxsave_to_fnsave(fnsave_image *to, const fxsave_image *fx);
void fnsave_to_fxsave(fxsave_image *fx, const fnsave_image *from);
void fpu_sanitize(fpu_state *f);
/* What @t, which does not run, has in its registers; free to be changed. */
fpu_state *fpu_take(task_struct *t);

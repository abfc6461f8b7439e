/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Debug builds only: what the compiler calls when it finds undefined
 * behaviour or a stack overrun. Each is a bug of the kernel, so it is the
 * end. Layouts: the data blocks that GCC emits for -fsanitize=undefined.
 */
#include <linux/kernel.h>

struct source_location {
	const char *file;
	u32 line, column;
};

[[noreturn]] static void report(const source_location &at, const char *what)
{
	panic("undefined behaviour at %s:%u:%u: %s", at.file, at.line,
	      at.column, what);
}

struct type_descriptor {
	u16 kind, info;
	char name[1];
};

struct type_mismatch_data {
	source_location at;
	const type_descriptor *type;
	u8 log_alignment, kind;
};

/* Every block begins with its location. */
#define HANDLER(name, what, ...)					\
	[[noreturn]] void __ubsan_handle_##name(			\
		const source_location *data __VA_OPT__(,) __VA_ARGS__)	\
	{								\
		report(*data, what);					\
	}

using value = unsigned long;

extern "C" {

[[noreturn]] void __ubsan_handle_type_mismatch_v1(
	const type_mismatch_data *d, value pointer)
{
	bool misaligned = pointer & ((1ul << d->log_alignment) - 1);

	panic("undefined behaviour at %s:%u:%u: %s of type %s at %08lx",
	      d->at.file, d->at.line, d->at.column,
	      !pointer ? "null pointer" : misaligned ? "misaligned object" :
	      "too small object", d->type->name, pointer);
}

#pragma GCC diagnostic ignored "-Wunused-parameter"
HANDLER(add_overflow, "addition overflows", value, value)
HANDLER(sub_overflow, "subtraction overflows", value, value)
HANDLER(mul_overflow, "multiplication overflows", value, value)
HANDLER(negate_overflow, "negation overflows", value)
HANDLER(divrem_overflow, "division by zero or overflow", value, value)
HANDLER(shift_out_of_bounds, "shift out of bounds", value, value)
HANDLER(out_of_bounds, "index out of bounds", value)
HANDLER(pointer_overflow, "pointer arithmetic overflows", value, value)
HANDLER(load_invalid_value, "value the type does not have", value)
HANDLER(builtin_unreachable, "unreachable code reached")
HANDLER(missing_return, "function ends without a return value")
HANDLER(vla_bound_not_positive, "array of no size", value)
HANDLER(nonnull_arg, "null passed where it must not be")
HANDLER(nonnull_return_v1, "null returned where it must not be",
	const source_location *)
HANDLER(invalid_builtin, "bad argument of a builtin")

constinit unsigned long __stack_chk_guard = 0x0ad4c3ff;

[[noreturn]] void __stack_chk_fail()
{
	panic("stack overrun in the caller of %p", __builtin_return_address(0));
}

}

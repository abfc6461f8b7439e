/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How functions fail. A status is 0 or a negative errno; a result<T> is a
 * value or a negative errno, in one machine word: the top 4095 values of the
 * word are errors, as in 2.4's ERR_PTR. `return -ENOMEM;` works for both, and
 * TRY(expr) yields the value of expr or returns its error from the caller.
 */
#pragma once

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

constexpr unsigned long MAX_ERRNO = 4095;

/* The error part of a failed status or result, convertible to either. */
struct failure {
	int err;
};

class [[nodiscard]] status {
	int v;

public:
	constexpr status() : v(0) {}
	constexpr status(int err) : v(err) {}
	constexpr status(failure f) : v(f.err) {}
	constexpr bool ok() const { return v == 0; }
	constexpr bool failed() const { return v != 0; }
	constexpr int err() const { return v; }	/* 0 or -Exxx */
	constexpr failure fail() const { return {v}; }
	constexpr int value() const { return v; }	/* for TRY: discard it */
	constexpr void ignore() const {}
};

constexpr status OK{};

/* T is a pointer or an integer of one word whose errors cannot be values. */
template<class T> class [[nodiscard]] result {
	static_assert(sizeof(T) <= sizeof(long));
	unsigned long v;

public:
	constexpr result(int err) requires(!__is_same(T, int)) :
		v((unsigned long)err) {}
	constexpr result(T val) : v((unsigned long)val) {}
	constexpr result(failure f) : v((unsigned long)f.err) {}
	constexpr result(status s) requires(__is_same(T, long)) :
		v((unsigned long)s.err()) {}
	template<class U> requires(!__is_same(T, U) && __is_same(T, long))
	constexpr result(result<U> r) : v((unsigned long)r.raw()) {}
	constexpr bool failed() const { return v >= -MAX_ERRNO; }
	constexpr bool ok() const { return !failed(); }
	constexpr int err() const { return failed() ? (int)v : 0; }
	constexpr failure fail() const { return {(int)v}; }
	constexpr T value() const { return (T)v; }
	constexpr long raw() const { return (long)v; }	/* value or -Exxx */
	constexpr void ignore() const {}
};

#define TRY(expr)						\
	({							\
		auto _try = (expr);				\
		if (unlikely(_try.failed()))			\
			return _try.fail();			\
		_try.value();					\
	})

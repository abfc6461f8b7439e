/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers to text and back. 2.4: lib/vsprintf.c. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>

/* Counts everything, stores what fits. */
struct sink {
	char *at, *end;			/* end: room for the 0 byte is there */
	size_t count = 0;

	void put(char c)
	{
		if (at < end)
			*at++ = c;
		count++;
	}
	void fill(char c, int n)
	{
		for (; n > 0; n--)
			put(c);
	}
	void text(const char *s, size_t n)
	{
		for (; n; n--)
			put(*s++);
	}
};

struct format {
	bool left = false, zero = false, plus = false, space = false,
		alt = false;
	int width = 0;
	int precision = -1;		/* none */
	int size = 0;			/* -2 hh, -1 h, 0, 1 l, 2 ll */
};

static void emit_string(sink &out, const format &f, const char *s, size_t n)
{
	int pad = f.width - (int)n;

	if (!f.left)
		out.fill(' ', pad);
	out.text(s, n);
	if (f.left)
		out.fill(' ', pad);
}

/* Digits from the last to the first; returns where they begin. */
static char *digits(char *end, u64 v, unsigned base, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	while (v >> 32)
		*--end = set[do_div(&v, base)];
	for (u32 low = (u32)v; low; low /= base)
		*--end = set[low % base];
	return end;
}

static void emit_number(sink &out, format f, u64 v, unsigned base, bool upper,
			char sign)
{
	char buf[24], *end = buf + sizeof(buf);
	char *first = digits(end, v, base, upper);
	int n = end - first;
	bool hex_prefix = f.alt && base == 16 && v;
	int zeros = max(f.precision < 0 ? 1 - n : f.precision - n, 0);

	if (f.alt && base == 8 && !zeros && v)
		zeros = 1;
	int pad = f.width - n - zeros - (sign != 0) - 2 * hex_prefix;

	if (f.zero && !f.left && f.precision < 0 && pad > 0) {
		zeros += pad;
		pad = 0;
	}
	if (!f.left)
		out.fill(' ', pad);
	if (sign)
		out.put(sign);
	if (hex_prefix)
		out.text(upper ? "0X" : "0x", 2);
	out.fill('0', zeros);
	out.text(first, n);
	if (f.left)
		out.fill(' ', pad);
}

static int parse_int(const char **s)
{
	int n = 0;

	while (isdigit(**s))
		n = n * 10 + *(*s)++ - '0';
	return n;
}

static void parse_flags(const char **s, format *f)
{
	for (;; (*s)++) {
		switch (**s) {
		case '-':
			f->left = true;
			break;
		case '0':
			f->zero = true;
			break;
		case '+':
			f->plus = true;
			break;
		case ' ':
			f->space = true;
			break;
		case '#':
			f->alt = true;
			break;
		default:
			return;
		}
	}
}

static void parse_size(const char **s, format *f)
{
	for (;; (*s)++) {
		switch (**s) {
		case 'h':
			f->size--;
			break;
		case 'l':
			f->size++;
			break;
		case 'z':
		case 't':
			break;		/* as long as int */
		default:
			return;
		}
	}
}

/* A va_list cannot be handed on by reference portably, but in a struct. */
struct arguments {
	__builtin_va_list ap;

	int get_int() { return __builtin_va_arg(ap, int); }
	u64 get_unsigned(int size)
	{
		if (size >= 2)
			return __builtin_va_arg(ap, u64);
		u32 v = __builtin_va_arg(ap, u32);

		return size == -1 ? (u16)v : size == -2 ? (u8)v : v;
	}
	s64 get_signed(int size)
	{
		if (size >= 2)
			return __builtin_va_arg(ap, s64);
		int v = __builtin_va_arg(ap, int);

		return size == -1 ? (s16)v : size == -2 ? (s8)v : v;
	}
	const void *get_pointer() { return __builtin_va_arg(ap, const void *); }
};

static void parse_width(const char **s, format *f, arguments &args)
{
	if (**s != '*') {
		f->width = parse_int(s);
		return;
	}
	(*s)++;
	f->width = args.get_int();
	if (f->width < 0) {
		f->left = true;
		f->width = -f->width;
	}
}

static void parse_precision(const char **s, format *f, arguments &args)
{
	if (**s != '.')
		return;
	(*s)++;
	if (**s != '*') {
		f->precision = parse_int(s);
		return;
	}
	(*s)++;
	f->precision = args.get_int();
}

static void emit_signed(sink &out, const format &f, s64 v)
{
	char sign = v < 0 ? '-' : f.plus ? '+' : f.space ? ' ' : 0;

	emit_number(out, f, v < 0 ? -(u64)v : (u64)v, 10, false, sign);
}

static void emit_char_pointer(sink &out, const format &f, const char *s)
{
	if (!s)
		s = "(null)";
	emit_string(out, f, s, strnlen(s, f.precision < 0 ? ~0u :
				       (size_t)f.precision));
}

static void convert(sink &out, char c, format &f, arguments &args)
{
	switch (c) {
	case 'd':
	case 'i':
		emit_signed(out, f, args.get_signed(f.size));
		break;
	case 'u':
		emit_number(out, f, args.get_unsigned(f.size), 10, false, 0);
		break;
	case 'o':
		emit_number(out, f, args.get_unsigned(f.size), 8, false, 0);
		break;
	case 'x':
	case 'X':
		emit_number(out, f, args.get_unsigned(f.size), 16, c == 'X', 0);
		break;
	case 'p':
		f.precision = 8;
		emit_number(out, f, (u32)args.get_pointer(), 16, false, 0);
		break;
	case 's':
		emit_char_pointer(out, f, (const char *)args.get_pointer());
		break;
	case 'c': {
		char ch = (char)args.get_int();

		emit_string(out, f, &ch, 1);
		break;
	}
	default:
		out.put('%');
		if (c != '%')
			out.put(c);
	}
}

int vsnprintf(char *buf, size_t size, const char *s, __builtin_va_list ap)
{
	sink out{buf, size ? buf + size - 1 : buf};
	arguments args;

	__builtin_va_copy(args.ap, ap);
	while (*s) {
		format f;

		if (*s != '%') {
			out.put(*s++);
			continue;
		}
		s++;
		parse_flags(&s, &f);
		parse_width(&s, &f, args);
		parse_precision(&s, &f, args);
		parse_size(&s, &f);
		if (!*s)
			break;
		convert(out, *s++, f, args);
	}
	if (size)
		*out.at = 0;
	__builtin_va_end(args.ap);
	return out.count;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	int n = vsnprintf(buf, size, fmt, ap);
	__builtin_va_end(ap);
	return n;
}

int sprintf(char *buf, const char *fmt, ...)
{
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	int n = vsnprintf(buf, (size_t)(-(unsigned long)buf - 1), fmt, ap);
	__builtin_va_end(ap);
	return n;
}

u64 simple_strtoull(const char *s, char **end, unsigned base)
{
	u64 v = 0;
	unsigned d;
	bool hex = s[0] == '0' && (s[1] | 0x20) == 'x' &&
		digit_value(s[2]) < 16;

	if (hex && (base == 0 || base == 16)) {
		base = 16;
		s += 2;
	}
	if (base == 0)
		base = *s == '0' ? 8 : 10;
	for (; (d = digit_value(*s)) < base; s++)
		v = v * base + d;
	if (end)
		*end = (char *)s;
	return v;
}

unsigned long simple_strtoul(const char *s, char **end, unsigned base)
{
	return (unsigned long)simple_strtoull(s, end, base);
}

long simple_strtol(const char *s, char **end, unsigned base)
{
	if (*s == '-')
		return -(long)simple_strtoul(s + 1, end, base);
	return (long)simple_strtoul(s, end, base);
}

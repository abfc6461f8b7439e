/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scripts: "#! interpreter [argument]" makes the arguments interpreter,
 * argument, the script's name, and what followed argv[0]. 2.4: binfmt_script.c.
 */
#include <linux/binfmts.h>
#include <linux/string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The line without "#!" and blanks around it, 0-terminated in place; null if
 * it is empty or does not end within the buffer. */
static char *script_line(char *buf)
{
	char *start = buf + 2, *end;

	buf[BINPRM_BUF_SIZE - 1] = 0;
	end = strchr(start, '\n');
	if (!end && strlen(start) == BINPRM_BUF_SIZE - 3)
		return nullptr;
	if (!end)
		end = start + strlen(start);
	while (end > start && is_blank(end[-1]))
		end--;
	*end = 0;
	while (is_blank(*start))
		start++;
	return *start ? start : nullptr;
}

/* Cuts the line after the interpreter; the rest, if any, is one argument. */
static char *split_argument(char *line)
{
	while (*line && !is_blank(*line))
		line++;
	if (!*line)
		return nullptr;
	*line++ = 0;
	while (is_blank(*line))
		line++;
	return line;
}

status load_script(linux_binprm *b)
{
	char line[BINPRM_BUF_SIZE], *interp, *arg;

	memcpy(line, b->buf, sizeof(line));
	interp = script_line(line);
	if (!interp)
		return -ENOEXEC;
	if (!b->script)
		return -ENOENT;
	arg = split_argument(interp);
	if (b->argc)
		TRY(remove_arg_zero(b));
	TRY(push_kernel_string(b, b->script));
	if (arg)
		TRY(push_kernel_string(b, arg));
	TRY(push_kernel_string(b, interp));
	b->argc += arg ? 3 : 2;
	strlcpy(b->interp, interp, sizeof(b->interp));
	b->script = b->interp;
	file *f = TRY(open_exec(interp));
	close_exec(b->f);
	b->f = f;
	return prepare_binprm(b);
}

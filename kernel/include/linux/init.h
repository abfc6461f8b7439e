/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line, and functions that boot calls. init/main.cpp. */
#pragma once

#include <linux/compiler.h>
#include <linux/types.h>

extern char saved_command_line[1024];
/* __setup("name=", fn): fn gets the text behind the '='; words after "--"
 * belong to init. */
struct setup_param {
	const char *name;
	void (*fn)(const char *value);
};
#define __setup(str, func)						\
	static const setup_param __setup_##func				\
		[[gnu::section(".init.setup"), gnu::used]] = {str, func}

/* Runs late in boot in a task that may sleep, in link order by level:
 * core, fs, device. */
using initcall_t = void (*)();
#define __initcall_level(fn, level)					\
	static const initcall_t __initcall_##fn				\
		[[gnu::section(".initcall" #level), gnu::used]] = fn
#define core_initcall(fn)	__initcall_level(fn, 1)
#define fs_initcall(fn)		__initcall_level(fn, 2)
#define device_initcall(fn)	__initcall_level(fn, 3)
#define late_initcall(fn)	__initcall_level(fn, 4)

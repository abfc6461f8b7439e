/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files behind major 1 share. */
#pragma once

#include <linux/fs.h>

extern const file_operations random_fops;	/* random.cpp */
extern const file_operations mem_fops;		/* devmem.cpp */
extern const file_operations kmsg_fops;		/* kmsg.cpp */
/* For devices without a position: all seeks lead to 0. */
status null_llseek(file *f, loff_t offset, int whence, loff_t *res);

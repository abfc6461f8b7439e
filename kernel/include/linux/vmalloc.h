/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that is contiguous only for the kernel's eyes. mm/vmalloc.cpp.
 * May sleep; null when there is none. */
#pragma once
#include <linux/types.h>

void *vmalloc(size_t size);
void vfree(void *p);
void vmalloc_init();

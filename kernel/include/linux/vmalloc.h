/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that is contiguous only for the kernel's eyes. mm/vmalloc.cpp.
 * May sleep; null when there is none. */
#pragma once
#include <linux/types.h>

void *vmalloc(size_t size);
void vfree(void *p);
/* Device memory, uncached; the physical range need not be page-aligned. */
void *ioremap(unsigned long phys, size_t size);
void iounmap(void *p);
void vmalloc_init();

/* SPDX-License-Identifier: GPL-2.0-only */
/* Who this system says it is. kernel/uname.cpp. */
#pragma once

#include <linux/semaphore.h>
#include <uapi/utsname.h>

extern new_utsname system_utsname;
extern rw_semaphore uts_sem;		/* protects it */

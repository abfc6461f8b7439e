/* SPDX-License-Identifier: GPL-2.0-only */
/* The last resort when memory cannot be reclaimed. mm/oom_kill.cpp. */
#pragma once

/* Picks and kills the biggest user of memory, unless one is dying already or
 * swap is still free. False: there is nobody to kill. Task context. */
bool out_of_memory();

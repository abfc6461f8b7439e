/* SPDX-License-Identifier: GPL-2.0-only */
/* Feature bits of CPUID leaf 1, EDX (SDM vol. 2, CPUID). */
#pragma once

#include <asm/processor.h>

constexpr unsigned X86_FEATURE_FPU = 0, X86_FEATURE_VME = 1,
	X86_FEATURE_DE = 2, X86_FEATURE_PSE = 3, X86_FEATURE_TSC = 4,
	X86_FEATURE_PGE = 13, X86_FEATURE_FXSR = 24, X86_FEATURE_XMM = 25,
	X86_FEATURE_XMM2 = 26;

inline bool cpu_has(unsigned feature)
{
	return boot_cpu_data.features >> feature & 1;
}

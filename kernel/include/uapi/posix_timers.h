/* SPDX-License-Identifier: GPL-2.0-only */
/* timer_create(2) and its family, i386 layouts. */
#pragma once

#include <uapi/signal.h>
#include <uapi/time.h>

constexpr int SIGEV_SIGNAL = 0, SIGEV_NONE = 1, SIGEV_THREAD = 2,
	SIGEV_THREAD_ID = 4;

struct sigevent_t {
	sigval_t value;
	int signo, notify;
	int tid;
	int pad[12];
};
static_assert(sizeof(sigevent_t) == 64);

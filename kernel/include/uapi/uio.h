/* SPDX-License-Identifier: GPL-2.0-only */
/* readv(2) and its family. */
#pragma once

#include <linux/types.h>

constexpr unsigned UIO_MAXIOV = 1024;
struct iovec {
	u32 iov_base;			/* user address */
	u32 iov_len;
};

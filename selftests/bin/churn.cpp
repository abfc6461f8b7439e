/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * churn ANON_MIB DEV READ_MIB: touches so much anonymous memory, then reads
 * so much of a disk, which must be more than fits beside it, between two
 * markers (marker.h). Without swap nothing but what was read can give way.
 */
#include <abi.h>
#include <marker.h>

static uint8_t buf[64 * KIB];

int main(int argc, char **argv)
{
	MUST(argc == 4);
	size_t anon = atoi(argv[1]) * MIB, left = atoi(argv[3]) * MIB;
	uint8_t *p = page_buffer(anon);
	int fd = open(argv[2], O_RDONLY);

	MUST(fd >= 0);
	MARK_BEGIN(1);
	for (; left; left -= sizeof(buf))
		MUST(read(fd, buf, sizeof(buf)) == (ssize_t)sizeof(buf));
	MARK_END(1);
	for (size_t i = 0; i < anon; i++)
		MUST(p[i] == 0x5a);
	puts("churn: done");
	return 0;
}

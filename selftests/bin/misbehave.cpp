/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test that does what tests must not: the harness's own tests run it to see
 * that init and the host cope. MISBEHAVE says how.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

[[noreturn]] static void hang()
{
	signal(SIGTERM, SIG_IGN);
	for (;;)
		pause();
}

[[noreturn]] static void spin()
{
	for (;;)
		asm volatile("" ::: "memory");
}

/* A child that keeps the pipe open, and a mount. */
static int leave_things_behind()
{
	mount("/dev/hdb", "/mnt", "ext2", MS_RDONLY, nullptr);
	if (fork() == 0)
		hang();
	printf("ok 1 left a child and a mount\n");
	return 0;
}

static int make_noise()
{
	for (int i = 0; i < 5000; i++)
		putchar('a' + i % 26);
	printf("\nno newline at the end");
	return 0;
}

int main()
{
	const char *how = getenv("MISBEHAVE");

	printf("KTAP version 1\n1..1\n");
	fflush(stdout);
	if (!how)
		return 4;
	if (!strcmp(how, "hang"))
		hang();
	if (!strcmp(how, "spin"))
		spin();
	if (!strcmp(how, "crash"))
		asm volatile("movl $1, 8" ::: "memory");
	if (!strcmp(how, "orphan"))
		return leave_things_behind();
	if (!strcmp(how, "noise"))
		return make_noise();
	return atoi(how);
}

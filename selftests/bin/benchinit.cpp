/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PID 1 of an initramfs (harness/bench/peer.py) for a Linux whose disk driver
 * and file system are modules: loads what lies in /modules, in the order of
 * the names, mounts the first disk that is there and becomes its /init, with
 * the arguments it was given.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

[[noreturn]] static void give_up(const char *what)
{
	printf("benchinit: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void load(const char *name)
{
	struct stat st;
	int fd = open(name, O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		give_up(name);
	void *image = malloc(st.st_size);
	if (!image || read(fd, image, st.st_size) != st.st_size)
		give_up(name);
	close(fd);
	if (syscall(SYS_init_module, image, (unsigned long)st.st_size, "") &&
	    errno != EEXIST)
		give_up(name);
	free(image);
}

static void load_all()
{
	dirent **names;
	int n = scandir(".", &names, nullptr, alphasort);

	for (int i = 0; i < n; i++)
		if (*names[i]->d_name != '.')
			load(names[i]->d_name);
}

/* The drivers look for their disks in the background. */
static const char *wait_for_disk()
{
	static const char *const names[] = {"/dev/sda", "/dev/hda"};

	for (int i = 0; i < 300; i++) {
		for (const char *name : names)
			if (!access(name, F_OK))
				return name;
		usleep(100000);
	}
	give_up("no disk");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, nullptr, _IOLBF, 0);
	if (mount("dev", "/dev", "devtmpfs", 0, nullptr))
		give_up("devtmpfs");
	if (chdir("/modules"))
		give_up("/modules");
	load_all();
	const char *disk = wait_for_disk();
	if (mount(disk, "/root", "ext2", 0, nullptr))
		give_up(disk);
	if (mount("/dev", "/root/dev", nullptr, MS_MOVE, nullptr) ||
	    chdir("/root") || chroot("."))
		give_up("/root");
	argv[0] = (char *)"/init";
	argv[argc] = nullptr;
	execv(argv[0], argv);
	give_up("/init");
}

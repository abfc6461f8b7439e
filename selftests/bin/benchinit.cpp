/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PID 1 of an initramfs (harness/bench/peer.py) for a Linux that sees IDE
 * disks as SCSI disks, and whose drivers may be modules: loads what lies in
 * /modules, in the order of the names, gives the disks their IDE names,
 * mounts the first and becomes its /init, with the arguments it was given.
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

/* "H:C:T:L" of a SCSI disk: its channel is a host, the drive a target. */
static int place_of(const char *disk)
{
	char name[300], link[300];
	int host, channel, target;

	snprintf(name, sizeof(name), "/sys/block/%s/device", disk);
	int n = readlink(name, link, sizeof(link) - 1);
	link[n < 0 ? 0 : n] = 0;
	const char *last = strrchr(link, '/');
	if (sscanf(last ? last + 1 : link, "%d:%d:%d:", &host, &channel,
		   &target) != 3 || host > 1 || target > 1)
		return -1;
	return 2 * host + target;
}

/* sda need not be the first drive: they are looked for all at a time. */
static unsigned name_disks()
{
	unsigned found = 0;
	char from[300], to[] = "/dev/hd?";
	DIR *d = opendir("/sys/block");

	while (dirent *e = d ? readdir(d) : nullptr) {
		int place = strncmp(e->d_name, "sd", 2) ? -1 :
			place_of(e->d_name);
		if (place < 0)
			continue;
		snprintf(from, sizeof(from), "/dev/%s", e->d_name);
		to[7] = 'a' + place;
		if (!access(from, F_OK) && (!symlink(e->d_name, to) ||
					    errno == EEXIST))
			found |= 1 << place;
	}
	if (d)
		closedir(d);
	return found;
}

static void wait_for_disks(unsigned wanted)
{
	for (int i = 0; i < 600; i++) {
		if ((name_disks() & wanted) == wanted)
			return;
		usleep(100000);
	}
	errno = ENODEV;
	give_up("disks");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, nullptr, _IOLBF, 0);
	if (mount("dev", "/dev", "devtmpfs", 0, nullptr))
		give_up("devtmpfs");
	if (mount("sys", "/sys", "sysfs", 0, nullptr))
		give_up("sysfs");
	if (chdir("/modules"))
		give_up("/modules");
	load_all();
	wait_for_disks(7);
	umount2("/sys", MNT_DETACH);
	if (mount("/dev/hda", "/root", "ext2", 0, nullptr))
		give_up("/dev/hda");
	if (mount("/dev", "/root/dev", nullptr, MS_MOVE, nullptr) ||
	    chdir("/root") || chroot("."))
		give_up("/root");
	argv[0] = (char *)"/init";
	argv[argc] = nullptr;
	execv(argv[0], argv);
	give_up("/init");
}

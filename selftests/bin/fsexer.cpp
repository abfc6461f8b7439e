/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exercises a file system at random and compares it with a model in memory as
 * it goes (lib/fs); says at the end what is there, for whoever looks at the
 * disk from outside:
 *
 *   fsexer: f|d|l PATH LINKS SIZE CRC
 *
 * SIZE and CRC are of the contents, or of a link's text; 0 for a directory.
 *
 *   dev=/dev/hdb seed=1 ops=2000     what is mounted at /mnt, how long
 *   jobs=N     as many processes, each in a directory of its own (default 1;
 *              a single one also unmounts and mounts now and then)
 *   full=1     the file system is too small: a mapped store needs a block
 *   crash=1    the machine may stop at any moment. Says what must be on the
 *              disk from now on, "fsexer: kept NUMBER PATH SIZE CRC.", and
 *              before that changes "fsexer: gone NUMBER."; waits for a line
 *              after each, so that the host knows what came before what.
 *   crash=2    the same, by direct writes and direct mappings only
 *   crash=3    says nothing of the kind, but unmounts and mounts
 *   SEED       replays a run: one process does the same each time
 */
#include <fs/look.h>
#include <no_echo.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <vmstat.h>

static unsigned jobs = 1, crash, kept;

static void mount_it()
{
	if (mount(ex.device, "/mnt", "ext2", 0, nullptr))
		fs_die("mount %s: %s", ex.device, strerror(errno));
}

static void remount()
{
	for (const fs_inode &i : fs.inode)
		if (jobs > 1 || crash == 1 || crash == 2 ||
		    (i.type && i.fd >= 0))
			return;
	fs_log("unmount and mount");
	FS_MUST(umount("/mnt") == 0);
	mount_it();
	ex.remounts++;
	fs_check_all();
}

/* ---- what a crash must not take ---- */

static void wait_for_host()
{
	char line[8];

	if (!fgets(line, sizeof(line), stdin))
		fs_die("nobody answers");
}

static void fs_touch(unsigned ino)
{
	fs_inode *i = &fs.inode[ino];

	if (!i->seal)
		return;
	printf("fsexer: gone %u.\n", i->seal);
	i->seal = 0;
	wait_for_host();
}

static void sync_path(const char *path)
{
	int fd = open(path, O_RDONLY);

	FS_MUST(fd >= 0);
	FS_MUST(fsync(fd) == 0);
	FS_MUST(close(fd) == 0);
}

/* The last step alone must bring to the disk what it wrote: what was written
 * before, and the directories, are there by then. */
static void write_and_sync(fs_inode *i, const fs_name *e)
{
	unsigned how = fs_random(5);

	fs_log("write and sync %u", how);
	if (how == 0) {
		fs_write_some(i, e, O_SYNC);
		return;
	}
	int fd = fs_open(i, e, O_RDWR);
	if (how <= 2)
		fs_write_some(i, e, 0);
	else
		fs_store(i, fd, 0, how == 4);
	if (how != 4)
		FS_MUST(how == 1 ? !fdatasync(fd) : !fsync(fd));
	FS_MUST(close(fd) == 0);
}

static void write_and_sync_direct(fs_inode *i, const fs_name *e)
{
	unsigned how = fs_random(4);

	fs_log("direct write and sync %u", how);
	if (how == 0) {
		fs_write_direct(i, e, O_SYNC);
		return;
	}
	int fd = fs_open(i, e, O_RDWR);
	if (how == 1)
		fs_write_direct(i, e, 0);
	else
		fs_store(i, fd, fs_mapped_flags(), how == 2);
	if (how != 2)
		FS_MUST(fsync(fd) == 0);
	FS_MUST(close(fd) == 0);
}

static void confirm()
{
	char dir[4096];
	const fs_name *e = fs_pick_victim("f");

	if (!e || !crash || crash == 3)
		return;
	fs_inode *i = &fs.inode[e->ino];
	fs_touch(e->ino);
	for (unsigned d = e->dir;; d = fs_name_of(d)->dir) {
		fs_dir_path(d, dir);
		sync_path(dir);
		if (!d)
			break;
	}
	sync_path(fs_path(e));
	crash == 2 ? write_and_sync_direct(i, e) : write_and_sync(i, e);
	i->seal = ++kept;
	printf("fsexer: kept %u %s %llu %08x.\n", i->seal, fs_path(e),
	       (long long)i->data.size, fs_crc(&i->data));
	wait_for_host();
}

/* ---- the run ---- */

static const struct {
	unsigned weight;
	void (*run)();
} operations[] = {
	{8, fs_make_file}, {3, fs_make_dir}, {3, fs_make_link}, {3, fs_link},
	{5, fs_unlink}, {2, fs_rmdir}, {5, fs_rename}, {30, fs_change_file},
	{10, fs_read_file}, {4, fs_orphan}, {4, fs_stat}, {2, fs_readlink},
	{2, fs_list}, {3, fs_sync}, {1, fs_refused}, {1, remount},
	{12, confirm},
};

static void run_one()
{
	unsigned sum = 0, i = 0;

	for (auto &o : operations)
		sum += o.weight;
	unsigned pick = fs_random(sum);
	while (pick >= operations[i].weight)
		pick -= operations[i++].weight;
	fs_log("nothing");
	operations[i].run();
}

static void print_name(const fs_name *e)
{
	const fs_inode *i = &fs.inode[e->ino];
	uint32_t crc = i->type == 'f' ? fs_crc(&i->data) : 0;
	long long size = (long long)i->data.size;
	char text[1024];

	if (i->type == 'l') {
		size = (long long)fs_link_text(i->text, text);
		crc = crc32(0, text, (size_t)size);
	}
	printf("fsexer: %c %s %u %lld %08x\n", i->type, fs_path(e), i->links,
	       size, crc);
}

static void print_all()
{
	printf("fsexer: d %s %u 0 00000000\n", fs.top, fs.inode[0].links);
	for (const fs_name &e : fs.name)
		if (e.used)
			print_name(&e);
	printf("fsexer: count ops %u enospc %u remounts %u\n", ex.op, ex.enospc,
	       ex.remounts);
}

static uint8_t *buffer()
{
	void *p = mmap(nullptr, FS_MOST, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	FS_MUST(p != MAP_FAILED);
	return (uint8_t *)p;
}

/* What the kernel can do with files in the directory. */
static void probe(const char *dir)
{
	char path[80];

	snprintf(path, sizeof(path), "%s/probe", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_DIRECT, 0600);
	ex.direct = fd >= 0 && fcntl(fd, F_GETFL) & O_DIRECT;
	void *p = mmap(nullptr, FS_PAGE, PROT_READ,
		       FS_VALIDATE | FS_MAP_DIRECT, fd, 0);
	ex.mapped = p != MAP_FAILED && munmap(p, FS_PAGE) == 0;
	close(fd);
	unlink(path);
}

static void run_job(unsigned job)
{
	char top[64];

	snprintf(top, sizeof(top), "/mnt/j%u", job);
	fs_init(top);
	ex.random = (ex.seed + job * 7919) * 2 + 1;
	fs_buf = buffer();
	fs_want = buffer();
	FS_MUST(mkdir(top, 0755) == 0);
	probe(top);
	for (unsigned i = 0; crash && i < 12; i++)
		fs_make_dir();
	if (crash)
		sync();
	ex.fixed = crash;
	for (ex.op = 0; ex.op < ex.ops; ex.op++) {
		if (ex.op % 1000 == 0)
			printf("fsexer: %u operations\n", ex.op);
		run_one();
	}
	fs_check_all();
	print_all();
}

static bool run_jobs()
{
	int status;
	bool good = true;

	for (unsigned job = 0; job < jobs; job++)
		if (fork() == 0) {
			run_job(job);
			exit(0);
		}
	while (wait(&status) > 0)
		good = good && !status;
	return good;
}

static void option(const char *word)
{
	const char *value = strchr(word, '=');
	uint32_t n = value ? (uint32_t)strtoul(value + 1, nullptr, 0) : 0;

	if (!strncmp(word, "dev=", 4))
		ex.device = value + 1;
	else if (!strncmp(word, "seed=", 5))
		ex.seed = n;
	else if (!strncmp(word, "ops=", 4))
		ex.ops = n;
	else if (!strncmp(word, "jobs=", 5))
		jobs = n;
	else if (!strncmp(word, "full=", 5))
		ex.full = n;
	else if (!strncmp(word, "crash=", 6))
		crash = n;
	else
		fs_die("what is %s?", word);
}

int main(int argc, char **argv)
{
	static char out[8192];
	static vmstat v;
	struct statfs st;

	setvbuf(stdout, out, _IOLBF, sizeof(out));
	no_echo();
	ex.device = "/dev/hdb";
	ex.ops = 2000;
	for (int i = 1; i < argc; i++)
		option(argv[i]);
	mount_it();
	FS_MUST(statfs("/mnt", &st) == 0);
	ex.block = (unsigned)st.f_bsize;
	printf("fsexer: seed %u ops %u jobs %u block %u\n", ex.seed, ex.ops,
	       jobs, ex.block);
	bool good = run_jobs();
	if (umount("/mnt"))
		fs_die("umount: %s", strerror(errno));
	vmstat_read(&v);
	printf("fsexer: count pgsteal %lld\n", vmstat_get(&v, "pgsteal"));
	printf("fsexer: %s\n", good ? "done" : "failed");
	return !good;
}

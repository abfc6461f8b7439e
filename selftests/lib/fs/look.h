/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Comparing the tree with the model: names, types, links, sizes, contents.
 */
#pragma once

#include <dirent.h>
#include <fs/data.h>

static inline void fs_check_stat(const fs_name *e)
{
	const fs_inode *i = &fs.inode[e->ino];
	mode_t type = i->type == 'd' ? S_IFDIR : i->type == 'l' ? S_IFLNK :
		S_IFREG;
	char text[1024];
	struct stat st;

	FS_MUST(lstat(fs_path(e), &st) == 0);
	FS_MUST((st.st_mode & S_IFMT) == type);
	FS_MUST(st.st_nlink == i->links);
	if (i->type == 'f')
		FS_MUST((uint64_t)st.st_size == i->data.size);
	if (i->type == 'l')
		FS_MUST((size_t)st.st_size == fs_link_text(i->text, text));
}

static inline void fs_stat()
{
	if (const fs_name *e = fs_pick("fld")) {
		fs_log("stat %.99s", fs_path(e));
		fs_check_stat(e);
	}
}

static inline void fs_check_link(const fs_name *e)
{
	char want[1024], got[1024];
	long len = (long)fs_link_text(fs.inode[e->ino].text, want);

	FS_MUST(readlink(fs_path(e), got, sizeof(got)) == len);
	FS_MUST(!memcmp(want, got, (size_t)len));
}

static inline void fs_readlink()
{
	if (const fs_name *e = fs_pick("l")) {
		fs_log("readlink %.99s", fs_path(e));
		fs_check_link(e);
	}
}

static inline bool fs_is_dot(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

static inline void fs_check_list(unsigned dir)
{
	char path[4096], name[256];
	unsigned seen = 0;

	fs_dir_path(dir, path);
	DIR *d = opendir(path);
	FS_MUST(d);
	while (dirent *e = readdir(d)) {
		if (fs_is_dot(e->d_name))
			continue;
		unsigned number = (unsigned)atoi(e->d_name + 1);
		fs_spell(number, name);
		if (strcmp(name, e->d_name) || fs_find(dir, number) < 0)
			fs_die("a strange name: %.99s", e->d_name);
		seen++;
	}
	closedir(d);
	if (seen != fs.inode[dir].children)
		fs_die("%u names, not %u", seen, fs.inode[dir].children);
}

static inline void fs_list()
{
	unsigned dir = fs_pick_dir();

	fs_log("list inode %u", dir);
	fs_check_list(dir);
}

static inline void fs_check_file(const fs_name *e)
{
	const fs_inode *i = &fs.inode[e->ino];
	int fd = fs_open(i, e, O_RDONLY);
	uint64_t size = i->data.size;

	/* All of it, but for the long holes that the edges leave. */
	for (uint64_t at = 0; at < size && at < 1u << 20; at += FS_MOST)
		fs_compare(i, fd, at, FS_MOST);
	for (unsigned k = 0; k < i->data.n; k++)
		fs_compare(i, fd, i->data.p[k].off, FS_MOST);
	fs_compare(i, fd, size > 5000 ? size - 5000 : 0, FS_MOST);
	FS_MUST(close(fd) == 0);
}

static inline void fs_check_all()
{
	fs_log("check everything");
	for (unsigned i = 0; i < FS_INODES; i++)
		if (fs.inode[i].type == 'd')
			fs_check_list(i);
	for (const fs_name &e : fs.name) {
		if (!e.used)
			continue;
		fs_check_stat(&e);
		if (fs.inode[e.ino].type == 'f')
			fs_check_file(&e);
		if (fs.inode[e.ino].type == 'l')
			fs_check_link(&e);
	}
}

static inline void fs_sync()
{
	const fs_name *e = fs_pick("fd");

	if (!e || fs_random(10) == 0) {
		fs_log("sync");
		sync();
		return;
	}
	unsigned how = fs_random(3);
	int fd = open(fs_path(e), O_RDONLY);
	fs_log("fsync, fdatasync, DONTNEED: %u of %.80s", how, fs_path(e));
	FS_MUST(fd >= 0);
	FS_MUST(how == 0 ? !fsync(fd) : how == 1 ? !fdatasync(fd) :
		!posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
	FS_MUST(close(fd) == 0);
}

/* What is refused whatever the tree looks like. */
static inline void fs_refused()
{
	char path[4600];
	const fs_name *e = fs_pick("f");
	char *end = fs_dir_path(0, path);

	fs_log("what is refused");
	*end++ = '/';
	memset(end, 'n', 256);
	end[256] = 0;
	fs_did(open(path, O_RDWR | O_CREAT, 0644), ENAMETOOLONG);
	fs_did(mkdir(path, 0755), ENAMETOOLONG);
	fs_did(open(fs.top, O_WRONLY), EISDIR);
	if (!e)
		return;
	sprintf(path, "%s/x", fs_path(e));
	fs_did(open(path, O_RDONLY), ENOTDIR);
	fs_did(rename(path, fs.top), ENOTDIR);
}

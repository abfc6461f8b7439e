/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A directory tree as its user sees it, kept in memory: names, files, short
 * and long symbolic links. Inode 0 is the directory that all of it is in.
 *
 * Invariant: a directory has one name; another inode has as many as links
 * says, and none if it is deleted but still open.
 */
#pragma once

#include <fs/content.h>
#include <stdio.h>

constexpr unsigned FS_INODES = 144, FS_NAMES = 240, FS_DEPTH = 8;
constexpr unsigned FS_ALPHABET = 300;	/* names that are ever used */
constexpr int FS_NONE = -1;

struct fs_inode {
	char type;			/* f, d, l; 0: free */
	unsigned links, children;	/* children: of a directory */
	fs_content data;
	uint32_t text;			/* of a symbolic link */
	int fd;				/* deleted and open, or -1 */
	unsigned seal;			/* what was said of it, see confirm() */
};

struct fs_name {
	bool used;
	unsigned dir, ino, name;
};

static struct {
	char top[64];			/* path of inode 0 */
	fs_inode inode[FS_INODES];
	fs_name name[FS_NAMES];
} fs;

/* ---- names ---- */

/* Their lengths go from 2 to 255, the most there may be. */
static inline void fs_spell(unsigned name, char *buf)
{
	int n = snprintf(buf, 16, "%c%u", 'a' + name % 26, name);
	int len = name % 16 == 0 ? 255 : name % 5 == 0 ? (int)name % 90 : 0;

	for (; n < len; n++)
		buf[n] = '-';
	buf[n] = 0;
}

static inline int fs_find(unsigned dir, unsigned name)
{
	for (unsigned i = 0; i < FS_NAMES; i++)
		if (fs.name[i].used && fs.name[i].dir == dir &&
		    fs.name[i].name == name)
			return (int)i;
	return FS_NONE;
}

static inline const fs_name *fs_name_of(unsigned ino)
{
	for (const fs_name &e : fs.name)
		if (e.used && e.ino == ino)
			return &e;
	return nullptr;
}

/* Is @dir @ancestor, or below it? */
static inline bool fs_is_below(unsigned dir, unsigned ancestor)
{
	while (dir != ancestor && dir)
		dir = fs_name_of(dir)->dir;
	return dir == ancestor;
}

static inline unsigned fs_depth(unsigned dir)
{
	unsigned n = 0;

	for (; dir; dir = fs_name_of(dir)->dir)
		n++;
	return n;
}

/* Levels of directories below @dir. */
static inline unsigned fs_height(unsigned dir)
{
	unsigned most = fs_depth(dir), n;

	for (unsigned i = 0; i < FS_INODES; i++)
		if (fs.inode[i].type == 'd' && fs_is_below(i, dir) &&
		    (n = fs_depth(i)) > most)
			most = n;
	return most - fs_depth(dir);
}

static inline char *fs_dir_path(unsigned dir, char *out)
{
	if (!dir)
		return out + sprintf(out, "%s", fs.top);
	const fs_name *e = fs_name_of(dir);
	out = fs_dir_path(e->dir, out);
	*out++ = '/';
	fs_spell(e->name, out);
	return out + strlen(out);
}

/* Two paths stay good at a time. */
static inline const char *fs_path(unsigned dir, unsigned name)
{
	static char buf[2][4096];
	static unsigned turn;
	char *path = buf[turn++ % 2], *end = fs_dir_path(dir, path);

	*end++ = '/';
	fs_spell(name, end);
	return path;
}

static inline const char *fs_path(const fs_name *e)
{
	return fs_path(e->dir, e->name);
}

/* Up to 59 bytes are in the inode itself, more in a block. */
static inline size_t fs_link_text(uint32_t text, char *buf)
{
	size_t len = 1 + (text % 3 ? text % 70 : text % 1000);

	for (size_t i = 0; i < len; i++)
		buf[i] = (char)('a' + (text + i * 7) % 26);
	buf[len] = 0;
	return len;
}

/* ---- changes ---- */

static inline int fs_free_name()
{
	for (unsigned i = 0; i < FS_NAMES; i++)
		if (!fs.name[i].used)
			return (int)i;
	return FS_NONE;
}

static inline int fs_free_inode()
{
	for (unsigned i = 1; i < FS_INODES; i++)
		if (!fs.inode[i].type)
			return (int)i;
	return FS_NONE;
}

/* May one more be made, or renamed to a name that is free? */
static inline bool fs_has_room()
{
	return fs_free_name() != FS_NONE && fs_free_inode() != FS_NONE;
}

static inline void fs_enter(unsigned dir, unsigned name, unsigned ino)
{
	fs.name[fs_free_name()] = {true, dir, ino, name};
	fs.inode[dir].children++;
	if (fs.inode[ino].type == 'd')
		fs.inode[dir].links++;
	else
		fs.inode[ino].links++;
}

/* Only the name: the inode may have other ones, or be open. */
static inline void fs_leave(fs_name *e)
{
	e->used = false;
	fs.inode[e->dir].children--;
	if (fs.inode[e->ino].type == 'd')
		fs.inode[e->dir].links--;
	else
		fs.inode[e->ino].links--;
}

static inline fs_inode *fs_create(unsigned dir, unsigned name, char type)
{
	unsigned ino = (unsigned)fs_free_inode();
	fs_inode *i = &fs.inode[ino];

	memset(i, 0, sizeof(*i));
	i->type = type;
	i->fd = -1;
	i->links = type == 'd' ? 2 : 0;
	fs_enter(dir, name, ino);
	return i;
}

static inline void fs_drop_inode(unsigned ino)
{
	fs_inode *i = &fs.inode[ino];

	if (i->type == 'd' || (!i->links && i->fd < 0))
		i->type = 0;
}

static inline void fs_remove(fs_name *e)
{
	fs_leave(e);
	fs_drop_inode(e->ino);
}

static inline void fs_init(const char *top)
{
	memset(&fs, 0, sizeof(fs));
	snprintf(fs.top, sizeof(fs.top), "%s", top);
	fs.inode[0].type = 'd';
	fs.inode[0].links = 2;
	fs.inode[0].fd = -1;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random changes of names: making, linking, renaming, removing.
 */
#pragma once

#include <fs/run.h>
#include <sys/stat.h>

static inline void fs_make(char type)
{
	unsigned dir = fs_pick_dir(), name = fs_random(FS_ALPHABET);
	int want = fs_find(dir, name) >= 0 ? EEXIST : 0;
	uint32_t text = fs_random(1 << 16);
	const char *path = fs_path(dir, name);
	char to[1024];
	long r;

	if (!fs_has_room() || (type == 'd' && fs_depth(dir) >= FS_DEPTH))
		return;
	fs_log("make %c %.99s", type, path);
	if (type == 'f') {
		r = open(path, O_RDWR | O_CREAT | O_EXCL, 0644);
		if (r >= 0)
			close((int)r);
	} else if (type == 'd') {
		r = mkdir(path, 0755);
	} else {
		fs_link_text(text, to);
		r = symlink(to, path);
	}
	if (fs_did(r, want))
		fs_create(dir, name, type)->text = text;
}

static inline void fs_make_file() { fs_make('f'); }
static inline void fs_make_link() { fs_make('l'); }
static inline void fs_make_dir() { if (!ex.fixed) fs_make('d'); }

static inline void fs_link()
{
	unsigned dir = fs_pick_dir(), name = fs_random(FS_ALPHABET);
	fs_name *e = fs_pick_victim("fl");

	if (!e || !fs_has_room())
		return;
	const char *from = fs_path(e), *to = fs_path(dir, name);
	fs_log("link %.60s to %.60s", from, to);
	fs_touch(e->ino);
	if (fs_did(link(from, to), fs_find(dir, name) >= 0 ? EEXIST : 0))
		fs_enter(dir, name, e->ino);
}

/* With fixed directories the disk may stop at any moment. e2fsck believes a
 * tree of block numbers that it finds, so the blocks of a tree that is gone
 * must not be used again before the disk knows. */
static inline void fs_freed(uint64_t size)
{
	if (ex.fixed && size > 12 * ex.block)
		sync();
}

static inline void fs_unlink()
{
	fs_name *e = fs_pick_victim(ex.fixed ? "fl" : "fld");

	if (!e)
		return;
	fs_inode *i = &fs.inode[e->ino];
	const char *path = fs_path(e);
	fs_log("unlink %.99s", path);
	fs_touch(e->ino);
	if (!fs_did(unlink(path), i->type == 'd' ? EISDIR : 0))
		return;
	fs_remove(e);
	fs_freed(i->data.size);
}

static inline void fs_rmdir()
{
	fs_name *e = ex.fixed ? nullptr : fs_pick(fs_random(8) ? "d" : "fl");

	if (!e)
		return;
	const fs_inode *i = &fs.inode[e->ino];
	const char *path = fs_path(e);
	fs_log("rmdir %.99s", path);
	if (fs_did(rmdir(path), i->type != 'd' ? ENOTDIR : i->children ?
		   ENOTEMPTY : 0))
		fs_remove(e);
}

/* What rename() says, in the order in which it looks. */
static inline int fs_rename_error(const fs_name *e, unsigned dir,
				  const fs_name *over)
{
	bool d = fs.inode[e->ino].type == 'd';

	if (d && fs_is_below(dir, e->ino))
		return EINVAL;
	if (!over || over->ino == e->ino)
		return 0;
	bool od = fs.inode[over->ino].type == 'd';
	if (od && fs_is_below(e->dir, over->ino))
		return ENOTEMPTY;
	if (d != od)
		return d ? ENOTDIR : EISDIR;
	return od && fs.inode[over->ino].children ? ENOTEMPTY : 0;
}

static inline void fs_renamed(fs_name *e, unsigned dir, unsigned name,
			      fs_name *over)
{
	unsigned ino = e->ino;

	if (over && over->ino == ino)
		return;		/* two names of one inode: both stay */
	uint64_t size = over ? fs.inode[over->ino].data.size : 0;
	if (over)
		fs_remove(over);
	fs_leave(e);
	fs_enter(dir, name, ino);
	fs_freed(size);
}

static inline void fs_rename()
{
	const char *types = ex.fixed ? "fl" : "fld";
	fs_name *e = fs_pick_victim(types);
	fs_name *over = fs_random(3) ? nullptr : fs_pick_victim(types);

	if (!e)
		return;
	unsigned dir = over ? over->dir : fs_pick_dir();
	unsigned name = over ? over->name : fs_random(FS_ALPHABET);
	int at = fs_find(dir, name);
	over = at < 0 ? nullptr : &fs.name[at];
	if ((ex.fixed && over && fs.inode[over->ino].type == 'd') ||
	    (fs.inode[e->ino].type == 'd' &&
	     fs_depth(dir) + 1 + fs_height(e->ino) > FS_DEPTH))
		return;
	const char *from = fs_path(e), *to = fs_path(dir, name);
	fs_log("rename %.60s to %.60s", from, to);
	fs_touch(e->ino);
	if (over)
		fs_touch(over->ino);
	if (fs_did(rename(from, to), fs_rename_error(e, dir, over)))
		fs_renamed(e, dir, name, over);
}

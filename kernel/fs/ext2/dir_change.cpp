/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changing directories (2.4's fs/ext2/dir.c): a change is prepared and
 * committed like a write to the page, which is locked meanwhile, so that no
 * half-made entry is written. Callers hold the directory's i_sem.
 */
#include <linux/ext2_fs.h>
#include <linux/pagemap.h>
#include <linux/string.h>

/* A DT_ value, as on the disk. */
static unsigned ext2_mode_to_type(umode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return 1;
	case S_IFDIR:
		return 2;
	case S_IFCHR:
		return 3;
	case S_IFBLK:
		return 4;
	case S_IFIFO:
		return 5;
	case S_IFSOCK:
		return 6;
	case S_IFLNK:
		return 7;
	}
	return 0;
}

static void set_entry(ext2_dir_entry *de, inode *dir, inode *inode)
{
	de->inode = inode->i_ino;
	de->file_type = 0;
	if (ext2_has_incompat(dir->i_sb, EXT2_FEATURE_INCOMPAT_FILETYPE))
		de->file_type = (u8)ext2_mode_to_type(inode->i_mode);
}

static unsigned offset_in(page *p, const ext2_dir_entry *de)
{
	return (unsigned)((char *)de - (char *)page_address(p));
}

/* Page locked. */
static status begin_change(page *p, unsigned from, unsigned to)
{
	return p->mapping->a_ops->prepare_write(nullptr, p, from, to);
}

/* We do not keep the hash tree that others may have put over the blocks. */
static void end_change(inode *dir, page *p, unsigned from, unsigned to)
{
	generic_commit_write(nullptr, p, from, to).ignore();
	dir->i_version++;
	dir->i_mtime = dir->i_ctime = current_fs_time();
	EXT2_I(dir)->i_flags &= ~EXT2_INDEX_FL;
	mark_inode_dirty(dir);
}

/* ---- adding ---- */

/* Where a name may go: an entry with enough room behind its own name, or
 * what is behind the last block of the directory. */
struct room {
	unsigned offset, len;	/* of the entry that is split or replaced */
	unsigned used;		/* of that entry, to be kept */
};

/* 1: found. */
static result<long> find_room(inode *dir, page *p, pgoff_t n,
			      const qstr *name, room *r)
{
	unsigned need = EXT2_DIR_REC_LEN(name->len);
	unsigned end = ext2_last_byte(dir, n), offset;

	for (offset = 0; offset < end; offset += r->len) {
		ext2_dir_entry *de = (ext2_dir_entry *)
			((char *)page_address(p) + offset);
		const char *wrong = ext2_check_entry(dir, de, offset);

		if (wrong)
			return ext2_bad_entry(dir, n, offset, wrong).fail();
		if (de->inode && de->name_len == name->len &&
		    !memcmp(de->name, name->name, name->len))
			return -EEXIST;
		r->offset = offset;
		r->len = de->rec_len;
		r->used = de->inode ? EXT2_DIR_REC_LEN(de->name_len) : 0;
		if (r->len - r->used >= need)
			return 1l;
	}
	if (offset >= PAGE_SIZE)
		return 0l;
	*r = {.offset = offset, .len = (unsigned)dir->i_sb->s_blocksize,
	      .used = 0};
	return 1l;
}

static status write_entry(inode *dir, page *p, const room *r,
			  const qstr *name, inode *inode)
{
	page_guard g(p);
	char *base = (char *)page_address(p) + r->offset;
	ext2_dir_entry *de = (ext2_dir_entry *)base;

	TRY(begin_change(p, r->offset, r->offset + r->len));
	if (r->used) {
		de->rec_len = (u16)r->used;
		de = (ext2_dir_entry *)(base + r->used);
	}
	de->rec_len = (u16)(r->len - r->used);
	de->name_len = (u8)name->len;
	memcpy(de->name, name->name, name->len);
	set_entry(de, dir, inode);
	end_change(dir, p, r->offset, r->offset + r->len);
	return OK;
}

/* One page more than there are: the directory may grow. */
status ext2_add_link(dentry *d, inode *inode)
{
	struct inode *dir = d->d_parent->d_inode;
	pgoff_t pages = ext2_dir_pages(dir);

	for (pgoff_t n = 0; n <= pages; n++) {
		room r{};
		page *p = TRY(ext2_get_page(dir, n));
		result<long> found = find_room(dir, p, n, &d->d_name, &r);
		status st = found.err();

		if (found.ok() && found.value())
			st = write_entry(dir, p, &r, &d->d_name, inode);
		ext2_put_page(p);
		if (st.failed() || found.value())
			return st;
	}
	return -ENOSPC;		/* 2^32 pages of names */
}

/* "." and "..", in a block of their own. */
static status fill_empty(inode *dir, inode *parent, page *p)
{
	unsigned size = dir->i_sb->s_blocksize;

	TRY(begin_change(p, 0, size));
	char *base = (char *)kmap(p);
	ext2_dir_entry *de = (ext2_dir_entry *)base;

	memset(base, 0, size);
	de->rec_len = EXT2_DIR_REC_LEN(1);
	de->name_len = 1;
	memcpy(de->name, ".", 1);
	set_entry(de, dir, dir);
	de = (ext2_dir_entry *)(base + EXT2_DIR_REC_LEN(1));
	de->rec_len = (u16)(size - EXT2_DIR_REC_LEN(1));
	de->name_len = 2;
	memcpy(de->name, "..", 2);
	set_entry(de, dir, parent);
	kunmap(p);
	end_change(dir, p, 0, size);
	return OK;
}

status ext2_make_empty(inode *dir, inode *parent)
{
	page *p = grab_cache_page(dir->i_mapping, 0);

	if (!p)
		return -ENOMEM;
	status st = fill_empty(dir, parent, p);

	unlock_page(p);
	put_page(p);
	return st;
}

/* ---- removing and changing ---- */

/* The entry before @offset in the same block; 0 when it is the first one:
 * returns its own offset then. */
static result<long> entry_before(inode *dir, page *p, unsigned offset)
{
	unsigned at = offset & ~((unsigned)dir->i_sb->s_blocksize - 1);
	unsigned prev = offset;

	while (at < offset) {
		ext2_dir_entry *de = (ext2_dir_entry *)
			((char *)page_address(p) + at);
		const char *wrong = ext2_check_entry(dir, de, at);

		if (wrong)
			return ext2_bad_entry(dir, p->index, at, wrong).fail();
		prev = at;
		at += de->rec_len;
	}
	return (long)prev;
}

/* The entry before takes over the room. Drops the slot. */
status ext2_delete_entry(inode *dir, ext2_dir_slot *slot)
{
	page *p = slot->p;
	unsigned offset = offset_in(p, slot->de);
	unsigned to = offset + slot->de->rec_len;
	result<long> prev = entry_before(dir, p, offset);
	status st = prev.err();

	if (st.ok()) {
		page_guard g(p);
		unsigned from = (unsigned)prev.value();

		st = begin_change(p, from, to);
		if (st.ok()) {
			ext2_dir_entry *de = (ext2_dir_entry *)
				((char *)page_address(p) + from);

			de->rec_len = (u16)(to - from);
			slot->de->inode = 0;
			end_change(dir, p, from, to);
		}
	}
	ext2_put_slot(slot);
	return st;
}

/* The name is from now on another inode's. Drops the slot. */
status ext2_set_link(inode *dir, ext2_dir_slot *slot, inode *inode)
{
	page *p = slot->p;
	unsigned from = offset_in(p, slot->de);
	unsigned to = from + slot->de->rec_len;
	status st;

	{
		page_guard g(p);

		st = begin_change(p, from, to);
		if (st.ok()) {
			set_entry(slot->de, dir, inode);
			end_change(dir, p, from, to);
		}
	}
	ext2_put_slot(slot);
	return st;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looking into directories (2.4's fs/ext2/dir.c). A directory is a file in the
 * page cache; each of its blocks is a chain of entries that fills it exactly.
 * Every entry is checked before it is used or stepped over. Callers hold the
 * directory's i_sem.
 */
#include <linux/ext2_fs.h>
#include <linux/pagemap.h>
#include <linux/string.h>

result<page *> ext2_get_page(inode *dir, pgoff_t n)
{
	page *p = TRY(read_cache_page(dir->i_mapping, n));

	kmap(p);
	return p;
}

void ext2_put_page(page *p)
{
	kunmap(p);
	put_page(p);
}

void ext2_put_slot(ext2_dir_slot *slot)
{
	if (slot->p)
		ext2_put_page(slot->p);
	slot->p = nullptr;
}

/* The room for the header is looked at first: it may not be there. */
const char *ext2_check_entry(inode *dir, const ext2_dir_entry *de,
			     unsigned offset)
{
	unsigned size = dir->i_sb->s_blocksize;
	unsigned left = size - (offset & (size - 1));

	if (left < EXT2_DIR_REC_LEN(1))
		return "no room for an entry";
	if (de->rec_len < EXT2_DIR_REC_LEN(1))
		return "rec_len is too small";
	if (de->rec_len & 3)
		return "rec_len is not a multiple of 4";
	if (de->rec_len < EXT2_DIR_REC_LEN(de->name_len))
		return "the name does not fit";
	if (de->rec_len > left)
		return "entry crosses the end of its block";
	if (de->inode && !ext2_valid_ino(EXT2_SB(dir->i_sb), de->inode))
		return "inode number out of range";
	return nullptr;
}

status ext2_bad_entry(inode *dir, pgoff_t n, unsigned offset, const char *what)
{
	ext2_error(dir->i_sb, "check_entry", "directory %lu, page %lu, offset "
		   "%u: %s", dir->i_ino, n, offset, what);
	return -EIO;
}

static inline ext2_dir_entry *entry_at(page *p, unsigned offset)
{
	return (ext2_dir_entry *)((char *)page_address(p) + offset);
}

/* ---- finding a name ---- */

static inline bool name_matches(const ext2_dir_entry *de, const qstr *name)
{
	return de->inode && de->name_len == name->len &&
		!memcmp(de->name, name->name, name->len);
}

/* 1: slot->de is set. */
static result<long> find_in_page(inode *dir, page *p, pgoff_t n,
				 const qstr *name, ext2_dir_slot *slot)
{
	unsigned end = ext2_last_byte(dir, n);

	for (unsigned offset = 0; offset < end; ) {
		ext2_dir_entry *de = entry_at(p, offset);
		const char *wrong = ext2_check_entry(dir, de, offset);

		if (unlikely(wrong))
			return ext2_bad_entry(dir, n, offset, wrong).fail();
		if (name_matches(de, name)) {
			slot->de = de;
			return 1l;
		}
		offset += de->rec_len;
	}
	return 0l;
}

/* The search starts where the last one ended: names are often asked for in
 * the order of the directory. */
result<long> ext2_find_entry(inode *dir, const qstr *name, ext2_dir_slot *slot)
{
	ext2_inode_info *ei = EXT2_I(dir);
	pgoff_t pages = ext2_dir_pages(dir), n = ei->i_dir_start_lookup;

	if (n >= pages)
		n = 0;
	for (pgoff_t i = 0; i < pages; i++) {
		page *p = TRY(ext2_get_page(dir, n));
		result<long> found = find_in_page(dir, p, n, name, slot);

		if (found.ok() && found.value()) {
			slot->p = p;
			ei->i_dir_start_lookup = n;
			return 1l;
		}
		ext2_put_page(p);
		if (found.failed())
			return found;
		if (++n == pages)
			n = 0;
	}
	return 0l;
}

result<long> ext2_inode_by_name(inode *dir, const qstr *name)
{
	ext2_dir_slot slot;
	long found = TRY(ext2_find_entry(dir, name, &slot));

	if (!found)
		return 0l;
	long ino = (long)slot.de->inode;

	ext2_put_slot(&slot);
	return ino;
}

/* The second entry of the first block. */
result<long> ext2_dotdot(inode *dir, ext2_dir_slot *slot)
{
	const qstr name{.name = "..", .len = 2};
	page *p = TRY(ext2_get_page(dir, 0));
	result<long> found = find_in_page(dir, p, 0, &name, slot);

	if (found.ok() && found.value()) {
		slot->p = p;
		return found;
	}
	ext2_put_page(p);
	return found.failed() ? found :
		ext2_bad_entry(dir, 0, 0, "has no '..'").fail();
}

/* ---- is it empty ---- */

static bool is_dot_entry(inode *dir, const ext2_dir_entry *de)
{
	if (de->name[0] != '.' || de->name_len > 2)
		return false;
	return de->name_len == 1 ? de->inode == dir->i_ino :
		de->name[1] == '.';
}

static bool page_empty(inode *dir, page *p, pgoff_t n)
{
	unsigned end = ext2_last_byte(dir, n);

	for (unsigned offset = 0; offset < end; ) {
		ext2_dir_entry *de = entry_at(p, offset);
		const char *wrong = ext2_check_entry(dir, de, offset);

		if (wrong) {
			ext2_bad_entry(dir, n, offset, wrong).ignore();
			return false;
		}
		if (de->inode && !is_dot_entry(dir, de))
			return false;
		offset += de->rec_len;
	}
	return true;
}

/* What cannot be read may hold something. */
bool ext2_empty_dir(inode *dir)
{
	pgoff_t pages = ext2_dir_pages(dir);

	for (pgoff_t n = 0; n < pages; n++) {
		result<page *> p = ext2_get_page(dir, n);

		if (p.failed())
			return false;
		bool empty = page_empty(dir, p.value(), n);

		ext2_put_page(p.value());
		if (!empty)
			return false;
	}
	return true;
}

/* ---- readdir ---- */

static const u8 type_to_dt[8] = {
	DT_UNKNOWN, DT_REG, DT_DIR, DT_CHR, DT_BLK, DT_FIFO, DT_SOCK, DT_LNK,
};

static unsigned entry_type(inode *dir, const ext2_dir_entry *de)
{
	if (!ext2_has_incompat(dir->i_sb, EXT2_FEATURE_INCOMPAT_FILETYPE) ||
	    de->file_type >= ARRAY_SIZE(type_to_dt))
		return DT_UNKNOWN;
	return type_to_dt[de->file_type];
}

/* f_pos may be in the middle of what has become another entry: goes from the
 * start of the block to the first entry that does not lie before it. */
static unsigned resync(inode *dir, page *p, unsigned wanted)
{
	unsigned offset = wanted & ~((unsigned)dir->i_sb->s_blocksize - 1);

	while (offset < wanted) {
		ext2_dir_entry *de = entry_at(p, offset);

		if (ext2_check_entry(dir, de, offset))
			break;		/* the caller will report it */
		offset += de->rec_len;
	}
	return offset;
}

struct readdir_state {
	inode *dir;
	void *ctx;
	filldir_t fill;
	loff_t pos;
	bool full = false;
};

static status readdir_page(readdir_state *s, page *p, pgoff_t n)
{
	unsigned end = ext2_last_byte(s->dir, n);
	unsigned offset = resync(s->dir, p, (unsigned)s->pos & ~PAGE_MASK);

	while (offset < end) {
		ext2_dir_entry *de = entry_at(p, offset);
		const char *wrong = ext2_check_entry(s->dir, de, offset);

		s->pos = ((loff_t)n << PAGE_SHIFT) + offset;
		if (wrong)
			return ext2_bad_entry(s->dir, n, offset, wrong);
		if (de->inode && s->fill(s->ctx, de->name, de->name_len,
					 s->pos, de->inode,
					 entry_type(s->dir, de)).failed()) {
			s->full = true;
			return OK;
		}
		offset += de->rec_len;
	}
	s->pos = ((loff_t)n << PAGE_SHIFT) + offset;
	return OK;
}

static status ext2_readdir(file *f, void *ctx, filldir_t fill)
{
	inode *dir = f->f_dentry->d_inode;
	readdir_state s = {.dir = dir, .ctx = ctx, .fill = fill,
			   .pos = f->f_pos};
	status st;

	while (st.ok() && !s.full && s.pos >= 0 && s.pos < dir->i_size) {
		pgoff_t n = (pgoff_t)(s.pos >> PAGE_SHIFT);
		result<page *> p = ext2_get_page(dir, n);

		st = p.err();
		if (p.ok()) {
			st = readdir_page(&s, p.value(), n);
			ext2_put_page(p.value());
		}
	}
	f->f_pos = s.pos;
	return st;
}

const file_operations ext2_dir_fops = {
	.read = generic_read_dir,
	.readdir = ext2_readdir,
	.ioctl = ext2_ioctl,
	.fsync = ext2_fsync,
};

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random reads and writes: by calls, through mappings, directly, by the
 * descriptor of a deleted file.
 */
#pragma once

#include <fs/names.h>
#include <sys/mman.h>

/* Of a file by name or, if it is deleted, its own descriptor. */
static inline int fs_open(const fs_inode *i, const fs_name *e, int flags)
{
	int fd = i->fd >= 0 ? dup(i->fd) : open(fs_path(e), flags);

	FS_MUST(fd >= 0);
	return fd;
}

/* A write of @len bytes returned @n. Less is right if there was no space, and
 * then there is none for the next byte. */
static inline void fs_did_write(fs_inode *i, uint64_t off, size_t len, long n)
{
	if (!fs_did(n))
		return;
	FS_MUST(n > 0 && (size_t)n <= len);
	ex.enospc += (size_t)n < len;
	fs_wrote(&i->data, off, (uint32_t)n, ex.stamp);
}

static inline void fs_write_some(fs_inode *i, const fs_name *e, int flags)
{
	bool append = i->fd < 0 && fs_random(4) == 0;
	uint64_t off = append ? i->data.size : fs_pick_offset(i);
	size_t len = fs_pick_length();

	if (!fs_room(&i->data))
		return;
	fs_log("%s %#llx+%#zx of %#llx, flags %#o", append ? "append" :
	       "write", (long long)off, len, (long long)i->data.size, flags);
	fs_fill(fs_buf, ++ex.stamp, off, len);
	int fd = fs_open(i, e, O_WRONLY | flags | (append ? O_APPEND : 0));
	fs_did_write(i, off, len, append ? write(fd, fs_buf, len) :
		     pwrite(fd, fs_buf, len, (off_t)off));
	FS_MUST(close(fd) == 0);
}

static inline void fs_write_direct(fs_inode *i, const fs_name *e, int flags)
{
	uint64_t off = fs_pick_offset(i) / ex.block * ex.block;
	size_t len = (1 + fs_random(FS_MOST / 2 / ex.block)) * ex.block;

	if (!fs_room(&i->data))
		return;
	fs_log("direct write %#llx+%#zx of %#llx", (long long)off, len,
	       (long long)i->data.size);
	fs_fill(fs_buf, ++ex.stamp, off, len);
	int fd = fs_open(i, e, O_WRONLY | O_DIRECT | flags);
	fs_did_write(i, off, len, pwrite(fd, fs_buf, len, (off_t)off));
	FS_MUST(close(fd) == 0);
}

static inline void fs_cut_some(fs_inode *i, const fs_name *e)
{
	uint64_t old = i->data.size, size = fs_pick_offset(i);

	if (fs_random(2) == 0)
		size = fs_random(2) ? 0 : size / 8;
	fs_log("truncate %#llx to %#llx", (long long)old, (long long)size);
	int fd = fs_open(i, e, O_WRONLY);
	if (fs_did(ftruncate(fd, (off_t)size)))
		fs_resize(&i->data, size);
	FS_MUST(close(fd) == 0);
	if (size < old)
		fs_freed(old);
}

constexpr int FS_VALIDATE = 0x03, FS_MAP_DIRECT = 0x400000,
	FS_MAP_BLOCK = 0x800000;

/* Flags of a mapping whose pages the disk fills and empties. */
static inline int fs_mapped_flags()
{
	return FS_VALIDATE | FS_MAP_DIRECT | (fs_random(2) ? FS_MAP_BLOCK : 0);
}

/* A part of the file that may be stored to: any, or pages that have blocks. */
static inline bool fs_pick_store(const fs_inode *i, uint64_t *off, size_t *len)
{
	const fs_content *c = &i->data;

	if (!c->size || !c->n || !fs_room(c))
		return false;
	const fs_piece &q = c->p[fs_random(c->n)];
	uint64_t from = (q.off + FS_PAGE - 1) / FS_PAGE * FS_PAGE;
	uint64_t to = q.end() / FS_PAGE * FS_PAGE;

	*off = ex.full ? from : fs_pick_offset(i) % c->size;
	if (ex.full && from >= to)
		return false;
	uint64_t most = (ex.full ? to : c->size) - *off;
	*len = fs_pick_length();
	if (*len > most)
		*len = (size_t)most;
	return true;
}

/* @flags are for the mapping; the pages are @fd's, synced if @sync is. */
static inline void fs_store(fs_inode *i, int fd, int flags, bool sync)
{
	uint64_t off;
	size_t len;

	if (!fs_pick_store(i, &off, &len))
		return;
	fs_log("store %#llx+%#zx of %#llx, flags %#x%s", (long long)off, len,
	       (long long)i->data.size, flags, sync ? ", sync" : "");
	size_t in = off % FS_PAGE;
	auto p = (uint8_t *)mmap(nullptr, in + len, PROT_READ | PROT_WRITE,
				 MAP_SHARED | flags, fd, (off_t)(off - in));
	FS_MUST(p != MAP_FAILED);
	fs_expect(&i->data, off, len, fs_want);
	FS_MUST(!memcmp(p + in, fs_want, len));
	fs_fill(p + in, ++ex.stamp, off, len);
	fs_wrote(&i->data, off, (uint32_t)len, ex.stamp);
	FS_MUST(!sync || !msync(p, in + len, MS_SYNC));
	FS_MUST(munmap(p, in + len) == 0);
}

static inline void fs_compare(const fs_inode *i, int fd, uint64_t off,
			      size_t len)
{
	uint64_t left = off < i->data.size ? i->data.size - off : 0;
	long want = (long)(left < len ? left : len);
	long n = pread(fd, fs_buf, len, (off_t)off);

	if (n != want)
		fs_die("read %ld bytes, not %ld (%s)", n, want,
		       strerror(errno));
	fs_expect(&i->data, off, (size_t)n, fs_want);
	for (long k = 0; k < n; k++)
		if (fs_buf[k] != fs_want[k])
			fs_die("byte %#llx of %#llx is %02x, not %02x",
			       (long long)off + k, (long long)i->data.size,
			       fs_buf[k], fs_want[k]);
}

static inline void fs_read_some(fs_inode *i, const fs_name *e)
{
	bool direct = ex.direct && i->fd < 0 && fs_random(4) == 0;
	uint64_t off = fs_pick_offset(i);
	size_t len = fs_pick_length();

	if (direct) {
		off -= off % ex.block;
		len = (len + ex.block - 1) / ex.block * ex.block;
	}
	fs_log("%sread %#llx+%#zx of %#llx", direct ? "direct " : "",
	       (long long)off, len, (long long)i->data.size);
	int fd = fs_open(i, e, O_RDONLY | (direct ? O_DIRECT : 0));
	fs_compare(i, fd, off, len);
	FS_MUST(close(fd) == 0);
}

static inline void fs_change(fs_inode *i, const fs_name *e)
{
	fs_touch((unsigned)(i - fs.inode));
	switch (fs_random(10)) {
	case 0: case 1:
		fs_cut_some(i, e);
		return;
	case 2: case 3: case 4: {
		int fd = fs_open(i, e, O_RDWR);
		bool direct = ex.mapped && fs_random(3) == 0;
		fs_store(i, fd, direct ? fs_mapped_flags() : 0,
			 fs_random(4) == 0);
		FS_MUST(close(fd) == 0);
		return;
	}
	case 5: case 6:
		if (ex.direct && i->fd < 0) {
			fs_write_direct(i, e, 0);
			return;
		}
		[[fallthrough]];
	default:
		fs_write_some(i, e, fs_random(16) ? 0 : O_SYNC);
	}
}

static inline void fs_change_file()
{
	if (const fs_name *e = fs_pick_victim("f"))
		fs_change(&fs.inode[e->ino], e);
}

static inline void fs_read_file()
{
	if (const fs_name *e = fs_pick("f"))
		fs_read_some(&fs.inode[e->ino], e);
}

/* Files that are deleted while they are open live on. */
static inline void fs_orphan()
{
	unsigned start = fs_random(FS_INODES);
	fs_inode *i = nullptr;

	for (unsigned n = 0; n < FS_INODES && !i; n++) {
		i = &fs.inode[(start + n) % FS_INODES];
		if (!i->type || i->fd < 0)
			i = nullptr;
	}
	if (i && fs_random(5)) {
		fs_log("a deleted file");
		fs_random(2) ? fs_read_some(i, nullptr) :
			fs_change(i, nullptr);
		return;
	}
	if (i) {
		fs_log("close a deleted file");
		FS_MUST(close(i->fd) == 0);
		i->fd = -1;
		fs_drop_inode((unsigned)(i - fs.inode));
		fs_freed(i->data.size);
		return;
	}
	fs_name *e = fs_pick_victim("f");
	if (!e || fs.inode[e->ino].links > 1)
		return;
	fs_log("unlink open %.99s", fs_path(e));
	fs_touch(e->ino);
	i = &fs.inode[e->ino];
	int fd = fs_open(i, e, O_RDWR);
	FS_MUST(unlink(fs_path(e)) == 0);
	i->fd = fd;
	fs_remove(e);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing files through the page cache (2.4's generic_file_write). i_sem
 * serialises writers; each page is locked from prepare_write to commit_write.
 *
 * The source may be a mapping of the very page that is written, and a fault
 * on it would wait for the page lock for ever. So the source is faulted in
 * before the page is locked, and copied with faults off; if it went away in
 * between, the copy is short and the rest is tried again.
 */
#include "filemap_internal.h"

#include <linux/sched.h>

/* ---- may it be written, and how much of it ---- */

static status limit_size(const file *filp, const inode *inode, loff_t pos,
			 size_t *count)
{
	u64 limit = (u64)inode->i_sb->s_maxbytes;
	u64 fsize = rlimit(RLIMIT_FSIZE);

	if (!(filp->f_flags & O_LARGEFILE))
		limit = min(limit, (u64)0x7fffffff);
	if ((u64)pos >= fsize && *count) {
		send_sig(SIGXFSZ, current).ignore();
		return -EFBIG;
	}
	limit = min(limit, fsize);
	if ((u64)pos >= limit && *count)
		return -EFBIG;
	if (*count > limit - pos)
		*count = (size_t)(limit - pos);
	return OK;
}

static status limit_to_device(const inode *inode, loff_t pos, size_t *count)
{
	loff_t left = i_size_read(inode) - pos;

	if (left <= 0) {
		status full = -ENOSPC;

		return *count ? full : OK;
	}
	if ((loff_t)*count > left)
		*count = (size_t)left;
	return OK;
}

/* i_sem held. */
static status generic_write_checks(const file *filp, const inode *inode,
				   loff_t *pos, size_t *count)
{
	if (S_ISBLK(inode->i_mode))
		return limit_to_device(inode, *pos, count);
	if (filp->f_flags & O_APPEND)
		*pos = inode->i_size;
	return limit_size(filp, inode, *pos, count);
}

/* ---- one page ---- */

/* Faults in up to @n bytes, which span two pages at most; returns how many
 * of them can be read. */
static result<long> fault_in_readable(unsigned long addr, size_t n)
{
	unsigned long last = addr + n - 1;

	if (unlikely(!probe_user_read(addr)))
		return -EFAULT;
	if (((addr ^ last) & PAGE_MASK) && !probe_user_read(last))
		n = PAGE_SIZE - (addr & ~PAGE_MASK);
	return (long)n;
}

/* With faults off; returns how much could be copied. */
static size_t copy_to_page(page *p, unsigned offset, unsigned long from,
			   size_t n)
{
	char *to = (char *)kmap(p) + offset;

	current->flags |= PF_NOFAULT;
	size_t left = __copy_from_user(to, from, n);

	current->flags &= ~PF_NOFAULT;
	kunmap(p);
	return n - left;
}

/* Page locked. All that was prepared must be committed, or new blocks would
 * show what was on the disk before; what could not be copied becomes zeroes
 * if the page has nothing there, and the next try overwrites it. */
static result<long> write_to_page(file *filp, page *p, unsigned offset,
				  unsigned long from, size_t n)
{
	const address_space_operations *op = p->mapping->a_ops;

	TRY(op->prepare_write(filp, p, offset, offset + n));
	size_t done = copy_to_page(p, offset, from, n);

	if (unlikely(done < n) && !PageUptodate(p))
		zero_user_page(p, offset + done, offset + n);
	TRY(op->commit_write(filp, p, offset, offset + n));
	return (long)done;
}

static result<long> write_one_page(file *filp, address_space *mapping,
				   loff_t pos, unsigned long from, size_t count)
{
	unsigned offset = (unsigned)pos & ~PAGE_MASK;
	size_t n = min(count, (size_t)(PAGE_SIZE - offset));

	n = TRY(fault_in_readable(from, n));
	page *p = grab_cache_page(mapping, (pgoff_t)(pos >> PAGE_SHIFT));

	if (!p)
		return -ENOMEM;
	result<long> done = write_to_page(filp, p, offset, from, n);

	mark_page_accessed(p);
	unlock_page(p);
	put_page(p);
	return done;
}

/* ---- the whole ---- */

/* Blocks that were allocated past the end in vain, and a size that a short
 * copy made too large. */
static void trim_failed_write(inode *inode, loff_t size)
{
	if (inode->i_op && inode->i_op->truncate)
		vmtruncate(inode, size).ignore();
}

static result<long> write_pages(file *filp, inode *inode, unsigned long from,
				size_t count, loff_t pos)
{
	address_space *mapping = inode->i_mapping;
	loff_t old_size = inode->i_size;
	size_t written = 0;
	status st;

	if (unlikely(pos > old_size))
		zero_page_tail(mapping, old_size);
	while (written < count) {
		result<long> r = write_one_page(filp, mapping, pos + written,
						from + written,
						count - written);
		if (unlikely(r.failed())) {
			st = r.fail();
			trim_failed_write(inode, !written ? old_size :
					  max(old_size, pos + (loff_t)written));
			break;
		}
		written += r.value();
		balance_dirty_pages();
	}
	return written ? (long)written : (long)st.err();
}

static void update_write_times(inode *inode)
{
	timespec64 now = current_fs_time();

	inode->i_mtime = inode->i_ctime = now;
	mark_inode_dirty_sync(inode);
}

/* i_sem held. O_DSYNC asks for the data and what is needed to read it. */
static status sync_written(file *filp, inode *inode)
{
	bool sync_all = (filp->f_flags & __O_SYNC) || IS_SYNC(inode);

	if (!sync_all && !(filp->f_flags & O_DSYNC))
		return OK;
	if (!filp->f_op->fsync)
		return OK;
	return filp->f_op->fsync(filp, filp->f_dentry, !sync_all);
}

result<long> generic_file_write(file *filp, user_ptr<const char> buf,
				size_t count, loff_t *ppos)
{
	inode *inode = file_mapping(filp)->host;
	loff_t pos = *ppos;

	if (unlikely(!access_ok(buf.addr(), count)))
		return -EFAULT;
	down_guard g(inode->i_sem);

	TRY(generic_write_checks(filp, inode, &pos, &count));
	if (!count)
		return 0l;
	if (!S_ISBLK(inode->i_mode)) {
		remove_suid(filp->f_dentry);
		update_write_times(inode);
	}
	result<long> done = write_pages(filp, inode, buf.addr(), count, pos);

	if (done.failed())
		return done;
	*ppos = pos + done.value();
	TRY(sync_written(filp, inode));
	return done;
}

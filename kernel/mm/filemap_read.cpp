/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading files through the page cache (2.4's do_generic_file_read). The loop
 * is made for the page that is there and up to date: one look into the tree,
 * one copy. Everything else happens out of line.
 */
#include "filemap_internal.h"

#include <linux/sched.h>
#include <linux/string.h>

/* ---- pages that are not there yet ---- */

/* Read-ahead found no memory for it: one page, and waiting for memory. */
static status read_single_page(file *filp, address_space *mapping,
			       pgoff_t index)
{
	page *p = alloc_page(mapping->gfp_mask);

	if (!p)
		return -ENOMEM;
	status st = add_to_page_cache(p, mapping, index);

	if (st.ok())
		st = start_page_read(filp, p);
	else if (st.err() == -EEXIST)
		st = OK;
	put_page(p);
	return st;
}

/* Page locked; unlocked on return. A read that failed before is tried again:
 * it may have been read ahead for somebody who did not wait. */
static status read_locked_page(file *filp, page *p)
{
	if (!p->mapping) {
		unlock_page(p);
		return -EAGAIN;
	}
	if (PageUptodate(p)) {
		unlock_page(p);
		return OK;
	}
	TRY(p->mapping->a_ops->readpage(filp, p));
	wait_on_page(p);
	if (PageUptodate(p))
		return OK;
	return p->mapping ? -EIO : -EAGAIN;
}

result<page *> finish_page_read(file *filp, page *p)
{
	if (PageLocked(p))
		wait_on_page(p);
	if (PageUptodate(p))
		return p;
	lock_page(p);
	status st = read_locked_page(filp, p);

	if (st.ok())
		return p;
	put_page(p);
	return st.fail();
}

result<page *> read_file_page(file *filp, address_space *mapping,
			      pgoff_t index, unsigned want)
{
	page *p = find_get_page(mapping, index);

	if (!p) {
		page_cache_sync_readahead(filp, mapping, index, want);
		p = find_get_page(mapping, index);
	}
	if (!p) {
		TRY(read_single_page(filp, mapping, index));
		p = find_get_page(mapping, index);
		if (!p)
			return -EAGAIN;
	}
	return finish_page_read(filp, p);
}

/* ---- the loop ---- */

/* Bytes of the file in page @index from @offset on. */
static inline unsigned bytes_in_page(const inode *inode, pgoff_t index,
				     unsigned offset)
{
	loff_t size = i_size_read(inode);
	pgoff_t last = (pgoff_t)(size >> PAGE_SHIFT);
	unsigned tail = (unsigned)size & ~PAGE_MASK;

	if (likely(index < last))
		return PAGE_SIZE - offset;
	return index == last && tail > offset ? tail - offset : 0;
}

noinline static result<page *> get_missing_page(file *filp,
						address_space *mapping,
						pgoff_t index, unsigned offset,
						size_t count, page *p)
{
	if (p)
		return finish_page_read(filp, p);
	return read_file_page(filp, mapping, index,
			      (offset + count + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

void do_generic_file_read(file *filp, loff_t *ppos, read_descriptor_t *desc,
			  read_actor_t actor)
{
	address_space *mapping = file_mapping(filp);
	const inode *inode = mapping->host;
	pgoff_t index = (pgoff_t)(*ppos >> PAGE_SHIFT);
	unsigned offset = (unsigned)*ppos & ~PAGE_MASK;
	pgoff_t prev = filp->f_raprev;	/* the page after the last one read */

	if (unlikely(*ppos >= i_size_read(inode)))
		return;
	while (desc->count) {
		if (readahead_due(filp, index))
			page_cache_async_readahead(filp, mapping);
		page *p = find_get_page(mapping, index);

		if (unlikely(!p || !PageUptodate(p))) {
			if (!bytes_in_page(inode, index, offset)) {
				if (p)
					put_page(p);
				break;
			}
			result<page *> r = get_missing_page(filp, mapping,
							    index, offset,
							    desc->count, p);
			if (r.err() == -EAGAIN)
				continue;
			if (r.failed()) {
				desc->error = r.err();
				break;
			}
			p = r.value();
		}
		/* Looked at after the page is there: what truncate cut off
		 * meanwhile is not shown as zeroes. */
		unsigned n = bytes_in_page(inode, index, offset);

		if (unlikely(!n)) {
			put_page(p);
			break;
		}
		if (index + 1 != prev || !offset)
			mark_page_accessed(p);
		prev = index + 1;
		filp->f_raprev = prev;
		size_t done = actor(desc, p, offset, n);

		put_page(p);
		offset += done;
		index += offset >> PAGE_SHIFT;
		offset &= ~PAGE_MASK;
		if (done < n)
			break;
	}
	*ppos = (loff_t)index << PAGE_SHIFT | offset;
	if (!(filp->f_flags & O_NOATIME))
		update_atime(filp->f_dentry->d_inode);
}

/* ---- to user memory ---- */

size_t file_read_actor(read_descriptor_t *desc, page *p, unsigned offset,
		       size_t size)
{
	size_t n = min(size, desc->count);
	char *from = (char *)kmap(p) + offset;
	size_t left = __copy_to_user(desc->buf, from, n);

	kunmap(p);
	if (unlikely(left)) {
		desc->error = -EFAULT;
		n -= left;
	}
	desc->count -= n;
	desc->written += n;
	desc->buf += n;
	return n;
}

result<long> generic_file_read(file *filp, user_ptr<char> buf, size_t count,
			       loff_t *ppos)
{
	if (unlikely(!access_ok(buf.addr(), count)))
		return -EFAULT;
	read_descriptor_t desc{.count = count, .buf = buf.addr()};

	do_generic_file_read(filp, ppos, &desc, file_read_actor);
	return desc.written ? (long)desc.written : (long)desc.error;
}

/* ---- to kernel memory ---- */

static size_t kernel_read_actor(read_descriptor_t *desc, page *p,
				unsigned offset, size_t size)
{
	size_t n = min(size, desc->count);

	memcpy((void *)desc->buf, (char *)kmap(p) + offset, n);
	kunmap(p);
	desc->count -= n;
	desc->written += n;
	desc->buf += n;
	return n;
}

result<long> kernel_read(file *filp, loff_t pos, void *buf, size_t count)
{
	address_space *mapping = file_mapping(filp);

	if (!mapping->a_ops || !mapping->a_ops->readpage)
		return -EINVAL;
	read_descriptor_t desc{.count = count, .buf = (unsigned long)buf};

	do_generic_file_read(filp, &pos, &desc, kernel_read_actor);
	return desc.written ? (long)desc.written : (long)desc.error;
}

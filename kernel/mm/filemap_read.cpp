/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading files through the page cache (2.4's do_generic_file_read). The loop
 * is made for pages that are there and up to date: one look into the tree for
 * a run of them, one copy for each. Everything else happens out of line.
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

constexpr unsigned READ_BATCH = 32;	/* pages looked up at once */

/* ---- what is done with a page ---- */

/* Returns what could not be copied. */
static inline size_t copy_page_to_user(unsigned long to, page *p,
				       unsigned offset, size_t n)
{
	char *from = (char *)kmap(p) + offset;
	size_t left = __copy_to_user(to, from, n);

	kunmap(p);
	return left;
}

static inline void account_copied(read_descriptor_t *desc, size_t n)
{
	desc->count -= n;
	desc->written += n;
	desc->buf += n;
}

size_t file_read_actor(read_descriptor_t *desc, page *p, unsigned offset,
		       size_t size)
{
	size_t n = min(size, desc->count);
	size_t left = copy_page_to_user(desc->buf, p, offset, n);

	if (unlikely(left)) {
		desc->error = -EFAULT;
		n -= left;
	}
	account_copied(desc, n);
	return n;
}

/* Bytes of the file from @pos on, but not more than @most. To be asked when
 * the pages are there: what truncate cut off meanwhile is not shown as zeroes
 * then. */
static inline unsigned bytes_left(const inode *inode, loff_t pos, unsigned most)
{
	loff_t left = i_size_read(inode) - pos;

	return likely(left >= (loff_t)most) ? most : left > 0 ? (unsigned)left :
		0;
}

/* ---- many pages ---- */

/* The pages that bytes [offset, offset + count) of the first one reach into. */
static inline unsigned pages_wanted(unsigned offset, size_t count)
{
	return (offset + count + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* Up to @nr pages from @index on without a gap that are up to date, each with
 * a count. */
static unsigned get_uptodate_pages(address_space *mapping, pgoff_t index,
				   unsigned nr, page **pages)
{
	spin_guard g(mapping->page_lock);
	unsigned n = 0;

	nr = radix_tree_gang_lookup(&mapping->page_tree, (void **)pages, index,
				    nr);
	for (; n < nr; n++, index++) {
		page *p = pages[n];

		if (unlikely(p->index != index || !PageUptodate(p)))
			break;
		get_page(p);
	}
	return n;
}

/* The page that is missing or not up to date: 1 with a count, 0 if the file
 * ends before it, or an error. */
static result<long> get_missing_page(file *filp, address_space *mapping,
				     loff_t pos, size_t count, page **pages)
{
	unsigned want = pages_wanted((unsigned)pos & ~PAGE_MASK, count);

	for (;;) {
		if (pos >= i_size_read(mapping->host))
			return 0l;
		result<page *> r = read_file_page(filp, mapping,
						  (pgoff_t)(pos >> PAGE_SHIFT),
						  want);
		if (r.ok()) {
			pages[0] = r.value();
			return 1l;
		}
		if (r.err() != -EAGAIN)
			return r.fail();
	}
}

static result<long> get_pages_at(file *filp, address_space *mapping, loff_t pos,
				 size_t count, page **pages)
{
	pgoff_t index = (pgoff_t)(pos >> PAGE_SHIFT);
	unsigned want = min(pages_wanted((unsigned)pos & ~PAGE_MASK, count),
			    READ_BATCH);

	if (readahead_due(filp, index, want))
		page_cache_async_readahead(filp, mapping);
	unsigned nr = get_uptodate_pages(mapping, index, want, pages);

	return likely(nr) ? (long)nr :
		get_missing_page(filp, mapping, pos, count, pages);
}

/* Passes the pages, the first from @offset on, to @actor, as far as @avail
 * bytes go, and drops their counts. Returns the bytes that it took. */
static unsigned pass_pages(read_descriptor_t *desc, read_actor_t actor,
			   page **pages, unsigned nr, unsigned offset,
			   unsigned avail)
{
	unsigned total = 0;

	for (unsigned i = 0; i < nr; i++, offset = 0) {
		unsigned n = min((unsigned)PAGE_SIZE - offset, avail);

		if (n) {
			touch_page(pages[i]);
			unsigned done = actor(desc, pages[i], offset, n);

			total += done;
			avail = done == n ? avail - n : 0;
		}
		put_page(pages[i]);
	}
	return total;
}

/* The same for file_read_actor. */
static unsigned copy_pages(read_descriptor_t *desc, page **pages, unsigned nr,
			   unsigned offset, unsigned avail)
{
	unsigned long to = desc->buf, end = to + min((size_t)avail,
						     desc->count);

	for (page **last = pages + nr; pages < last; pages++, offset = 0) {
		unsigned n = min(PAGE_SIZE - offset, end - to);
		page *p = *pages;

		if (likely(n)) {
			size_t left = copy_page_to_user(to, p, offset, n);

			touch_page(p);
			to += n - left;
			if (unlikely(left)) {
				desc->error = -EFAULT;
				end = to;
			}
		}
		put_page(p);
	}
	unsigned total = to - desc->buf;

	account_copied(desc, total);
	return total;
}

static void read_pages(file *filp, address_space *mapping, loff_t *ppos,
		       read_descriptor_t *desc, read_actor_t actor)
{
	while (desc->count) {
		page *pages[READ_BATCH];
		result<long> r = get_pages_at(filp, mapping, *ppos, desc->count,
					      pages);

		if (r.failed())
			desc->error = r.err();
		if (r.raw() <= 0)
			return;
		unsigned offset = (unsigned)*ppos & ~PAGE_MASK;
		unsigned room = r.value() * PAGE_SIZE - offset;
		unsigned avail = bytes_left(mapping->host, *ppos, room), done;

		if (likely(actor == file_read_actor))
			done = copy_pages(desc, pages, r.value(), offset,
					  avail);
		else
			done = pass_pages(desc, actor, pages, r.value(),
					  offset, avail);
		filp->f_raprev = (pgoff_t)(*ppos >> PAGE_SHIFT) + r.value();
		*ppos += done;
		if (done < room)
			return;
	}
}

/* ---- the read ---- */

/* The short way for a read within one page that is there; false: the long
 * way. Reading on in the same page is not another use of it. */
static inline bool read_one_page(file *filp, address_space *mapping,
				 loff_t *ppos, read_descriptor_t *desc,
				 read_actor_t actor)
{
	pgoff_t index = (pgoff_t)(*ppos >> PAGE_SHIFT);
	unsigned offset = (unsigned)*ppos & ~PAGE_MASK;

	if (offset + desc->count > PAGE_SIZE || readahead_due(filp, index, 1))
		return false;
	page *p = find_get_page(mapping, index);

	if (!p)
		return false;
	bool there = PageUptodate(p);

	if (likely(there)) {
		unsigned n = bytes_left(mapping->host, *ppos, desc->count);

		if (!offset || filp->f_raprev != index + 1)
			touch_page(p);
		filp->f_raprev = index + 1;
		if (n)
			*ppos += actor(desc, p, offset, n);
	}
	put_page(p);
	return there;
}

void do_generic_file_read(file *filp, loff_t *ppos, read_descriptor_t *desc,
			  read_actor_t actor)
{
	address_space *mapping = file_mapping(filp);

	/* Where no page can be: the index would not fit. */
	if (unlikely((u32)(*ppos >> 32) >> PAGE_SHIFT))
		return;
	if (!read_one_page(filp, mapping, ppos, desc, actor))
		read_pages(filp, mapping, ppos, desc, actor);
	if (!(filp->f_flags & O_NOATIME))
		update_atime(filp->f_dentry->d_inode);
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

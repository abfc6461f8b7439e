/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read-ahead: turning many small sequential reads into few large commands
 * (2.4's generic_file_readahead). A file carries one piece that was read ahead
 * of its reader, [f_rastart, f_raend). When he comes to its first page the
 * next, larger, piece is started, so the disk works while he does. A miss that
 * does not follow the last read reads just what was asked for.
 *
 * Readers of one file may race for these fields: any values are harmless,
 * they only decide what is read early.
 */
#include "filemap_internal.h"

#include <linux/blkdev.h>
#include <linux/init.h>
#include <linux/proc_fs.h>

static constinit int max_readahead = 128;	/* pages */
constexpr unsigned READAHEAD_BATCH = 32;

/* If the file became shorter before the page was in the cache, truncate may
 * not have seen it. */
status start_page_read(file *filp, page *p)
{
	if (likely(p->index < pages_of_file(p->mapping->host)))
		return p->mapping->a_ops->readpage(filp, p);
	remove_from_page_cache(p);
	unlock_page(p);
	return -EAGAIN;
}

/* How many pages from @index on the cache lacks, up to @nr. */
static unsigned missing_run(address_space *mapping, pgoff_t index, unsigned nr)
{
	spin_guard g(mapping->page_lock);
	page *next;

	if (!radix_tree_gang_lookup(&mapping->page_tree, (void **)&next, index,
				    1))
		return nr;
	return min(next->index - index, (pgoff_t)nr);
}

static unsigned alloc_batch(address_space *mapping, unsigned nr, page **pages)
{
	gfp_t gfp = mapping->gfp_mask | __GFP_NORETRY | __GFP_NOWARN;
	unsigned n = 0;

	while (n < nr && (pages[n] = alloc_page(gfp)))
		n++;
	return n;
}

/* The locked pages follow each other. */
static void start_reads(file *filp, address_space *mapping, page **pages,
			unsigned nr)
{
	pgoff_t index = pages[0]->index, end = pages_of_file(mapping->host);
	unsigned i = 0;

	if (index < end && mapping->a_ops->readpages) {
		i = min((pgoff_t)nr, end - index);
		mapping->a_ops->readpages(pages, i);
	}
	for (; i < nr; i++)
		start_page_read(filp, pages[i]).ignore();
}

/* All pages of a batch are allocated, and then in the cache, before the first
 * read starts: reclaim in between would cut the commands. Returns how many
 * could be read; fewer means that memory is short. */
static unsigned read_batch(file *filp, address_space *mapping, pgoff_t index,
			   unsigned nr)
{
	page *pages[READAHEAD_BATCH];
	unsigned n = alloc_batch(mapping, nr, pages);
	unsigned added = add_pages_to_cache(pages, n, mapping, index);

	if (added)
		start_reads(filp, mapping, pages, added);
	for (unsigned i = 0; i < n; i++)
		put_page(pages[i]);
	return added;
}

unsigned do_page_cache_readahead(file *filp, address_space *mapping,
				 pgoff_t index, unsigned nr)
{
	pgoff_t end = pages_of_file(mapping->host);
	unsigned started = 0;

	if (index >= end)
		return 0;
	end = min(end, index + nr);
	while (index < end) {
		unsigned n = missing_run(mapping, index,
					 min(end - index,
					     (pgoff_t)READAHEAD_BATCH));

		if (!n) {
			index++;
			continue;
		}
		unsigned got = read_batch(filp, mapping, index, n);

		started += got;
		if (got < n)
			break;
		index += n;
	}
	return started;
}

/* Small pieces grow fast, large ones double. */
static unsigned next_length(unsigned len)
{
	unsigned most = max_readahead;

	return min(len < most / 16 ? len * 4 : len * 2, most);
}

/* For a reader who just began and wants @want pages. */
static unsigned first_length(unsigned want)
{
	unsigned most = max_readahead;

	return want <= most / 32 ? want * 4 :
		want <= most / 4 ? want * 2 : most;
}

static bool is_sequential(const file *filp, pgoff_t index)
{
	return !index || index == filp->f_raprev || index + 1 == filp->f_raprev;
}

void page_cache_sync_readahead(file *filp, address_space *mapping,
			       pgoff_t index, unsigned want)
{
	unsigned len = max_readahead;

	if (!filp || !len || !is_sequential(filp, index)) {
		do_page_cache_readahead(filp, mapping, index,
					min(want, max(len, 1u)));
		if (filp)
			filp->f_raend = 0;
		return;
	}
	/* Still within what was read ahead: it was reclaimed meanwhile, or
	 * the reads failed. Start small again. */
	len = index == filp->f_raend && index ? next_length(filp->f_ralen) :
		first_length(want);
	len = clamp(len, 1u, (unsigned)max_readahead);
	filp->f_ralen = len;
	filp->f_rastart = index + (want < len ? want : len / 2);
	filp->f_raend = index + len;
	do_page_cache_readahead(filp, mapping, index, len);
}

/* If all of it was cached there is nothing to gain: until the next miss the
 * reader is left alone. */
void page_cache_async_readahead(file *filp, address_space *mapping)
{
	pgoff_t start = filp->f_raend;
	unsigned len = clamp(next_length(filp->f_ralen), 1u,
			     max((unsigned)max_readahead, 1u));

	filp->f_rastart = start;
	filp->f_raend = start + len;
	filp->f_ralen = len;
	if (do_page_cache_readahead(filp, mapping, start, len))
		run_task_queue_disk();
	else
		filp->f_raend = 0;
}

static void register_readahead_sysctl()
{
	proc_sysctl_int("max-readahead", proc_sys_vm, &max_readahead, 0, 1024);
}
fs_initcall(register_readahead_sysctl);

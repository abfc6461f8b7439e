/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * swapon(2) and swapoff(2) (2.4: mm/swapfile.c). A partition is read and
 * written by slots; of a file we ask at swapon where each of its blocks lies,
 * so that no metadata is needed when memory is short. While it is in use a
 * file cannot be opened for writing.
 */
#include <linux/dcache.h>
#include <linux/init.h>
#include <linux/pagemap.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "swap_internal.h"

/* What mkswap writes into slot 0, version 1. */
struct swap_header {
	char bootbits[1024];
	u32 version;
	u32 last_page;
	u32 nr_badpages;
	u8 uuid[16], volume_name[16];
	u32 padding[117];
	u32 badpages[(4086 - 1536) / 4];
	char gap[2];
	char magic[10];
};
static_assert(__builtin_offsetof(swap_header, badpages) == 1536);
static_assert(__builtin_offsetof(swap_header, magic) == 4086);
static_assert(sizeof(swap_header) == PAGE_SIZE);

constexpr int SWAP_FLAG_PREFER = 0x8000, SWAP_FLAG_PRIO_MASK = 0x7fff;

/* Serialises swapon and swapoff, so that outside swap_lock too an entry
 * belongs to one of them. */
static constinit semaphore swapon_sem{"swapon", RANK_SWAP_SEM};
static constinit int least_priority;

static inode *swap_inode(const swap_info *s)
{
	return s->swap_file->f_dentry->d_inode;
}

/* ---- swapon ---- */

static status check_header(swap_info *s, const swap_header *h, loff_t size)
{
	u64 slots = (u64)size >> PAGE_SHIFT;

	if (memcmp(h->magic, "SWAPSPACE2", 10) || h->version != 1)
		return -EINVAL;
	if (!h->last_page || h->last_page >= slots ||
	    h->last_page > SWP_OFFSET_MASK ||
	    h->nr_badpages > ARRAY_SIZE(h->badpages))
		return -EINVAL;
	s->max = h->last_page + 1;
	return OK;
}

static status make_map(swap_info *s, const swap_header *h)
{
	u16 *map = (u16 *)vmalloc(s->max * sizeof(u16));

	if (!map)
		return -ENOMEM;
	memset(map, 0, s->max * sizeof(u16));
	map[0] = SWAP_MAP_BAD;
	s->pages = s->max - 1;
	for (unsigned i = 0; i < h->nr_badpages; i++) {
		u32 bad = h->badpages[i];

		if (!bad || bad >= s->max || map[bad]) {
			vfree(map);
			return -EINVAL;
		}
		map[bad] = SWAP_MAP_BAD;
		s->pages--;
	}
	s->map = map;
	return s->pages ? OK : status(-EINVAL);
}

static status setup_device(swap_info *s, inode *ino)
{
	block_device *bdev = ino->i_bdev;

	if (bdev->bd_holder)
		return -EBUSY;
	if (bdev_read_only(bdev))
		return -EROFS;
	TRY(set_blocksize(bdev, PAGE_SIZE));
	s->bdev = bdev;
	s->block_size = PAGE_SIZE;
	return OK;
}

/* A hole has no place on the disk: such a file cannot be swapped to. */
static status locate_blocks(swap_info *s, inode *ino)
{
	unsigned long nr = s->max * (PAGE_SIZE / s->block_size);

	s->blocks = (u32 *)vmalloc(nr * sizeof(u32));
	if (!s->blocks)
		return -ENOMEM;
	for (unsigned long i = 0; i < nr; i++) {
		long block = TRY(ino->i_mapping->a_ops->bmap(ino->i_mapping,
							     i));
		if (!block)
			return -EINVAL;
		s->blocks[i] = block;
		if (signal_pending(current))
			return -EINTR;
	}
	return OK;
}

static status setup_file(swap_info *s, inode *ino)
{
	if (!ino->i_mapping->a_ops->bmap || !ino->i_sb->s_bdev)
		return -EINVAL;
	if (IS_RDONLY(ino))
		return -EROFS;
	s->bdev = ino->i_sb->s_bdev;
	s->block_size = 1u << ino->i_blkbits;
	TRY(filemap_fdatawrite(ino->i_mapping));
	TRY(filemap_fdatawait(ino->i_mapping));
	return OK;
}

static status read_header(swap_info *s, swap_header *h)
{
	inode *ino = swap_inode(s);
	bool block = S_ISBLK(ino->i_mode);
	long n = TRY(kernel_read(s->swap_file, 0, h, sizeof(*h)));

	if (n != sizeof(*h))
		return -EINVAL;
	TRY(check_header(s, h, block ? bdev_size(ino->i_bdev) :
			 i_size_read(ino)));
	TRY(make_map(s, h));
	if (!block)
		TRY(locate_blocks(s, ino));
	/* From now on the device's own cache is not asked. */
	invalidate_inode_pages(ino->i_mapping);
	return OK;
}

static status setup_swap(swap_info *s)
{
	inode *ino = swap_inode(s);

	for (auto &other : swap_table)
		if (&other != s && other.used &&
		    swap_inode(&other)->i_mapping == ino->i_mapping)
			return -EBUSY;
	TRY(S_ISBLK(ino->i_mode) ? setup_device(s, ino) : setup_file(s, ino));

	swap_header *h = (swap_header *)__get_free_page(GFP_KERNEL);

	if (!h)
		return -ENOMEM;
	status st = read_header(s, h);
	free_page((unsigned long)h);
	return st;
}

static void release_swap(swap_info *s)
{
	if (S_ISREG(swap_inode(s)->i_mode))
		allow_write_access(s->swap_file);
	filp_close(s->swap_file).ignore();
	vfree(s->blocks);
	vfree(s->map);

	spin_guard g(swap_lock);

	*s = swap_info{};
}

/* A free entry that now holds @f, and the right to write to a file. */
static result<swap_info *> claim_entry(file *f)
{
	for (auto &s : swap_table) {
		if (s.used)
			continue;
		if (S_ISREG(f->f_dentry->d_inode->i_mode) &&
		    !deny_write_access(f))
			return -ETXTBSY;
		spin_guard g(swap_lock);

		s.used = true;
		s.swap_file = f;
		return &s;
	}
	return -EPERM;
}

/* Anything but a device or a file goes before swapon_sem is taken: the end of
 * a terminal needs locks that come first. */
static result<file *> open_swap(user_str path)
{
	char *name = TRY(getname(path));
	result<file *> f = filp_open(name, O_RDONLY | O_LARGEFILE, 0);

	putname(name);
	umode_t mode = TRY(f)->f_dentry->d_inode->i_mode;

	if (S_ISBLK(mode) || S_ISREG(mode))
		return f;
	filp_close(f.value()).ignore();
	return -EINVAL;
}

SYSCALL result<long> sys_swapon(user_str path, int flags)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	file *f = TRY(open_swap(path));
	down_guard g(swapon_sem);
	result<swap_info *> r = claim_entry(f);

	if (r.failed()) {
		filp_close(f).ignore();
		return r.fail();
	}
	swap_info *s = r.value();
	status st = setup_swap(s);
	if (st.failed()) {
		release_swap(s);
		return st;
	}
	s->prio = flags & SWAP_FLAG_PREFER ? flags & SWAP_FLAG_PRIO_MASK :
		--least_priority;
	printk(KERN_INFO "Adding swap: %luk (priority %d)\n",
	       s->pages << (PAGE_SHIFT - 10), s->prio);

	spin_guard lock(swap_lock);

	s->usable = true;
	return 0l;
}

/* ---- swapoff ---- */

static swap_info *find_swap(const inode *ino)
{
	for (auto &s : swap_table) {
		if (!s.used || !s.usable)
			continue;
		const inode *own = swap_inode(&s);
		bool same = S_ISBLK(ino->i_mode) ?
			S_ISBLK(own->i_mode) && own->i_rdev == ino->i_rdev :
			own == ino;
		if (same)
			return &s;
	}
	return nullptr;
}

static result<swap_info *> lookup_swap(user_str path)
{
	nameidata nd;
	char *name = TRY(getname(path));
	status st = path_lookup(name, LOOKUP_FOLLOW, &nd);

	putname(name);
	if (st.failed())
		return st.fail();
	swap_info *s = find_swap(nd.dentry_->d_inode);
	path_release(&nd);
	if (!s)
		return -EINVAL;
	return s;
}

static void set_usable(swap_info *s, bool usable)
{
	spin_guard g(swap_lock);

	s->usable = usable;
}

/* What has to come back must fit into memory. */
static bool fits_memory(const swap_info *s)
{
	return s->inuse <= nr_free_pages() + nr_pagecache_pages();
}

SYSCALL result<long> sys_swapoff(user_str path)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	down_guard g(swapon_sem);
	swap_info *s = TRY(lookup_swap(path));

	if (!fits_memory(s))
		return -ENOMEM;
	set_usable(s, false);
	status st = try_to_unuse(swap_type_of(s));
	if (st.failed()) {
		set_usable(s, true);
		return st;
	}
	release_swap(s);
	return 0l;
}

/* ---- /proc/swaps ---- */

static status swaps_show(seq_file *m, void *)
{
	down_guard g(swapon_sem);

	seq_puts(m, "Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n");
	for (const auto &s : swap_table) {
		if (!s.used || !s.usable)
			continue;
		seq_path(m, s.swap_file->f_vfsmnt, s.swap_file->f_dentry);
		seq_printf(m, "\t%s\t%lu\t%lu\t%d\n",
			   S_ISBLK(swap_inode(&s)->i_mode) ? "partition" :
			   "file\t", s.pages << (PAGE_SHIFT - 10),
			   s.inuse << (PAGE_SHIFT - 10), s.prio);
	}
	return OK;
}

static void swaps_init()
{
	proc_create("swaps", S_IFREG | S_IRUGO, nullptr, swaps_show, nullptr);
	proc_sysctl_int("page-cluster", proc_sys_vm, &page_cluster, 0, 5);
}
fs_initcall(swaps_init);

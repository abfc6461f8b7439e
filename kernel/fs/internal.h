/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of fs/ share among themselves. */
#pragma once

#include <linux/dcache.h>
#include <linux/fs.h>

/* ---- dcache_prune.cpp, inode_prune.cpp, super.cpp ---- */
extern semaphore prune_sem;	/* nothing is pruned while it is held */

/* ---- inode.cpp ---- */
extern spinlock_t inode_lock;	/* inode lists, i_state, counts from 0 */
extern list_head inode_in_use, inode_unused;	/* unused: coldest last */
extern unsigned long nr_inodes, nr_unused_inodes;
void __iget(inode *inode);	/* inode_lock held */
/* inode_lock held: on the list that its state and count ask for. */
void inode_requeue(inode *inode);
/* inode_lock held, count 0: nobody can find it any more. */
void inode_unlink_lists(inode *inode);
void inode_evict(inode *inode);	/* after that: frees it */
void wait_on_inode(inode *inode);
inline bool inode_is_hashed(const inode *i) { return !list_empty(&i->i_hash); }

/* ---- super.cpp ---- */
extern spinlock_t super_lock;	/* super_blocks, s_count */
extern list_head super_blocks;	/* newest first */
file_system_type *get_fs_type(const char *name);	/* or null */
extern file_system_type *file_systems;
/* A super block with s_active raised, for a mount. */
result<super_block *> get_sb(file_system_type *type, unsigned long flags,
			     const char *dev_name, const char *data);
result<super_block *> get_sb_bdev(file_system_type *type, unsigned long flags,
				  block_device *bdev, const char *data);
status do_remount_sb(super_block *sb, unsigned long flags, const char *data);
void deactivate_super(super_block *sb);	/* drops s_active */
/* Calls fn for each live super block, s_umount held for read; with @try_ those
 * whose s_umount is taken are left out. */
void for_each_super(bool try_, void (*fn)(super_block *sb, void *arg),
		    void *arg);

/* ---- namespace.cpp ---- */
vfsmount *alloc_vfsmnt(const char *devname);	/* null: no memory */
vfsmount *lookup_mnt(vfsmount *mnt, dentry *d);	/* with a count, or null */
status graft_tree(vfsmount *mnt, nameidata *nd);	/* mount_sem held */
void set_root_mount(vfsmount *mnt);
void mnt_init();
extern semaphore mount_sem;

/* ---- namei.cpp ---- */
/* Moves nd on; does not release it, whatever happens. */
status link_path_walk(const char *name, nameidata *nd);
void follow_mount(vfsmount **mnt, dentry **d);
/* The dentry of @name in @base, whose i_sem is held. */
result<dentry *> lookup_hash(const qstr *name, dentry *base);
/* A path of user space, walked from @dfd; @flags may have LOOKUP_EMPTY. */
constexpr unsigned LOOKUP_EMPTY = 0x100;	/* "" names dfd itself */
status user_path_at(int dfd, user_str name, unsigned flags, nameidata *nd);
/* AT_ bits to LOOKUP_ bits, for calls that follow links by default. */
inline unsigned at_lookup_flags(int at)
{
	return (at & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
		(at & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
}

class path_guard {			/* path_release at the end */
	nameidata *nd;

public:
	explicit path_guard(nameidata &n) : nd(&n) {}
	path_guard(const path_guard &) = delete;
	~path_guard() { path_release(nd); }
};

/* ---- names.cpp ---- */
constexpr size_t PATH_MAX = 4096;
result<char *> name_alloc();	/* PATH_MAX bytes, for putname */
result<char *> getname_flags(user_str name, bool empty_ok);
class user_name {			/* getname .. putname */
	result<char *> r;

public:
	explicit user_name(user_str u, bool empty_ok = false) :
		r(getname_flags(u, empty_ok)) {}
	user_name(const user_name &) = delete;
	~user_name()
	{
		if (r.ok())
			putname(r.value());
	}
	result<char *> get() const { return r; }
};

/* ---- namei_perm.cpp, nameops.cpp, rename.cpp, open_namei.cpp ---- */
status may_create(inode *dir, dentry *child);
status may_delete(inode *dir, dentry *victim, bool isdir);
status vfs_create(inode *dir, dentry *d, umode_t mode);
status vfs_mknod(inode *dir, dentry *d, umode_t mode, kdev_t dev);
void dentry_unhash(dentry *d);	/* of a directory about to go */
/* The path of an open; nd's counts go to the file. */
status open_namei(int dfd, const char *name, int flags, int mode,
		  nameidata *nd);
result<file *> filp_open_at(int dfd, const char *name, int flags, int mode);

/* ---- read_write.cpp ---- */
/* The checks before a transfer: -EBADF, -EINVAL, -EFAULT. */
inline status rw_verify(const file *f, unsigned mode, unsigned long addr,
			size_t n)
{
	if (unlikely(!(f->f_mode & mode)))
		return -EBADF;
	if (unlikely((ssize_t)n < 0))
		return -EINVAL;
	return unlikely(!access_ok(addr, n)) ? -EFAULT : 0;
}
inline loff_t make_loff(u32 low, u32 high)
{
	return (loff_t)((u64)high << 32 | low);
}

/* ---- file_table.cpp, pipe.cpp, char_dev.cpp, locks.cpp ---- */
void files_init();
void names_init();
extern const file_operations def_chr_fops, def_fifo_fops, pipe_fops;
extern const file_operations bad_file_ops;

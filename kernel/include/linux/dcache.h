/* SPDX-License-Identifier: GPL-2.0-only */
/* Names: the dentry cache, mounts, and path walks. fs/dcache.cpp, namei.cpp,
 * namespace.cpp. */
#pragma once

#include <linux/fs.h>

struct qstr {
	const char *name = nullptr;
	unsigned len = 0;
	unsigned hash = 0;
};

constexpr unsigned DNAME_INLINE_LEN = 24;

struct dentry {
	atomic_t d_count;
	unsigned d_flags = 0;
	inode *d_inode = nullptr;	/* null: negative, the name is free */
	dentry *d_parent = nullptr;	/* itself for a root */
	list_head d_hash;
	list_head d_lru;		/* count is 0 */
	list_head d_child;		/* of parent's list */
	list_head d_subdirs;
	list_head d_alias;		/* inode->i_dentry */
	int d_mounted = 0;
	qstr d_name;
	const struct dentry_operations *d_op = nullptr;
	super_block *d_sb = nullptr;
	char d_iname[DNAME_INLINE_LEN] = {};	/* short names */
};

struct dentry_operations {
	bool (*d_revalidate)(dentry *d);	/* false: look up again */
	bool (*d_delete)(dentry *d);	/* true: do not cache when unused */
	void (*d_iput)(dentry *d, inode *inode);
};

struct vfsmount {
	vfsmount *mnt_parent = nullptr;	/* itself for the root */
	dentry *mnt_mountpoint = nullptr;
	dentry *mnt_root = nullptr;
	super_block *mnt_sb = nullptr;
	atomic_t mnt_count;
	unsigned mnt_flags = 0;		/* MS_NOSUID, NODEV, NOEXEC */
	char *mnt_devname = nullptr;
	list_head mnt_list;		/* all mounts, in order */
	list_head mnt_hash;		/* by (mnt_parent, mnt_mountpoint) */
	unsigned mnt_children = 0;	/* mounts on directories of this one */
};

struct nameidata {			/* where a path walk is */
	dentry *dentry_ = nullptr;
	vfsmount *mnt = nullptr;
	qstr last;			/* LOOKUP_PARENT: the final component */
	unsigned flags = 0;
	int last_type = 0;
	int depth = 0;			/* symlinks followed */
	char *last_buf = nullptr;	/* getname page that holds last.name */
};
constexpr unsigned LOOKUP_FOLLOW = 1, LOOKUP_DIRECTORY = 2, LOOKUP_PARENT = 4;
/* nameidata.last_type. BIND: a symlink led to the file itself. */
enum { LAST_NORM, LAST_ROOT, LAST_DOT, LAST_DOTDOT, LAST_BIND };

extern spinlock_t dcache_lock;		/* hash, LRU, tree, d_inode */
extern spinlock_t vfsmount_lock;	/* the tree and the list of mounts */
extern list_head mount_list;		/* vfsmount.mnt_list */
inline bool d_unhashed(const dentry *d) { return list_empty(&d->d_hash); }
inline bool IS_ROOT(const dentry *d) { return d->d_parent == d; }

void dcache_init();
dentry *d_alloc(dentry *parent, const qstr *name);	/* null: no memory */
dentry *d_alloc_root(inode *root);
void d_instantiate(dentry *d, inode *inode);	/* inode may be null */
void d_add(dentry *d, inode *inode);		/* and hash */
/* The same; -EUCLEAN if that would be a directory's second name. */
status d_add_once(dentry *d, inode *inode);
void d_rehash(dentry *d);
void d_delete(dentry *d);		/* the file was unlinked */
void d_move(dentry *d, dentry *target);	/* after a rename */
dentry *d_lookup(dentry *parent, const qstr *name);	/* with a count */
dentry *dget(dentry *d);
void dput(dentry *d);
bool d_invalidate(dentry *d);		/* false: busy */
int prune_dcache(int n);		/* memory pressure; returns freed */
void shrink_dcache_sb(super_block *sb);
void shrink_dcache_parent(dentry *d);
unsigned long nr_dentries();
/* The path from the root of current, built at the end of @buf. */
result<char *> d_path(dentry *d, vfsmount *mnt, char *buf, int size);

vfsmount *mntget(vfsmount *m);
void mntput(vfsmount *m);
/* @name is in kernel memory. On success nd holds counts: path_release. */
status path_lookup(const char *name, unsigned flags, nameidata *nd);
/* From directory descriptor @dfd (or AT_FDCWD). */
status path_lookup_at(int dfd, const char *name, unsigned flags,
		      nameidata *nd);
void path_release(nameidata *nd);
status vfs_follow_link(nameidata *nd, const char *target);
result<long> vfs_readlink(user_ptr<char> buf, size_t size, const char *target);
extern const inode_operations page_symlink_inode_operations;
status page_symlink(inode *inode, const char *target, size_t len);

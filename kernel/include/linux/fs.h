/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual file system: super blocks, inodes, dentries, open files, and
 * the tables of operations through which file systems and drivers plug in.
 * A null operation means "not supported" unless its comment says otherwise.
 * Documentation/filesystems/Locking lists what is held on each call.
 */
#pragma once

#include <asm/uaccess.h>
#include <linux/list.h>
#include <linux/radix-tree.h>
#include <linux/semaphore.h>
#include <linux/status.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <uapi/fcntl.h>
#include <uapi/stat.h>

struct block_device;
struct buffer_head;
struct dentry;
struct file;
struct gendisk;
struct inode;
struct nameidata;
struct page;
struct pipe_inode_info;
struct poll_table;
struct super_block;
struct vfsmount;
struct vm_area_struct;
struct address_space;
struct file_lock;

/* ---- page cache of a file ---- */

struct address_space_operations {
	/* Page locked on entry; unlocked when the I/O ends. */
	status (*writepage)(page *p);
	status (*readpage)(file *file, page *p);	/* file may be null */
	/* The same for pages that follow each other, with fewer and larger
	 * transfers; what fails is found out by reading it again. May be
	 * null. */
	void (*readpages)(page **pages, unsigned nr);
	/* Page locked throughout; bytes [from, to) are about to be / have
	 * been changed by a write. commit_write grows i_size. */
	status (*prepare_write)(file *file, page *p, unsigned from,
				unsigned to);
	status (*commit_write)(file *file, page *p, unsigned from,
			       unsigned to);
	result<long> (*bmap)(address_space *mapping, long block);
	/* Null: block_flushpage / try_to_free_buffers if it has buffers. */
	void (*flushpage)(page *p, unsigned offset);
	bool (*releasepage)(page *p, gfp_t gfp);
};

struct address_space {
	inode *host = nullptr;
	spinlock_t page_lock{"mapping", RANK_PAGECACHE};
	radix_tree_root page_tree;
	list_head clean_pages, dirty_pages, locked_pages;
	unsigned long nrpages = 0;
	const address_space_operations *a_ops = nullptr;
	spinlock_t i_shared_lock{"i_shared", RANK_I_SHARED};
	list_head i_mmap;		/* private VMAs */
	list_head i_mmap_shared;
	gfp_t gfp_mask = GFP_HIGHUSER;	/* for its pages */
	volatile int error = 0;		/* -EIO/-ENOSPC of a failed writepage,
					 * taken by the next fsync */
	spinlock_t private_lock{"mapping buffers", RANK_BUFFER};
	list_head private_list;		/* dirty metadata of this inode */
};

/* ---- inodes ---- */

/* i_state */
constexpr unsigned long I_DIRTY_SYNC = 1, I_DIRTY_DATASYNC = 2,
	I_DIRTY_PAGES = 4, I_LOCK = 8, I_FREEING = 16, I_CLEAR = 32, I_NEW = 64;
constexpr unsigned long I_DIRTY = I_DIRTY_SYNC | I_DIRTY_DATASYNC |
	I_DIRTY_PAGES;
/* i_flags / s_flags */
constexpr unsigned long S_SYNC = 1, S_NOATIME = 2, S_APPEND = 4,
	S_IMMUTABLE = 8, S_DEAD = 16;	/* DEAD: a removed directory */
constexpr unsigned long MS_RDONLY = 1, MS_NOSUID = 2, MS_NODEV = 4,
	MS_NOEXEC = 8, MS_SYNCHRONOUS = 16, MS_REMOUNT = 32, MS_NOATIME = 1024,
	MS_NODIRATIME = 2048, MS_SILENT = 0x8000,
	MS_ACTIVE = 1ul << 30;		/* inside: unused inodes may stay */

struct timespec64 {
	time_t tv_sec = 0;
	long tv_nsec = 0;
};

struct iattr {
	unsigned ia_valid;		/* ATTR_ bits */
	umode_t ia_mode;
	uid_t ia_uid;
	gid_t ia_gid;
	loff_t ia_size;
	timespec64 ia_atime, ia_mtime, ia_ctime;
};
constexpr unsigned ATTR_MODE = 1, ATTR_UID = 2, ATTR_GID = 4, ATTR_SIZE = 8,
	ATTR_ATIME = 16, ATTR_MTIME = 32, ATTR_CTIME = 64, ATTR_ATIME_SET = 128,
	ATTR_MTIME_SET = 256, ATTR_FORCE = 512;

struct kstat {				/* what stat calls report */
	kdev_t dev, rdev;
	ino_t ino;
	umode_t mode;
	nlink_t nlink;
	uid_t uid;
	gid_t gid;
	loff_t size;
	timespec64 atime, mtime, ctime;
	unsigned blksize;
	u64 blocks;			/* of 512 bytes */
};

struct inode_operations {
	/* Directories; i_sem of the directory held. */
	status (*create)(inode *dir, dentry *d, umode_t mode);
	/* Finds d->d_name and d_adds it (negative if not there). */
	status (*lookup)(inode *dir, dentry *d);
	status (*link)(dentry *old, inode *dir, dentry *d);
	status (*unlink)(inode *dir, dentry *d);
	status (*symlink)(inode *dir, dentry *d, const char *target);
	status (*mkdir)(inode *dir, dentry *d, umode_t mode);
	status (*rmdir)(inode *dir, dentry *d);
	status (*mknod)(inode *dir, dentry *d, umode_t mode, kdev_t dev);
	status (*rename)(inode *odir, dentry *od, inode *ndir, dentry *nd);
	/* Symlinks. follow_link moves nd on (usually vfs_follow_link). */
	result<long> (*readlink)(dentry *d, user_ptr<char> buf, size_t size);
	status (*follow_link)(dentry *d, nameidata *nd);
	/* All. truncate: i_size was set, free blocks behind; i_sem held.
	 * permission, setattr, getattr: null means the generic one. */
	void (*truncate)(inode *inode);
	status (*permission)(inode *inode, int mask);
	status (*setattr)(dentry *d, iattr *attr);
	status (*getattr)(dentry *d, kstat *stat);
};

struct inode {
	list_head i_hash;		/* (sb, ino) hash chain */
	list_head i_list;		/* in use, unused or dirty */
	list_head i_sb_list;		/* sb->s_inodes */
	list_head i_dentry;		/* its names */
	ino_t i_ino = 0;
	atomic_t i_count;
	kdev_t i_rdev = 0;
	umode_t i_mode = 0;
	nlink_t i_nlink = 0;
	uid_t i_uid = 0;
	gid_t i_gid = 0;
	loff_t i_size = 0;		/* i_size_read / i_size_write */
	timespec64 i_atime, i_mtime, i_ctime;
	unsigned i_blkbits = 0;
	u64 i_blocks = 0;		/* of 512 bytes */
	u32 i_generation = 0;
	semaphore i_sem{"i_sem", RANK_FILE_SEM};
	const inode_operations *i_op = nullptr;
	const struct file_operations *i_fop = nullptr;
	super_block *i_sb = nullptr;
	wait_queue_head_t i_wait;	/* I_LOCK */
	address_space *i_mapping = &i_data;
	address_space i_data;
	block_device *i_bdev = nullptr;	/* block special: opened device */
	pipe_inode_info *i_pipe = nullptr;
	list_head i_flock_list;
	volatile unsigned long i_state = 0;
	unsigned long i_flags = 0;
	unsigned long i_version = 0;
	atomic_t i_writecount;		/* >0 writers, <0 deny write */
	unsigned long dirtied_when = 0;	/* jiffies */
	void *private_ = nullptr;	/* the file system's */
};

/* 64 bits are two stores on i386: writers hold i_sem, readers retry. */
inline loff_t i_size_read(const inode *i)
{
	const volatile u32 *w = (const volatile u32 *)&i->i_size;
	u32 hi, lo;

	do {
		hi = w[1];
		lo = w[0];
	} while (unlikely(hi != w[1]));
	return (loff_t)((u64)hi << 32 | lo);
}
inline void i_size_write(inode *i, loff_t size)
{
	u64 old = (u64)i->i_size;

	asm volatile("1: lock; cmpxchg8b %0; jnz 1b" :
		     "+m"(i->i_size), "+A"(old) :
		     "b"((u32)size), "c"((u32)((u64)size >> 32)) : "cc");
}

/* ---- dentries: include/linux/dcache.h ---- */

/* ---- open files ---- */

/* readdir calls it for each entry; an error means "buffer full: stop". */
using filldir_t = status (*)(void *ctx, const char *name, int len,
			     loff_t offset, ino_t ino, unsigned d_type);

struct file_operations {
	/* Null: generic_file_llseek. Returns the position through *res. */
	status (*llseek)(file *f, loff_t offset, int whence, loff_t *res);
	result<long> (*read)(file *f, user_ptr<char> buf, size_t n,
			     loff_t *pos);
	result<long> (*write)(file *f, user_ptr<const char> buf, size_t n,
			      loff_t *pos);
	status (*readdir)(file *f, void *ctx, filldir_t fill);
	unsigned (*poll)(file *f, poll_table *wait);	/* null: always ready */
	result<long> (*ioctl)(inode *inode, file *f, unsigned cmd,
			      unsigned long arg);	/* null: -ENOTTY */
	status (*mmap)(file *f, vm_area_struct *vma);
	status (*open)(inode *inode, file *f);
	status (*flush)(file *f);	/* each close(2) */
	status (*release)(inode *inode, file *f);	/* the last */
	status (*fsync)(file *f, dentry *d, int datasync);
	/* sendfile(2)'s target: appends a piece of a page as write would.
	 * Null: not possible, unless the file is in the page cache. */
	result<long> (*sendpage)(file *f, page *p, unsigned offset,
				 size_t size, loff_t *pos);
};
struct file {
	atomic_t f_count;
	dentry *f_dentry = nullptr;
	vfsmount *f_vfsmnt = nullptr;
	const file_operations *f_op = nullptr;
	volatile unsigned f_flags = 0;	/* O_ bits */
	unsigned f_mode = 0;		/* FMODE_ bits */
	loff_t f_pos = 0;
	/* read-ahead: the page after the last one read; what was read ahead,
	 * [start, end), whose first use starts the next piece; its length */
	pgoff_t f_raprev = 0, f_rastart = 0, f_raend = 0;
	unsigned f_ralen = 0;
	uid_t f_uid = 0;
	gid_t f_gid = 0;
	pid_t f_owner = 0;		/* F_SETOWN */
	void *private_data = nullptr;	/* the driver's */
	list_head f_list;		/* sb->s_files */
};
constexpr unsigned FMODE_READ = 1, FMODE_WRITE = 2,
	FMODE_PATH = 4;			/* O_PATH: only names the file */
/* What open(2) takes notice of, and what F_SETFL may change later. */
constexpr int O_OPEN_FLAGS = O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY |
	O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | O_LARGEFILE |
	O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_PATH;
constexpr int O_SETFL_FLAGS = O_APPEND | O_NONBLOCK;
constexpr loff_t MAX_LFS_FILESIZE = 0x7ffffffffffLL;	/* 2^31 pages */

inline void get_file(file *f) { atomic_inc(&f->f_count); }
void fput(file *f);
/* The file of descriptor @fd of current with a count, or null. */
file *fget(unsigned fd);
file *get_empty_filp();			/* null: ENFILE or no memory */
/* Opens a kernel-space path for the kernel (exec, swapon). */
result<file *> filp_open(const char *name, int flags, int mode);
result<file *> dentry_open(dentry *d, vfsmount *mnt, int flags);
status filp_close(file *f);

/* ---- super blocks and file systems ---- */

struct kstatfs {
	long f_type, f_bsize;
	u64 f_blocks, f_bfree, f_bavail, f_files, f_ffree;
	long f_namelen;
};

struct super_operations {
	void (*read_inode)(inode *inode);	/* fills by i_ino; bad: make_bad_inode */
	void (*dirty_inode)(inode *inode);
	/* Brings the inode into its buffer; @sync: and that to the disk. */
	status (*write_inode)(inode *inode, bool sync);
	void (*delete_inode)(inode *inode);	/* last close, no links */
	void (*clear_inode)(inode *inode);	/* leaving memory */
	void (*put_super)(super_block *sb);
	status (*write_super)(super_block *sb);	/* if s_dirt */
	status (*statfs)(super_block *sb, kstatfs *buf);
	status (*remount_fs)(super_block *sb, unsigned long *flags,
			     const char *data);
};

struct super_block {
	list_head s_list;
	kdev_t s_dev = 0;
	block_device *s_bdev = nullptr;
	unsigned long s_blocksize = 0;
	unsigned s_blocksize_bits = 0;
	bool s_dirt = false;
	loff_t s_maxbytes = 0x7fffffff;
	const struct file_system_type *s_type = nullptr;
	const super_operations *s_op = nullptr;
	unsigned long s_flags = 0;	/* MS_ */
	unsigned long s_magic = 0;
	dentry *s_root = nullptr;
	rw_semaphore s_umount{"s_umount", RANK_SUPER_SEM};
	semaphore s_lock{"s_lock", RANK_FS_SEM};	/* lock_super */
	semaphore s_vfs_rename_sem{"rename", RANK_RENAME_SEM};
	atomic_t s_active;		/* mounts */
	int s_count = 1;		/* super_lock: who keeps the struct */
	list_head s_inodes;
	list_head s_dirty;		/* dirty inodes, oldest last */
	list_head s_files;		/* file_list_lock */
	void *s_fs_info = nullptr;
};

struct file_system_type {
	const char *name;
	bool requires_dev;
	/* Fills sb (device opened, s_root set). */
	status (*fill_super)(super_block *sb, const char *data, bool silent);
	file_system_type *next = nullptr;
	super_block *single = nullptr;	/* shared by all mounts, if no dev */
};
void register_filesystem(file_system_type *t);	/* single: starts null */
/* A super block with no device and no names, known to sync(2): the home of
 * inodes that no path leads to. Null: no memory. fs/libfs.cpp. */
super_block *alloc_pseudo_super(const char *name, unsigned long magic);
/* The same with a root called @name and a mount, for files with a d_path. */
vfsmount *kern_mount(const char *name, unsigned long magic);
kdev_t get_anon_dev();			/* s_dev without a device; 0: none */
void put_anon_dev(kdev_t dev);
status simple_statfs(super_block *sb, kstatfs *buf);
void sync_supers(super_block *sb);	/* null: all; writes if s_dirt */
status fsync_super(super_block *sb);	/* everything, and waits */
/* Mounts root= on /, or panics and says why. fs/do_mounts.cpp. */
void mount_root();

/* ---- inode cache: fs/inode.cpp ---- */

void inode_init();
/* Holds a count; I/O errors show as is_bad_inode(). Null: no memory. */
inode *iget(super_block *sb, ino_t ino);
inode *new_inode(super_block *sb);	/* not hashed */
void insert_inode_hash(inode *inode);
inode *igrab(inode *inode);		/* null if it is going away */
void iput(inode *inode);
void __mark_inode_dirty(inode *inode, unsigned long flags);
inline void mark_inode_dirty(inode *i) { __mark_inode_dirty(i, I_DIRTY); }
inline void mark_inode_dirty_sync(inode *i)
{
	__mark_inode_dirty(i, I_DIRTY_SYNC);
}
void clear_inode(inode *inode);		/* delete_inode ends with it */
void make_bad_inode(inode *inode);
bool is_bad_inode(inode *inode);
status write_inode_now(inode *inode, bool sync);
void sync_inodes(super_block *sb, bool wait);	/* null: all */
/* Starts writing pages of dirty inodes, oldest first: at most @nr_pages if
 * that is > 0, only of inodes dirtied up to jiffies value @older_than if that
 * is not 0. fs/fs-writeback.cpp. */
void writeback_inodes(int nr_pages, unsigned long older_than);
bool invalidate_inodes(super_block *sb);	/* false: some are in use */
void update_atime(inode *inode);
timespec64 current_fs_time();
status inode_change_ok(inode *inode, iattr *attr);
status inode_setattr(inode *inode, iattr *attr);
status notify_change(dentry *d, iattr *attr);
void remove_suid(dentry *d);		/* after a write by the unprivileged */
int prune_icache(int n);		/* memory pressure; returns freed */
status do_truncate(dentry *d, loff_t length);

/* ---- block devices: fs/block_dev.cpp ---- */

struct block_device {
	kdev_t bd_dev = 0;
	atomic_t bd_count;
	inode *bd_inode = nullptr;	/* its page cache: bd_inode->i_mapping */
	unsigned bd_block_size = 1024;	/* soft block size */
	unsigned bd_openers = 0;
	semaphore bd_sem{"bd_sem", RANK_BDEV_SEM};
	gendisk *bd_disk = nullptr;	/* while open */
	unsigned bd_partno = 0;
	super_block *bd_holder = nullptr;	/* mounted here */
	bool bd_read_only = false;	/* BLKROSET */
	list_head bd_hash;
};
block_device *bdget(kdev_t dev);	/* with a count; null: no memory */
void bdput(block_device *bdev);
/* Opens / closes the driver; @mode is FMODE_ bits. The count is the caller's
 * own affair in both. The last close writes and drops the device's cache. */
status blkdev_get(block_device *bdev, unsigned mode);
void blkdev_put(block_device *bdev);
/* The device was repartitioned or asked to be: reads the table again. */
status blkdev_reread_part(block_device *bdev);
loff_t bdev_size(block_device *bdev);	/* bytes */
/* Changes the soft block size: the cache is written and dropped. */
status set_blocksize(block_device *bdev, unsigned size);
bool bdev_read_only(block_device *bdev);
extern const file_operations def_blk_fops;

/* ---- character devices: fs/char_dev.cpp ---- */
status register_chrdev(unsigned major, const char *name,
		       const file_operations *fops);
const char *chrdev_name(unsigned major);	/* null: not registered */
void init_special_inode(inode *inode, umode_t mode, kdev_t rdev);

/* ---- generic helpers ---- */
status generic_file_llseek(file *f, loff_t offset, int whence, loff_t *res);
status no_llseek(file *f, loff_t offset, int whence, loff_t *res); /* -ESPIPE */
result<long> generic_read_dir(file *f, user_ptr<char> buf, size_t n,
			      loff_t *pos);		/* -EISDIR */
status generic_file_open(inode *inode, file *f);	/* EOVERFLOW check */
status permission(inode *inode, int mask);
constexpr int MAY_EXEC = 1, MAY_WRITE = 2, MAY_READ = 4;
status vfs_permission(inode *inode, int mask);
status vfs_getattr(dentry *d, kstat *stat);
void generic_fillattr(const inode *inode, kstat *st);	/* for getattr */
result<long> vfs_read(file *f, user_ptr<char> buf, size_t n, loff_t *pos);
result<long> vfs_write(file *f, user_ptr<const char> buf, size_t n,
		       loff_t *pos);
status vfs_fsync(file *f, int datasync);
bool get_write_access(inode *inode);	/* false: ETXTBSY */
void put_write_access(inode *inode);
bool deny_write_access(file *f);	/* false: ETXTBSY */
void allow_write_access(file *f);
inline bool IS_RDONLY(const inode *i) { return i->i_sb->s_flags & MS_RDONLY; }
inline bool IS_SYNC(const inode *i)
{
	return i->i_sb->s_flags & MS_SYNCHRONOUS || i->i_flags & S_SYNC;
}
inline bool IS_APPEND(const inode *i) { return i->i_flags & S_APPEND; }
inline bool IS_IMMUTABLE(const inode *i) { return i->i_flags & S_IMMUTABLE; }

/* ---- poll: fs/select.cpp ---- */
/* A driver's poll() calls it for each queue that may wake the poller. */
void poll_wait(file *f, wait_queue_head_t *q, poll_table *p);

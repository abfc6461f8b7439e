/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tree of mounts. A mount holds a count on its super block, its root, its
 * parent and the directory it covers; open files and working directories hold
 * counts on it. mount_sem serialises changes, vfsmount_lock guards the hash
 * and the list against lookups. 2.4: fs/namespace.c.
 */
#include "internal.h"

#include <linux/file.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

constinit semaphore mount_sem{"mount_sem", RANK_MOUNT_SEM};
constinit spinlock_t vfsmount_lock{"vfsmount", RANK_VFSMOUNT};
constinit list_head mount_list;
static constexpr unsigned MOUNT_HASH_BITS = 5;
static constinit static_array<list_head, 1 << MOUNT_HASH_BITS> mount_hash;
static constinit kmem_cache *mnt_cache;

static list_head *mnt_bucket(const vfsmount *mnt, const dentry *d)
{
	unsigned long hash = ((unsigned long)mnt >> 5) +
		((unsigned long)d >> 6);

	return &mount_hash[hash * 0x9e3779b1u >> (32 - MOUNT_HASH_BITS)];
}

__init void mnt_init()
{
	mnt_cache = kmem_cache_create("vfsmount", sizeof(vfsmount));
}

vfsmount *alloc_vfsmnt(const char *devname)
{
	vfsmount *mnt = slab_new<vfsmount>(mnt_cache, GFP_KERNEL);

	if (!mnt)
		return nullptr;
	atomic_set(&mnt->mnt_count, 1);
	mnt->mnt_parent = mnt;
	if (!devname)
		devname = "none";
	size_t size = strlen(devname) + 1;
	mnt->mnt_devname = (char *)kmalloc(size, GFP_KERNEL);
	if (!mnt->mnt_devname) {
		kmem_cache_free(mnt_cache, mnt);
		return nullptr;
	}
	memcpy(mnt->mnt_devname, devname, size);
	return mnt;
}

vfsmount *mntget(vfsmount *m)
{
	if (m)
		atomic_inc(&m->mnt_count);
	return m;
}

void mntput(vfsmount *m)
{
	if (!m || !atomic_dec_and_test(&m->mnt_count))
		return;
	dput(m->mnt_root);
	if (m->mnt_sb)
		deactivate_super(m->mnt_sb);
	kfree(m->mnt_devname);
	kmem_cache_free(mnt_cache, m);
}

vfsmount *lookup_mnt(vfsmount *mnt, dentry *d)
{
	spin_guard g(vfsmount_lock);

	list_for_each_entry(vfsmount, m, mnt_bucket(mnt, d), mnt_hash)
		if (m->mnt_parent == mnt && m->mnt_mountpoint == d)
			return mntget(m);
	return nullptr;
}

/* Takes over the caller's count on @mnt. */
static void attach_mnt(vfsmount *mnt, nameidata *nd)
{
	mnt->mnt_parent = mntget(nd->mnt);
	mnt->mnt_mountpoint = dget(nd->dentry_);
	spin_guard g(vfsmount_lock);
	list_add(&mnt->mnt_hash, mnt_bucket(nd->mnt, nd->dentry_));
	list_add_tail(&mnt->mnt_list, &mount_list);
	nd->mnt->mnt_children++;
	nd->dentry_->d_mounted++;
}

/* mount_sem held. Undoes attach_mnt if nobody uses the mount but the tree and
 * the caller. */
static bool detach_mnt(vfsmount *mnt)
{
	vfsmount *parent = mnt->mnt_parent;
	dentry *d = mnt->mnt_mountpoint;
	spin_guard g(vfsmount_lock);

	if (atomic_read(&mnt->mnt_count) > 2 || mnt->mnt_children)
		return false;
	list_del(&mnt->mnt_hash);
	list_del(&mnt->mnt_list);
	parent->mnt_children--;
	d->d_mounted--;
	mnt->mnt_parent = mnt;
	mnt->mnt_mountpoint = mnt->mnt_root;
	g.unlock();
	dput(d);
	mntput(parent);
	mntput(mnt);
	return true;
}

void set_root_mount(vfsmount *mnt)
{
	mnt->mnt_mountpoint = mnt->mnt_root;
	spin_guard g(vfsmount_lock);
	list_add_tail(&mnt->mnt_list, &mount_list);
}

status graft_tree(vfsmount *mnt, nameidata *nd)
{
	inode *dir = nd->dentry_->d_inode;

	if (S_ISDIR(dir->i_mode) != S_ISDIR(mnt->mnt_root->d_inode->i_mode))
		return -ENOTDIR;
	down_guard g(dir->i_sem);
	if (dir->i_flags & S_DEAD ||
	    (!IS_ROOT(nd->dentry_) && d_unhashed(nd->dentry_)))
		return -ENOENT;
	attach_mnt(mnt, nd);
	return OK;
}

/* ---- umount ---- */

/* The root cannot go, but it can be made safe to switch off. */
static status umount_root(super_block *sb)
{
	write_guard g(sb->s_umount);

	return sb->s_flags & MS_RDONLY ? OK :
		do_remount_sb(sb, sb->s_flags | MS_RDONLY, nullptr);
}

static status do_umount(nameidata *nd)
{
	vfsmount *mnt = nd->mnt;

	if (nd->dentry_ != mnt->mnt_root)
		return -EINVAL;
	if (mnt == current->fs->rootmnt)
		return umount_root(mnt->mnt_sb);
	if (mnt->mnt_parent == mnt)
		return -EINVAL;		/* not in the tree */
	return detach_mnt(mnt) ? 0 : -EBUSY;
}

SYSCALL result<long> sys_umount(user_str name, unsigned flags)
{
	nameidata nd;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags)
		return -EINVAL;
	TRY(user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &nd));
	/* The last mntput unmounts: before anybody mounts again. */
	down_guard g(mount_sem);
	status st = do_umount(&nd);
	path_release(&nd);
	return st;
}

SYSCALL result<long> sys_oldumount(user_str name)
{
	return sys_umount(name, 0);
}

/* ---- mount ---- */

constexpr unsigned long MS_MGC_VAL = 0xc0ed0000, MS_MGC_MSK = 0xffff0000,
	MS_BIND = 4096, MS_MOVE = 8192;
constexpr unsigned long MNT_FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC;
constexpr unsigned long SB_FLAGS = MS_RDONLY | MS_SYNCHRONOUS | MS_NOATIME |
	MS_NODIRATIME | MS_SILENT;

struct mount_args {
	const char *dev, *type, *data;
	unsigned long flags;
};

static status do_remount(nameidata *nd, const mount_args &a)
{
	super_block *sb = nd->mnt->mnt_sb;

	if (nd->dentry_ != nd->mnt->mnt_root)
		return -EINVAL;
	write_guard g(sb->s_umount);
	TRY(do_remount_sb(sb, a.flags & SB_FLAGS, a.data));
	nd->mnt->mnt_flags = a.flags & MNT_FLAGS;
	return OK;
}

static status do_add_mount(nameidata *nd, const mount_args &a)
{
	file_system_type *type = a.type ? get_fs_type(a.type) : nullptr;

	if (!type)
		return -ENODEV;
	vfsmount *mnt = alloc_vfsmnt(a.dev);
	if (!mnt)
		return -ENOMEM;
	auto sb = get_sb(type, a.flags & SB_FLAGS, a.dev, a.data);
	status st = sb.err();
	if (sb.ok()) {
		mnt->mnt_sb = sb.value();
		mnt->mnt_root = dget(mnt->mnt_sb->s_root);
		mnt->mnt_flags = a.flags & MNT_FLAGS;
		follow_mount(&nd->mnt, &nd->dentry_);
		bool again = nd->mnt->mnt_sb == mnt->mnt_sb &&
			nd->mnt->mnt_root == nd->dentry_;
		st = again ? status(-EBUSY) : graft_tree(mnt, nd);
	}
	if (st.failed())
		mntput(mnt);
	return st;
}

static status do_mount(const char *dir, const mount_args &a)
{
	nameidata nd;

	if (a.flags & (MS_BIND | MS_MOVE))
		return -EINVAL;
	TRY(path_lookup(dir, LOOKUP_FOLLOW, &nd));
	path_guard path(nd);
	down_guard g(mount_sem);
	return a.flags & MS_REMOUNT ? do_remount(&nd, a) :
				      do_add_mount(&nd, a);
}

/* Optional strings and options come in a page each. */
class mount_page {
	char *p = nullptr;

public:
	mount_page() = default;
	mount_page(const mount_page &) = delete;
	~mount_page() { free_page((unsigned long)p); }
	char *get() const { return p; }

	status copy(user_str u)
	{
		if (!u)
			return OK;
		p = (char *)get_zeroed_page(GFP_KERNEL);
		if (!p)
			return -ENOMEM;
		if (u.addr() >= TASK_SIZE)
			return -EFAULT;
		size_t n = min(PAGE_SIZE - 1, TASK_SIZE - u.addr());
		return __copy_from_user(p, u.addr(), n) == n ? -EFAULT : 0;
	}
};

SYSCALL result<long> sys_mount(user_str dev, user_str dir, user_str type,
			       unsigned long flags, user_str data)
{
	mount_page d, t, o;
	user_name name(dir);

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	char *path = TRY(name.get());
	TRY(d.copy(dev));
	TRY(t.copy(type));
	TRY(o.copy(data));
	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~MS_MGC_MSK;
	const mount_args a{d.get(), t.get(), o.get(), flags};
	return do_mount(path, a);
}

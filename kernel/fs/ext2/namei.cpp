/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations on names (2.4's fs/ext2/namei.c). i_sem of the directories is
 * held. The order of changes is such that after a crash a name may be missing
 * or an inode may have too many links, but no name ever points to an inode
 * that was not written or is free.
 */
#include <linux/ext2_fs.h>
#include <linux/pagemap.h>
#include <linux/string.h>

static void inc_nlink(inode *inode)
{
	inode->i_nlink++;
	inode->i_ctime = current_fs_time();
	mark_inode_dirty(inode);
}

static void dec_nlink(inode *inode)
{
	if (inode->i_nlink)
		inode->i_nlink--;
	else
		ext2_warning(inode->i_sb, __func__, "inode %lu has no link to "
			     "lose", inode->i_ino);
	inode->i_ctime = current_fs_time();
	mark_inode_dirty(inode);
}

/* A synchronous directory: what was done is on the disk on return. */
static status sync_dir(inode *dir)
{
	if (!IS_SYNC(dir))
		return OK;
	TRY(filemap_fdatawrite(dir->i_mapping));
	TRY(filemap_fdatawait(dir->i_mapping));
	TRY(fsync_inode_buffers(dir));
	return write_inode_now(dir, true);
}

static status sync_new_inode(inode *dir, inode *inode)
{
	return IS_SYNC(dir) || IS_SYNC(inode) ? write_inode_now(inode, true) :
		OK;
}

static status ext2_lookup(inode *dir, dentry *d)
{
	if (d->d_name.len > EXT2_NAME_LEN)
		return -ENAMETOOLONG;
	ino_t ino = (ino_t)TRY(ext2_inode_by_name(dir, &d->d_name));
	inode *inode = nullptr;

	if (ino) {
		inode = iget(dir->i_sb, ino);
		if (!inode)
			return -ENOMEM;
		if (is_bad_inode(inode)) {
			iput(inode);
			return -EIO;
		}
	}
	status st = d_add_once(d, inode);

	if (st.failed()) {
		ext2_error(dir->i_sb, __func__, "directory %lu has a second "
			   "name in directory %lu", ino, dir->i_ino);
		iput(inode);
	}
	return st;
}

/* ---- new names ---- */

/* Gives the new inode its name; if that fails the inode goes. */
static status add_nondir(dentry *d, inode *inode)
{
	struct inode *dir = d->d_parent->d_inode;
	status st = sync_new_inode(dir, inode);

	if (st.ok())
		st = ext2_add_link(d, inode);
	if (st.failed()) {
		dec_nlink(inode);
		iput(inode);
		return st;
	}
	d_instantiate(d, inode);
	return sync_dir(dir);
}

static status ext2_create(inode *dir, dentry *d, umode_t mode)
{
	inode *inode = TRY(ext2_new_inode(dir, (mode & S_IALLUGO) | S_IFREG));

	ext2_set_inode_ops(inode, 0);
	return add_nondir(d, inode);
}

static status ext2_mknod(inode *dir, dentry *d, umode_t mode, kdev_t dev)
{
	inode *inode = TRY(ext2_new_inode(dir, mode));

	ext2_set_inode_ops(inode, dev);
	mark_inode_dirty(inode);
	return add_nondir(d, inode);
}

static status ext2_symlink(inode *dir, dentry *d, const char *target)
{
	size_t len = strlen(target);

	if (len >= dir->i_sb->s_blocksize)
		return -ENAMETOOLONG;
	inode *inode = TRY(ext2_new_inode(dir, S_IFLNK | S_IRWXUGO));
	status st;

	inode->i_data.a_ops = &ext2_aops;
	if (len < sizeof(EXT2_I(inode)->i_data)) {
		inode->i_op = &ext2_fast_symlink_iops;
		memcpy(EXT2_I(inode)->i_data, target, len + 1);
		inode->i_size = (loff_t)len;
		mark_inode_dirty(inode);
	} else {
		inode->i_op = &page_symlink_inode_operations;
		st = page_symlink(inode, target, len);
	}
	if (st.failed()) {
		dec_nlink(inode);
		iput(inode);
		return st;
	}
	return add_nondir(d, inode);
}

static status ext2_link(dentry *old, inode *dir, dentry *d)
{
	inode *inode = old->d_inode;

	if (inode->i_nlink >= EXT2_LINK_MAX)
		return -EMLINK;
	inc_nlink(inode);
	atomic_inc(&inode->i_count);
	EXT2_I(dir)->i_dir_start_lookup = 0;
	return add_nondir(d, inode);
}

static status fill_new_dir(inode *dir, dentry *d, inode *inode)
{
	TRY(ext2_make_empty(inode, dir));
	TRY(sync_dir(inode));
	TRY(sync_new_inode(dir, inode));
	return ext2_add_link(d, inode);
}

static status ext2_mkdir(inode *dir, dentry *d, umode_t mode)
{
	if (dir->i_nlink >= EXT2_LINK_MAX)
		return -EMLINK;
	inode *inode = TRY(ext2_new_inode(dir, (mode & S_IALLUGO) | S_IFDIR));

	inc_nlink(dir);
	inode->i_nlink = 2;
	ext2_set_inode_ops(inode, 0);
	status st = fill_new_dir(dir, d, inode);

	if (st.failed()) {
		inode->i_nlink = 0;
		mark_inode_dirty(inode);
		iput(inode);
		dec_nlink(dir);
		return st;
	}
	d_instantiate(d, inode);
	return sync_dir(dir);
}

/* ---- names that go ---- */

static status remove_name(inode *dir, dentry *d)
{
	ext2_dir_slot slot;
	long found = TRY(ext2_find_entry(dir, &d->d_name, &slot));

	if (!found)
		return -ENOENT;
	return ext2_delete_entry(dir, &slot);
}

static status ext2_unlink(inode *dir, dentry *d)
{
	TRY(remove_name(dir, d));
	dec_nlink(d->d_inode);
	return sync_dir(dir);
}

static status ext2_rmdir(inode *dir, dentry *d)
{
	inode *inode = d->d_inode;

	if (!ext2_empty_dir(inode))
		return -ENOTEMPTY;
	TRY(remove_name(dir, d));
	inode->i_nlink = 0;
	inode->i_ctime = current_fs_time();
	mark_inode_dirty(inode);
	dec_nlink(dir);
	return sync_dir(dir);
}

/* ---- rename ---- */

/* The new name takes the place of another inode's. */
static status replace_name(inode *ndir, dentry *nd, inode *inode)
{
	struct inode *victim = nd->d_inode;
	bool isdir = S_ISDIR(inode->i_mode);
	ext2_dir_slot slot;

	if (isdir && !ext2_empty_dir(victim))
		return -ENOTEMPTY;
	if (!TRY(ext2_find_entry(ndir, &nd->d_name, &slot)))
		return -ENOENT;
	TRY(ext2_set_link(ndir, &slot, inode));
	if (isdir) {
		victim->i_nlink = 0;
		victim->i_ctime = current_fs_time();
		mark_inode_dirty(victim);
	} else {
		dec_nlink(victim);
	}
	return OK;
}

static status new_name(inode *ndir, dentry *nd, inode *inode, bool moves)
{
	if (nd->d_inode)
		return replace_name(ndir, nd, inode);
	if (moves && ndir->i_nlink >= EXT2_LINK_MAX)
		return -EMLINK;
	TRY(ext2_add_link(nd, inode));
	if (moves)
		inc_nlink(ndir);
	return OK;
}

/* A directory that replaced another one in @ndir brings no new link there;
 * its old parent loses one in any case, unless it stays the parent. */
static status rename_dir_links(inode *odir, inode *ndir, dentry *nd,
			       inode *inode, ext2_dir_slot *dotdot)
{
	bool same = odir == ndir;

	if (!same)
		TRY(ext2_set_link(inode, dotdot, ndir));
	if (!same || nd->d_inode)
		dec_nlink(odir);
	return OK;
}

static status do_rename(inode *odir, dentry *od, inode *ndir, dentry *nd,
			ext2_dir_slot *old, ext2_dir_slot *dotdot)
{
	inode *inode = od->d_inode;
	bool isdir = S_ISDIR(inode->i_mode);

	if (!TRY(ext2_find_entry(odir, &od->d_name, old)))
		return -ENOENT;
	if (isdir && odir != ndir)
		TRY(ext2_dotdot(inode, dotdot));
	TRY(new_name(ndir, nd, inode, isdir && odir != ndir));
	inode->i_ctime = current_fs_time();
	mark_inode_dirty(inode);
	TRY(ext2_delete_entry(odir, old));
	if (isdir)
		TRY(rename_dir_links(odir, ndir, nd, inode, dotdot));
	TRY(sync_dir(ndir));
	return odir == ndir ? OK : sync_dir(odir);
}

static status ext2_rename(inode *odir, dentry *od, inode *ndir, dentry *nd)
{
	ext2_dir_slot old, dotdot;
	status st = do_rename(odir, od, ndir, nd, &old, &dotdot);

	ext2_put_slot(&old);
	ext2_put_slot(&dotdot);
	return st;
}

const inode_operations ext2_dir_iops = {
	.create = ext2_create,
	.lookup = ext2_lookup,
	.link = ext2_link,
	.unlink = ext2_unlink,
	.symlink = ext2_symlink,
	.mkdir = ext2_mkdir,
	.rmdir = ext2_rmdir,
	.mknod = ext2_mknod,
	.rename = ext2_rename,
};
const inode_operations ext2_special_iops = {};

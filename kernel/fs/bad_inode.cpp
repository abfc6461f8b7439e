/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An inode that could not be read: every operation on it is an I/O error.
 * 2.4: fs/bad_inode.c.
 */
#include "internal.h"

static status bad_file_open(inode *, file *) { return -EIO; }
static status bad_inode_op(inode *, dentry *) { return -EIO; }
static status bad_permission(inode *, int) { return -EIO; }
static status bad_setattr(dentry *, iattr *) { return -EIO; }
static status bad_getattr(dentry *, kstat *) { return -EIO; }

const file_operations bad_file_ops = {
	.open = bad_file_open,
};

static constexpr inode_operations bad_inode_ops = {
	.lookup = bad_inode_op,
	.unlink = bad_inode_op,
	.rmdir = bad_inode_op,
	.permission = bad_permission,
	.setattr = bad_setattr,
	.getattr = bad_getattr,
};

void make_bad_inode(inode *inode)
{
	inode->i_mode = S_IFREG;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_fs_time();
	inode->i_op = &bad_inode_ops;
	inode->i_fop = &bad_file_ops;
}

bool is_bad_inode(inode *inode) { return inode->i_op == &bad_inode_ops; }

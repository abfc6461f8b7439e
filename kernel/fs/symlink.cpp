/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Symbolic links whose text is the first page of the inode, and readlink.
 * The text ends at i_size, whatever the disk holds behind it.
 * 2.4: page_follow_link and friends in fs/namei.c.
 */
#include "internal.h"

#include <linux/kernel.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/string.h>

/* The text of the link, 0-terminated, mapped until it goes out of scope. */
class link_text {
	result<page *> p;
	char *s = nullptr;

public:
	explicit link_text(inode *inode) :
		p(read_cache_page(inode->i_mapping, 0))
	{
		loff_t size = i_size_read(inode);

		if (p.failed())
			return;
		s = (char *)kmap(p.value());
		/* A whole page or more cannot be a path. */
		s[min(size, (loff_t)PAGE_SIZE - 1)] = 0;
	}
	link_text(const link_text &) = delete;
	~link_text()
	{
		if (p.failed())
			return;
		kunmap(p.value());
		page_cache_release(p.value());
	}
	status error() const { return p.err(); }
	const char *get() const { return s; }
};

result<long> vfs_readlink(user_ptr<char> buf, size_t size, const char *target)
{
	size_t n = min(strlen(target), size);

	TRY(copy_to_user(buf.addr(), target, n));
	return (long)n;
}

static result<long> page_readlink(dentry *d, user_ptr<char> buf, size_t size)
{
	link_text text(d->d_inode);

	TRY(text.error());
	return vfs_readlink(buf, size, text.get());
}

static status page_follow_link(dentry *d, nameidata *nd)
{
	link_text text(d->d_inode);

	TRY(text.error());
	return vfs_follow_link(nd, text.get());
}

const inode_operations page_symlink_inode_operations = {
	.readlink = page_readlink,
	.follow_link = page_follow_link,
};

/* Page locked. */
static status fill_link_page(page *p, const char *target, size_t len)
{
	const address_space_operations *op = p->mapping->a_ops;

	TRY(op->prepare_write(nullptr, p, 0, len));
	memcpy(kmap(p), target, len);
	kunmap(p);
	return op->commit_write(nullptr, p, 0, len);
}

status page_symlink(inode *inode, const char *target, size_t len)
{
	len = strnlen(target, len);
	if (len >= PAGE_SIZE)
		return -ENAMETOOLONG;
	page *p = grab_cache_page(inode->i_mapping, 0);
	if (!p)
		return -ENOMEM;
	status st = fill_link_page(p, target, len);
	unlock_page(p);
	page_cache_release(p);
	if (st.ok())
		mark_inode_dirty(inode);
	return st;
}

/* ---- readlink(2) ---- */

static result<long> do_readlinkat(int dfd, user_str name, user_ptr<char> buf,
				  int size)
{
	nameidata nd;

	if (size <= 0)
		return -EINVAL;
	TRY(user_path_at(dfd, name, LOOKUP_EMPTY, &nd));
	path_guard g(nd);
	inode *inode = nd.dentry_->d_inode;
	if (!inode->i_op->readlink)
		return -EINVAL;
	update_atime(inode);
	return inode->i_op->readlink(nd.dentry_, buf, size);
}

SYSCALL result<long> sys_readlink(user_str name, user_ptr<char> buf, int size)
{
	return do_readlinkat(AT_FDCWD, name, buf, size);
}

SYSCALL result<long> sys_readlinkat(int dfd, user_str name, user_ptr<char> buf,
				    int size)
{
	return do_readlinkat(dfd, name, buf, size);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files and short symbolic links: mostly the generic operations on top of
 * ext2_get_block (2.4's fs/ext2/file.c, symlink.c, fsync.c).
 */
#include <linux/ext2_fs.h>
#include <linux/pagemap.h>

static status ext2_readpage(file *, page *p)
{
	return block_read_full_page(p, ext2_get_block);
}

static void ext2_readpages(page **pages, unsigned nr)
{
	block_read_pages(pages, nr, ext2_get_block);
}

static status ext2_writepage(page *p)
{
	return block_write_full_page(p, ext2_get_block);
}

static status ext2_prepare_write(file *, page *p, unsigned from, unsigned to)
{
	return block_prepare_write(p, from, to, ext2_get_block);
}

static result<long> ext2_bmap(address_space *mapping, long block)
{
	return generic_block_bmap(mapping, block, ext2_get_block);
}

const address_space_operations ext2_aops = {
	.writepage = ext2_writepage,
	.readpage = ext2_readpage,
	.readpages = ext2_readpages,
	.prepare_write = ext2_prepare_write,
	.commit_write = generic_commit_write,
	.bmap = ext2_bmap,
};

/* An earlier write-back may have brought the inode into its buffer and no
 * further; writing the data may dirty the inode again. */
status ext2_fsync(file *f, dentry *d, int datasync)
{
	inode *inode = d->d_inode;
	status data = filemap_fdatawrite(inode->i_mapping);
	status table;

	if (!(inode->i_state & (I_DIRTY_SYNC | I_DIRTY_DATASYNC)))
		table = ext2_sync_inode_block(inode);
	status rest = file_fsync(f, d, datasync);

	return data.failed() ? data : table.failed() ? table : rest;
}

static status ext2_release_file(inode *inode, file *f)
{
	if (f->f_mode & FMODE_WRITE &&
	    atomic_read(&inode->i_writecount) <= 1)
		ext2_discard_window(inode);
	return OK;
}

const file_operations ext2_file_fops = {
	.read = generic_file_read,
	.write = generic_file_write,
	.ioctl = ext2_ioctl,
	.mmap = generic_file_mmap,
	.open = generic_file_open,
	.release = ext2_release_file,
	.fsync = ext2_fsync,
};
const inode_operations ext2_file_iops = {
	.truncate = ext2_truncate,
};

/* ---- links whose text is where others have block numbers ---- */

static result<long> ext2_readlink(dentry *d, user_ptr<char> buf, size_t size)
{
	return vfs_readlink(buf, size, (char *)EXT2_I(d->d_inode)->i_data);
}

static status ext2_follow_link(dentry *d, nameidata *nd)
{
	return vfs_follow_link(nd, (char *)EXT2_I(d->d_inode)->i_data);
}

const inode_operations ext2_fast_symlink_iops = {
	.readlink = ext2_readlink,
	.follow_link = ext2_follow_link,
};

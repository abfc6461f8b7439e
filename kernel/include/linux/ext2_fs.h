/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second extended file system: what is on the disk, what is kept in
 * memory, and the calls between the files of fs/ext2/. All numbers on the
 * disk are little-endian, like the machine. Documentation/filesystems/ext2.txt.
 */
#pragma once

#include <linux/buffer_head.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kernel.h>

constexpr u16 EXT2_SUPER_MAGIC = 0xEF53;
constexpr ino_t EXT2_BAD_INO = 1, EXT2_ROOT_INO = 2;
constexpr unsigned EXT2_GOOD_OLD_REV = 0, EXT2_DYNAMIC_REV = 1;
constexpr unsigned EXT2_GOOD_OLD_FIRST_INO = 11;
constexpr unsigned EXT2_GOOD_OLD_INODE_SIZE = 128;
constexpr unsigned EXT2_NAME_LEN = 255, EXT2_LINK_MAX = 32000;
constexpr unsigned EXT2_SB_OFFSET = 1024;	/* bytes from the start */

constexpr unsigned EXT2_NDIR_BLOCKS = 12, EXT2_IND_BLOCK = 12,
	EXT2_DIND_BLOCK = 13, EXT2_TIND_BLOCK = 14, EXT2_N_BLOCKS = 15;

/* s_state, s_errors */
constexpr u16 EXT2_VALID_FS = 1, EXT2_ERROR_FS = 2;
constexpr u16 EXT2_ERRORS_CONTINUE = 1, EXT2_ERRORS_RO = 2,
	EXT2_ERRORS_PANIC = 3;

/* Features: compatible ones never matter; the others we know. */
constexpr u32 EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER = 1,
	EXT2_FEATURE_RO_COMPAT_LARGE_FILE = 2,
	EXT2_FEATURE_INCOMPAT_FILETYPE = 2;
constexpr u32 EXT2_FEATURE_INCOMPAT_SUPP = EXT2_FEATURE_INCOMPAT_FILETYPE;
constexpr u32 EXT2_FEATURE_RO_COMPAT_SUPP =
	EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER |
	EXT2_FEATURE_RO_COMPAT_LARGE_FILE;

struct ext2_super_block {
	u32 s_inodes_count, s_blocks_count, s_r_blocks_count;
	u32 s_free_blocks_count, s_free_inodes_count;
	u32 s_first_data_block;
	u32 s_log_block_size, s_log_frag_size;		/* 1024 << n */
	u32 s_blocks_per_group, s_frags_per_group, s_inodes_per_group;
	u32 s_mtime, s_wtime;
	u16 s_mnt_count;
	s16 s_max_mnt_count;
	u16 s_magic, s_state, s_errors, s_minor_rev_level;
	u32 s_lastcheck, s_checkinterval;
	u32 s_creator_os, s_rev_level;
	u16 s_def_resuid, s_def_resgid;		/* who may use the reserve */
	/* from revision 1 on */
	u32 s_first_ino;
	u16 s_inode_size, s_block_group_nr;
	u32 s_feature_compat, s_feature_incompat, s_feature_ro_compat;
	u8 s_uuid[16];
	char s_volume_name[16], s_last_mounted[64];
	u32 s_algorithm_usage_bitmap;
	u8 s_prealloc_blocks, s_prealloc_dir_blocks;
	u16 s_reserved_gdt_blocks;
	u8 s_rest[816];
};
static_assert(sizeof(ext2_super_block) == 1024);
static_assert(__builtin_offsetof(ext2_super_block, s_magic) == 56);
static_assert(__builtin_offsetof(ext2_super_block, s_first_ino) == 84);
static_assert(__builtin_offsetof(ext2_super_block, s_last_mounted) == 136);

struct ext2_group_desc {
	u32 bg_block_bitmap, bg_inode_bitmap, bg_inode_table;
	u16 bg_free_blocks_count, bg_free_inodes_count, bg_used_dirs_count;
	u16 bg_pad;
	u32 bg_reserved[3];
};
static_assert(sizeof(ext2_group_desc) == 32);

struct ext2_inode {
	u16 i_mode, i_uid;
	u32 i_size, i_atime, i_ctime, i_mtime, i_dtime;
	u16 i_gid, i_links_count;
	u32 i_blocks;			/* of 512 bytes */
	u32 i_flags, i_osd1;
	u32 i_block[EXT2_N_BLOCKS];	/* or a short symbolic link */
	u32 i_generation, i_file_acl;
	u32 i_size_high;		/* regular files; i_dir_acl of others */
	u32 i_faddr;
	u8 i_frag, i_fsize;
	u16 i_pad;
	u16 i_uid_high, i_gid_high;
	u32 i_osd2;
};
static_assert(sizeof(ext2_inode) == 128);
static_assert(__builtin_offsetof(ext2_inode, i_block) == 40);
static_assert(__builtin_offsetof(ext2_inode, i_generation) == 100);

/* i_flags; what users may see and set */
constexpr u32 EXT2_SYNC_FL = 0x8, EXT2_IMMUTABLE_FL = 0x10,
	EXT2_APPEND_FL = 0x20, EXT2_NODUMP_FL = 0x40, EXT2_NOATIME_FL = 0x80,
	EXT2_INDEX_FL = 0x1000, EXT2_DIRSYNC_FL = 0x10000,
	EXT2_TOPDIR_FL = 0x20000;
constexpr u32 EXT2_FL_USER_VISIBLE = 0x0003DFFF,
	EXT2_FL_USER_MODIFIABLE = 0x000380FF;
/* What a new file takes over from its directory. */
constexpr u32 EXT2_FL_INHERITED = EXT2_SYNC_FL | EXT2_NODUMP_FL |
	EXT2_NOATIME_FL | EXT2_DIRSYNC_FL;

constexpr unsigned EXT2_IOC_GETFLAGS = 0x80046601,
	EXT2_IOC_SETFLAGS = 0x40046602, EXT2_IOC_GETVERSION = 0x80047601,
	EXT2_IOC_SETVERSION = 0x40047602;

struct ext2_dir_entry {
	u32 inode;			/* 0: unused */
	u16 rec_len;			/* to the next entry */
	u8 name_len;
	u8 file_type;			/* with the feature; else 0 */
	char name[];
};
static_assert(sizeof(ext2_dir_entry) == 8);
constexpr unsigned EXT2_DIR_REC_LEN(unsigned name_len)
{
	return (name_len + 8 + 3) & ~3u;
}

/* Extended attributes live in a block that several inodes may share. */
constexpr u32 EXT2_XATTR_MAGIC = 0xEA020000;
struct ext2_xattr_header {
	u32 h_magic, h_refcount, h_blocks, h_hash;
};

/* ---- in memory ---- */

/* Blocks that a growing file would like next; kept from other files while
 * there is room elsewhere. Never on the disk. lock_super protects it. */
struct ext2_reserve_window {
	list_head list;			/* sbi->s_windows, while not empty */
	u32 start = 0, end = 0;		/* [start, end) */
	u32 size = 0;			/* how much to ask for next time */
};

/* @len blocks of a file from @first on that lie at @block and after it. */
struct ext2_piece {
	u32 first = 0, len = 0, block = 0;

	u32 end() const { return first + len; }
	bool holds(u32 iblock) const { return iblock - first < len; }
};

struct ext2_inode_info {
	u32 i_data[EXT2_N_BLOCKS] = {};	/* truncate_sem */
	u32 i_flags = 0, i_file_acl = 0, i_dtime = 0, i_dir_acl = 0;
	unsigned i_block_group = 0;
	bool i_new_inode = false;	/* its place on disk holds garbage */
	unsigned i_dir_start_lookup = 0;	/* page that hit last */
	/* Readers look a block up, the writer changes i_data or indirect
	 * blocks. */
	rw_semaphore truncate_sem{"truncate_sem", RANK_TRUNCATE_SEM};
	/* The contiguous piece found last, and others of a large file
	 * (map_cache.cpp). Filled under truncate_sem. */
	spinlock_t map_lock{"ext2 map", RANK_BUFFER};
	ext2_piece map;
	struct ext2_pieces *map_pieces = nullptr;
	/* Where the next block of a file written in sequence goes. */
	u32 i_next_block = 0, i_next_goal = 0;
	ext2_reserve_window window;
};
inline ext2_inode_info *EXT2_I(const inode *i)
{
	return (ext2_inode_info *)i->private_;
}

struct ext2_sb_info {
	ext2_super_block *s_es = nullptr;	/* in s_sbh */
	buffer_head *s_sbh = nullptr;
	buffer_head **s_group_desc = nullptr;	/* [s_gdb_count] */
	buffer_head **s_block_bitmap = nullptr;	/* [s_groups_count], or null */
	buffer_head **s_inode_bitmap = nullptr;	/* until first used */
	unsigned s_groups_count = 0, s_gdb_count = 0;
	unsigned s_desc_per_block_bits = 0;
	u32 s_blocks_per_group = 0, s_inodes_per_group = 0;
	u32 s_blocks_count = 0, s_first_data_block = 0, s_inodes_count = 0;
	unsigned s_itb_per_group = 0;		/* blocks of an inode table */
	unsigned s_inode_size = 0, s_first_ino = 0;
	unsigned s_addr_bits = 0;	/* log2 of block numbers in a block */
	u16 s_mount_state = 0;		/* s_state as found */
	u16 s_errors = 0;		/* EXT2_ERRORS_ in force */
	uid_t s_resuid = 0;
	gid_t s_resgid = 0;
	u32 s_next_generation = 0;
	u32 s_overhead = 0;		/* blocks that are no data blocks */
	list_head s_windows;		/* lock_super */
};
inline ext2_sb_info *EXT2_SB(const super_block *sb)
{
	return (ext2_sb_info *)sb->s_fs_info;
}
inline bool ext2_has_incompat(const super_block *sb, u32 f)
{
	return EXT2_SB(sb)->s_es->s_feature_incompat & f;
}
inline bool ext2_has_ro_compat(const super_block *sb, u32 f)
{
	return EXT2_SB(sb)->s_es->s_feature_ro_compat & f;
}
/* The first block of a group, and the first one not in it any more. */
inline u32 ext2_group_first(const ext2_sb_info *sbi, unsigned group)
{
	return sbi->s_first_data_block + group * sbi->s_blocks_per_group;
}
inline u32 ext2_group_end(const ext2_sb_info *sbi, unsigned group)
{
	return group + 1 == sbi->s_groups_count ? sbi->s_blocks_count :
		ext2_group_first(sbi, group + 1);
}
inline bool ext2_valid_ino(const ext2_sb_info *sbi, ino_t ino)
{
	return ino == EXT2_ROOT_INO ||
		(ino >= sbi->s_first_ino && ino <= sbi->s_inodes_count);
}

/* super.cpp */
void ext2_update_dynamic_rev(super_block *sb);
extern const super_operations ext2_sops;
/* super_ops.cpp */
status ext2_write_super(super_block *sb);
void ext2_setup_super(super_block *sb, bool read_only);
status ext2_remount(super_block *sb, unsigned long *flags, const char *data);
status ext2_statfs(super_block *sb, kstatfs *buf);
/* Changes s_errors, s_resuid and s_resgid as the mount options say. */
status ext2_parse_options(ext2_sb_info *sbi, const char *data);
/* check.cpp: nothing on the disk is believed before. They print what is
 * wrong. */
status ext2_check_super(super_block *sb, const ext2_super_block *es);
status ext2_check_descriptors(super_block *sb);
/* Reports damage, and does what the super block asks for then. No spinlock
 * held. */
__printf(3, 4) void ext2_error(super_block *sb, const char *function,
			       const char *fmt, ...);
__printf(3, 4) void ext2_warning(super_block *sb, const char *function,
				 const char *fmt, ...);

/* balloc.cpp */
/* The bitmap in @block, which *slot keeps until umount. */
result<buffer_head *> ext2_load_bitmap(super_block *sb, buffer_head **slot,
				       u32 block);
ext2_group_desc *ext2_get_group_desc(super_block *sb, unsigned group,
				     buffer_head **bh);
bool ext2_bg_has_super(super_block *sb, unsigned group);
/* How many of the @count blocks from @block on lie in the data area. */
u32 ext2_data_blocks(super_block *sb, u32 block, u32 count);
/* A block near @goal, marked as used. */
result<u32> ext2_new_block(inode *inode, u32 goal);
void ext2_free_blocks(inode *inode, u32 block, u32 count);
/* window.cpp; lock_super held, except by ext2_discard_window */
void ext2_discard_window(inode *inode);
void ext2_make_window(ext2_sb_info *sbi, ext2_inode_info *ei, u32 block);
/* The end of the foreign window that holds @block, or 0. */
u32 ext2_foreign_window(ext2_sb_info *sbi, ext2_inode_info *ei, u32 block);

/* ialloc.cpp */
/* A new inode for @dir: in memory, not hashed in the directory yet. */
result<inode *> ext2_new_inode(inode *dir, umode_t mode);
void ext2_free_inode(inode *inode);

/* inode.cpp */
ext2_inode_info *ext2_alloc_info();	/* null: no memory */
void ext2_init_inodecache();
void ext2_read_inode(inode *inode);
status ext2_write_inode(inode *inode, bool sync);
void ext2_delete_inode(inode *inode);
void ext2_clear_inode(inode *inode);
void ext2_set_inode_flags(inode *inode);
/* Gives it the operations that its i_mode asks for. */
void ext2_set_inode_ops(inode *inode, kdev_t rdev);
/* Its buffer of the inode table, if that is still to be written. */
status ext2_sync_inode_block(inode *inode);
bool ext2_inode_is_fast_symlink(inode *inode);

/* map_cache.cpp. False: not known. */
bool ext2_recall(inode *inode, u32 iblock, u32 *block);
/* The piece found last if it ends at @iblock, or what is known of the blocks
 * that hang on the same indirect block; may be empty. */
ext2_piece ext2_known_near(inode *inode, u32 iblock);
/* truncate_sem held, so that the piece is still so. May sleep if the file has
 * more than one indirect block: @large. */
void ext2_remember(inode *inode, ext2_piece piece, bool large);
/* truncate_sem held for writing, or nobody uses the inode any more. */
void ext2_forget_map(inode *inode);

/* map.cpp, map_alloc.cpp */
status ext2_get_block(inode *inode, sector_t iblock, buffer_head *bh_result,
		      bool create);
struct ext2_path {			/* of block numbers to one block */
	unsigned offset[4];		/* in i_data, then in each block */
	unsigned depth = 0;		/* 1: direct */
};
bool ext2_block_to_path(inode *inode, sector_t iblock, ext2_path *path);
/* An indirect block, up to date; its number is checked. */
result<buffer_head *> ext2_bread_indirect(inode *inode, u32 block);
/* truncate_sem held for writing; new blocks as far as they are missing. */
status ext2_alloc_branch(inode *inode, sector_t iblock, ext2_path *path,
			 buffer_head *bh_result);
/* truncate.cpp */
void ext2_truncate(inode *inode);

/* dir.cpp, dir_change.cpp */
struct ext2_dir_slot {		/* where an entry is; holds its page */
	page *p = nullptr;
	ext2_dir_entry *de = nullptr;	/* in p, which is mapped */
};
void ext2_put_slot(ext2_dir_slot *slot);
/* 0: not there. */
result<long> ext2_find_entry(inode *dir, const qstr *name,
			     ext2_dir_slot *slot);
result<long> ext2_inode_by_name(inode *dir, const qstr *name);
result<long> ext2_dotdot(inode *dir, ext2_dir_slot *slot);
status ext2_add_link(dentry *d, inode *inode);
status ext2_delete_entry(inode *dir, ext2_dir_slot *slot);
status ext2_set_link(inode *dir, ext2_dir_slot *slot, inode *inode);
status ext2_make_empty(inode *dir, inode *parent);
bool ext2_empty_dir(inode *dir);
result<page *> ext2_get_page(inode *dir, pgoff_t n);	/* mapped */
void ext2_put_page(page *p);
/* Null, or what is wrong with an entry of the page at @offset. */
const char *ext2_check_entry(inode *dir, const ext2_dir_entry *de,
			     unsigned offset);
status ext2_bad_entry(inode *dir, pgoff_t n, unsigned offset,
		      const char *what);
inline unsigned ext2_last_byte(inode *dir, pgoff_t n)
{
	loff_t left = dir->i_size - ((loff_t)n << PAGE_SHIFT);

	return left > (loff_t)PAGE_SIZE ? PAGE_SIZE : (unsigned)left;
}
inline pgoff_t ext2_dir_pages(inode *dir)
{
	return (pgoff_t)((dir->i_size + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

/* file.cpp, ioctl.cpp, symlink.cpp, namei.cpp */
status ext2_fsync(file *f, dentry *d, int datasync);
result<long> ext2_ioctl(inode *inode, file *f, unsigned cmd,
			unsigned long arg);
extern const inode_operations ext2_file_iops, ext2_dir_iops,
	ext2_special_iops, ext2_fast_symlink_iops;
extern const file_operations ext2_file_fops, ext2_dir_fops;
extern const address_space_operations ext2_aops;

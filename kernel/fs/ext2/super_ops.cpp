/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mounted file system as a whole: its state on the disk, remounting, mount
 * options and statfs (2.4's fs/ext2/super.c). While it is mounted for writing
 * the disk says "not clean"; umount or a remount puts back what was found.
 */
#include <linux/blkdev.h>
#include <linux/ext2_fs.h>
#include <linux/string.h>

static u32 now() { return (u32)current_fs_time().tv_sec; }

/* Its numbers are always right in the buffer: only the time is added. */
status ext2_write_super(super_block *sb)
{
	ext2_sb_info *sbi = EXT2_SB(sb);

	sbi->s_es->s_wtime = now();
	mark_buffer_dirty(sbi->s_sbh);
	sb->s_dirt = false;
	return OK;
}

/* ---- clean or not ---- */

static const char *why_check(const ext2_super_block *es, u16 state)
{
	if (!(state & EXT2_VALID_FS))
		return "was not unmounted cleanly";
	if (state & EXT2_ERROR_FS)
		return "contains errors";
	if (es->s_max_mnt_count > 0 &&
	    es->s_mnt_count >= (u16)es->s_max_mnt_count)
		return "was mounted very often";
	if (es->s_checkinterval &&
	    es->s_lastcheck + (u64)es->s_checkinterval <= now())
		return "was not checked for a long time";
	return nullptr;
}

void ext2_setup_super(super_block *sb, bool read_only)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	ext2_super_block *es = sbi->s_es;
	const char *why = why_check(es, sbi->s_mount_state);

	if (read_only)
		return;
	if (why)
		printk(KERN_WARNING "EXT2-fs: device %02x:%02x %s, running "
		       "e2fsck is recommended\n", MAJOR(sb->s_dev),
		       MINOR(sb->s_dev), why);
	es->s_state &= (u16)~EXT2_VALID_FS;
	es->s_mnt_count++;
	es->s_mtime = now();
	ext2_write_super(sb).ignore();
	/* Nothing else may reach the disk while it still says "clean": the
	 * drive may reorder what is in its cache. */
	sync_dirty_buffer(sbi->s_sbh).ignore();
	blkdev_issue_flush(sb->s_bdev).ignore();
}

static void make_read_only(super_block *sb)
{
	ext2_sb_info *sbi = EXT2_SB(sb);

	sbi->s_es->s_state = sbi->s_mount_state;
	sbi->s_es->s_mtime = now();
	ext2_write_super(sb).ignore();
}

static status make_writable(super_block *sb)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	u32 unknown = sbi->s_es->s_feature_ro_compat &
		~EXT2_FEATURE_RO_COMPAT_SUPP;

	if (bdev_read_only(sb->s_bdev))
		return -EACCES;
	if (sbi->s_es->s_rev_level && unknown) {
		printk(KERN_ERR "EXT2-fs: device %02x:%02x: unsupported "
		       "features (%x), stays read-only\n", MAJOR(sb->s_dev),
		       MINOR(sb->s_dev), unknown);
		return -EROFS;
	}
	sbi->s_mount_state = sbi->s_es->s_state;
	ext2_setup_super(sb, false);
	return OK;
}

/* The new options are tried on a copy: all of them or none. */
status ext2_remount(super_block *sb, unsigned long *flags, const char *data)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	u16 errors = sbi->s_errors;
	uid_t resuid = sbi->s_resuid;
	gid_t resgid = sbi->s_resgid;
	status st = ext2_parse_options(sbi, data);
	unsigned long changed = (*flags ^ sb->s_flags) & MS_RDONLY;

	if (st.ok() && changed && !(*flags & MS_RDONLY))
		st = make_writable(sb);
	else if (st.ok() && changed)
		make_read_only(sb);
	if (st.failed()) {
		sbi->s_errors = errors;
		sbi->s_resuid = resuid;
		sbi->s_resgid = resgid;
	}
	return st;
}

/* ---- mount options ---- */

/* True if [text, end) begins with @name; *value is what follows. */
static bool option(const char *text, const char *end, const char *name,
		   const char **value)
{
	size_t len = strlen(name);

	if ((size_t)(end - text) < len || strncmp(text, name, len))
		return false;
	*value = text + len;
	return true;
}

static bool is_text(const char *value, const char *end, const char *what)
{
	size_t len = strlen(what);

	return (size_t)(end - value) == len && !strncmp(value, what, len);
}

static status parse_errors(ext2_sb_info *sbi, const char *value,
			   const char *end)
{
	if (is_text(value, end, "continue"))
		sbi->s_errors = EXT2_ERRORS_CONTINUE;
	else if (is_text(value, end, "remount-ro"))
		sbi->s_errors = EXT2_ERRORS_RO;
	else if (is_text(value, end, "panic"))
		sbi->s_errors = EXT2_ERRORS_PANIC;
	else
		return -EINVAL;
	return OK;
}

static status parse_id(const char *value, const char *end, u32 *id)
{
	char *stop;

	*id = simple_strtoul(value, &stop, 0);
	return stop == end && end != value ? 0 : -EINVAL;
}

static status parse_one(ext2_sb_info *sbi, const char *text, const char *end)
{
	const char *value;

	if (option(text, end, "errors=", &value))
		return parse_errors(sbi, value, end);
	if (option(text, end, "resuid=", &value))
		return parse_id(value, end, &sbi->s_resuid);
	if (option(text, end, "resgid=", &value))
		return parse_id(value, end, &sbi->s_resgid);
	printk(KERN_ERR "EXT2-fs: unknown mount option \"%.*s\"\n",
	       (int)(end - text), text);
	return -EINVAL;
}

status ext2_parse_options(ext2_sb_info *sbi, const char *data)
{
	while (data && *data) {
		const char *comma = strchr(data, ',');
		const char *end = comma ? comma : data + strlen(data);

		if (end != data)
			TRY(parse_one(sbi, data, end));
		data = comma ? comma + 1 : nullptr;
	}
	return OK;
}

/* ---- statfs ---- */

status ext2_statfs(super_block *sb, kstatfs *buf)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	ext2_super_block *es = sbi->s_es;
	u32 free = es->s_free_blocks_count, reserved = es->s_r_blocks_count;

	*buf = {
		.f_type = EXT2_SUPER_MAGIC,
		.f_bsize = (long)sb->s_blocksize,
		.f_blocks = sbi->s_blocks_count - sbi->s_overhead,
		.f_bfree = free,
		.f_bavail = free > reserved ? free - reserved : 0,
		.f_files = sbi->s_inodes_count,
		.f_ffree = es->s_free_inodes_count,
		.f_namelen = EXT2_NAME_LEN,
	};
	return OK;
}

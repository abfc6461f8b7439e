/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Damage is reported and then handled as the super block asks (2.4's
 * ext2_error). The file system is marked as damaged, so that the next fsck
 * looks at all of it. Needs no lock: it may be called under lock_super.
 */
#include <linux/ext2_fs.h>

static void report(super_block *sb, const char *level, const char *kind,
		   const char *function, const char *fmt, __builtin_va_list ap)
{
	char text[160];

	vsnprintf(text, sizeof(text), fmt, ap);
	printk_ratelimited("%sEXT2-fs %s (device %02x:%02x): %s: %s\n", level,
			   kind, MAJOR(sb->s_dev), MINOR(sb->s_dev), function,
			   text);
}

static void mark_damaged(super_block *sb)
{
	ext2_sb_info *sbi = EXT2_SB(sb);

	if (sb->s_flags & MS_RDONLY)
		return;
	sbi->s_mount_state |= EXT2_ERROR_FS;
	sbi->s_es->s_state |= EXT2_ERROR_FS;
	mark_buffer_dirty(sbi->s_sbh);
	sb->s_dirt = true;
}

void ext2_error(super_block *sb, const char *function, const char *fmt, ...)
{
	ext2_sb_info *sbi = EXT2_SB(sb);
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	report(sb, KERN_CRIT, "error", function, fmt, ap);
	__builtin_va_end(ap);
	mark_damaged(sb);
	if (sbi->s_errors == EXT2_ERRORS_PANIC)
		panic("EXT2-fs: panic on error, as the file system asks for");
	if (sbi->s_errors != EXT2_ERRORS_RO || sb->s_flags & MS_RDONLY)
		return;
	printk(KERN_CRIT "EXT2-fs (device %02x:%02x): remounting read-only\n",
	       MAJOR(sb->s_dev), MINOR(sb->s_dev));
	sb->s_flags |= MS_RDONLY;
}

void ext2_warning(super_block *sb, const char *function, const char *fmt, ...)
{
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	report(sb, KERN_WARNING, "warning", function, fmt, ap);
	__builtin_va_end(ap);
}

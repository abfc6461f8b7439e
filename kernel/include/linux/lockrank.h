/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The order in which locks nest: a lock may be taken only while every held
 * lock has a lower rank (the _nested forms also allow an equal one, for two
 * locks of one kind that the caller orders himself). Checked in debug builds.
 * Documentation/locking.txt says what each protects.
 */
#pragma once

enum lock_rank : unsigned short {
	RANK_NONE = 0,		/* not checked */

	/* sleeping locks */
	RANK_SEQ_SEM = 2,	/* a seq_file's text */
	RANK_UTS_SEM = 5,	/* the system's names */
	RANK_TTY_SEM = 10,
	RANK_SWAP_SEM = 15,	/* swapon, swapoff */
	RANK_MOUNT_SEM = 20,	/* list of mounts, mount and umount */
	RANK_SUPER_SEM = 30,	/* sb->s_umount */
	RANK_RENAME_SEM = 40,	/* sb->s_vfs_rename_sem */
	RANK_DIR_SEM = 50,	/* i_sem of directories: parent, then child */
	RANK_PIPE_SEM = 55,
	RANK_FILE_SEM = 60,	/* i_sem of everything else */
	RANK_MMAP_SEM = 70,
	RANK_PRUNE_SEM = 75,	/* pruning against umount */
	RANK_TRUNCATE_SEM = 80,	/* file system: block map against truncate */
	RANK_FS_SEM = 85,	/* file system: lock_super */
	RANK_BDEV_SEM = 90,

	/* spinlocks that interrupts do not take */
	RANK_FILES = 110,	/* files_struct, fs_struct */
	RANK_SUPERS = 111,	/* list of super blocks */
	RANK_VFSMOUNT = 112,
	RANK_CHRDEVS = 113,
	RANK_DCACHE = 115,
	RANK_FLOCK = 118,	/* file locks */
	RANK_BDEV = 119,	/* list of block devices */
	RANK_I_SHARED = 130,	/* mapping->i_shared_lock: VMAs of a file */
	RANK_PAGE_TABLE = 140,	/* mm->page_table_lock */
	RANK_MMLIST = 142,
	RANK_PAGECACHE = 150,	/* mapping->page_lock: the tree of pages */
	RANK_INODE = 153,	/* inode lists and states: set_page_dirty takes
				 * it under page_table_lock */
	RANK_SWAP_DEVICE = 155,
	RANK_BUFFER = 158,	/* mapping's buffers, private lists */
	RANK_LRU = 160,		/* pagemap_lru_lock */
	RANK_VMLIST = 165,
	RANK_KMAP = 166,
	RANK_PROC = 170,
	RANK_GENHD = 172,	/* list of disks */

	/* spinlocks that interrupts take too: spin_irq_guard */
	RANK_TASKLIST = 200,
	RANK_TASK = 205,	/* task->alloc_lock: mm, fs, files */
	RANK_SIGNAL = 210,
	RANK_FUTEX = 215,
	RANK_USER = 218,	/* table of users */
	RANK_TTY = 220,
	RANK_QUEUE = 230,	/* block: request queue */
	RANK_IDE = 232,		/* who owns an IDE channel */
	RANK_TASKQUEUE = 235,	/* task queues and tasklets */
	RANK_PAGE_IO = 236,	/* buffers of a page under I/O, on completion */
	RANK_TIMER = 240,
	RANK_SLAB = 250,
	RANK_ZONE = 255,
	RANK_WAIT = 260,	/* any wait queue's own lock */
	RANK_RUNQUEUE = 270,
	RANK_RANDOM = 275,	/* entropy pool and generator */
	RANK_IRQ_TABLE = 275,	/* handlers of interrupt lines */
	RANK_IRQ = 280,		/* interrupt controller */
	RANK_PCI = 285,		/* configuration address and data ports */
	RANK_CONSOLE = 290,	/* log buffer, consoles */
	RANK_UART = 295,	/* a port's registers: last of all */
};

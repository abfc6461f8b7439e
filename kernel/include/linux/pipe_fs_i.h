/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pipe: 64 KiB of bytes in a ring of pages, which exist only while they hold
 * something. head and tail count bytes and wrap; byte i is in page
 * (i / 4096) % 16. fs/pipe.cpp.
 */
#pragma once

#include <linux/fs.h>
#include <linux/semaphore.h>
#include <linux/wait.h>

constexpr u32 PIPE_PAGES = 16, PIPE_CAPACITY = PIPE_PAGES * PAGE_SIZE;
constexpr u32 PIPE_BUF = 4096;	/* writes up to this size are atomic */

struct pipe_inode_info {
	semaphore sem{"pipe", RANK_PIPE_SEM};
	wait_queue_head_t read_wait, write_wait;
	char *pages[PIPE_PAGES] = {};
	char *spare = nullptr;		/* the page emptied last */
	volatile u32 head = 0, tail = 0;	/* written, read */
	unsigned users = 0;		/* open files; inode's i_sem */
	volatile unsigned readers = 0, writers = 0;
	volatile unsigned r_counter = 0, w_counter = 0;	/* ever opened */

	u32 content() const { return head - tail; }
	u32 room() const { return PIPE_CAPACITY - content(); }
};

/* The pipe of a FIFO's or pipe's inode, made if need be; and one user more.
 * -ENOMEM. */
result<pipe_inode_info *> pipe_get(inode *inode);
void pipe_put(inode *inode);
void pipe_wake_all(pipe_inode_info *p);

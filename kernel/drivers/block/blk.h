/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two halves of the block layer tell each other. queue_lock held but
 * for wait_for_request. */
#pragma once

#include <linux/blkdev.h>

/* A fresh request, or null: none free for this direction. */
request *get_request(request_queue *q, rw_t cmd);
void put_request(request_queue *q, request *rq);
/* Starts the queue and sleeps until there probably is one. */
void wait_for_request(request_queue *q, rw_t cmd);
/* Puts it behind @where and plugs an idle queue. */
void add_request(request_queue *q, request *rq, list_head *where);
/* The same for one that nothing shall join: starts the queue. */
void issue_request(request_queue *q, request *rq, list_head *where);

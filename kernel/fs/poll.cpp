/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * poll and ppoll. A poll that a signal interrupts without a handler goes on
 * with the time that is left. 2.4: fs/select.c.
 */
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/poll.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/time.h>
#include <linux/vmalloc.h>

constexpr unsigned POLL_FAST = 16;	/* so few need no memory */

/* The caller's array, copied. */
class poll_array {
	pollfd fast[POLL_FAST];
	pollfd *v = fast;
	unsigned n = 0;

public:
	poll_array() = default;
	poll_array(const poll_array &) = delete;
	~poll_array()
	{
		if (v != fast)
			vfree(v);
	}
	status copy_in(user_ptr<pollfd> u, unsigned nr);
	status copy_out(user_ptr<pollfd> u) const;
	pollfd *begin() { return v; }
	pollfd *end() { return v + n; }
};

status poll_array::copy_in(user_ptr<pollfd> u, unsigned nr)
{
	if (nr > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (nr > POLL_FAST) {
		pollfd *p = (pollfd *)vmalloc(nr * sizeof(pollfd));
		if (!p)
			return -ENOMEM;
		v = p;
	}
	n = nr;
	return copy_from_user(v, u.addr(), n * sizeof(pollfd));
}

/* Only the answers. */
status poll_array::copy_out(user_ptr<pollfd> u) const
{
	for (unsigned i = 0; i < n; i++)
		TRY(copy_to_user((u + i).addr() +
				 __builtin_offsetof(pollfd, revents),
				 &v[i].revents, sizeof(v[i].revents)));
	return OK;
}

static short poll_one(const pollfd &p, poll_table *pt)
{
	if (p.fd < 0)
		return 0;
	fd_file f(p.fd);
	if (!f)
		return POLLNVAL;
	return vfs_poll(f.get(), pt) &
		((unsigned short)p.events | POLLERR | POLLHUP);
}

static int poll_round(poll_array &fds, poll_table *pt)
{
	int ready = 0;

	for (pollfd &p : fds) {
		p.revents = poll_one(p, pt);
		if (!p.revents)
			continue;
		ready++;
		pt->wanted = false;
	}
	return ready;
}

/* How many are ready; 0: the time is up; -EINTR. */
static result<long> poll_wait_all(poll_array &fds, u64 deadline)
{
	poll_table pt;
	bool wait = deadline != 0;

	pt.wanted = wait;
	for (;;) {
		int ready = poll_round(fds, &pt);

		if (ready || !wait)
			return ready;
		if (pt.error)
			return pt.error;
		if (signal_pending(current))
			return -EINTR;
		wait = poll_schedule(&pt, deadline);
	}
}

static result<long> do_poll(user_ptr<pollfd> u, unsigned nr, u64 deadline)
{
	poll_array fds;

	TRY(fds.copy_in(u, nr));
	long ready = TRY(poll_wait_all(fds, deadline));
	TRY(fds.copy_out(u));
	return ready;
}

static result<long> poll_restart(task_struct *t);

static result<long> poll_until(user_ptr<pollfd> u, unsigned nr, u64 deadline)
{
	task_struct *t = current;
	auto r = do_poll(u, nr, deadline);

	if (r.err() != -EINTR)
		return r;
	t->restart_fn = poll_restart;
	t->restart_args[0] = u.addr();
	t->restart_args[1] = nr;
	t->restart_args[2] = (u32)deadline;
	t->restart_args[3] = (u32)(deadline >> 32);
	return -ERESTART_RESTARTBLOCK;
}

static result<long> poll_restart(task_struct *t)
{
	const unsigned long *a = t->restart_args;

	return poll_until(user_at<pollfd>(a[0]), a[1],
			  (u64)a[3] << 32 | a[2]);
}

SYSCALL result<long> sys_poll(user_ptr<pollfd> fds, unsigned nr, int ms)
{
	u64 deadline = ms < 0 ? DEADLINE_NEVER :
		ms ? deadline_after((s64)ms * 1000000) : 0;

	return poll_until(fds, nr, deadline);
}

/* ---- ppoll ---- */

static result<long> do_ppoll(user_ptr<pollfd> fds, unsigned nr,
			     const timespec64 *timeout,
			     user_ptr<const u64> mask, size_t size,
			     u64 *deadline)
{
	*deadline = DEADLINE_NEVER;
	if (timeout) {
		s64 ns = timespec_to_ns(*timeout);
		*deadline = ns ? deadline_after(ns) : 0;
	}
	TRY(set_user_sigmask(mask, size));
	auto r = do_poll(fds, nr, *deadline);
	/* The handler runs under the caller's mask: see do_signal. */
	if (r.err() == -EINTR)
		return -ERESTARTNOHAND;
	restore_saved_sigmask();
	return r;
}

SYSCALL result<long> sys_ppoll(user_ptr<pollfd> fds, unsigned nr,
			       user_ptr<user_timespec64> timeout,
			       user_ptr<const u64> mask, size_t size)
{
	timespec64 t;
	u64 deadline;

	if (timeout)
		TRY(get_timespec64(&t, timeout.as<const user_timespec64>()));
	auto r = do_ppoll(fds, nr, timeout ? &t : nullptr, mask, size,
			  &deadline);
	if (timeout)
		put_timespec64(time_left(deadline), timeout).ignore();
	return r;
}

SYSCALL result<long> sys_ppoll_time32(user_ptr<pollfd> fds, unsigned nr,
				      user_ptr<old_timespec32> timeout,
				      user_ptr<const u64> mask, size_t size)
{
	timespec64 t;
	u64 deadline;

	if (timeout)
		TRY(get_timespec32(&t, timeout.as<const old_timespec32>()));
	auto r = do_ppoll(fds, nr, timeout ? &t : nullptr, mask, size,
			  &deadline);
	if (timeout)
		put_timespec32(time_left(deadline), timeout).ignore();
	return r;
}

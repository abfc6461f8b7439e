/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * select in its five forms. Three maps of descriptors come in, three go out;
 * the time that is left goes out too. 2.4: fs/select.c.
 */
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/poll.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/time.h>

constexpr unsigned SELECT_FAST = 8;	/* words of a map that need no memory */
constexpr unsigned POLLIN_SET = POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP |
	POLLERR;
constexpr unsigned POLLOUT_SET = POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR;
constexpr unsigned POLLEX_SET = POLLPRI;
static constexpr unsigned poll_sets[3] = {POLLIN_SET, POLLOUT_SET, POLLEX_SET};

using user_map = user_ptr<unsigned long>;

/* Three maps in, three out. */
class fd_maps {
	unsigned long fast[6 * SELECT_FAST];
	unsigned long *v = fast;
	unsigned words = 0;

public:
	fd_maps() = default;
	fd_maps(const fd_maps &) = delete;
	~fd_maps()
	{
		if (v != fast)
			kfree(v);
	}
	status copy_in(unsigned nfds, const user_map (&u)[3]);
	status copy_out(const user_map (&u)[3]) const;
	void clear_answers() { memset(out(0), 0, 3 * words * sizeof(*v)); }
	unsigned long *in(int i) const { return v + i * words; }
	unsigned long *out(int i) const { return v + (3 + i) * words; }
	unsigned nr_words() const { return words; }
};

status fd_maps::copy_in(unsigned nfds, const user_map (&u)[3])
{
	words = (nfds + 31) / 32;
	if (words > SELECT_FAST) {
		v = (unsigned long *)kmalloc(6 * words * sizeof(*v),
					     GFP_KERNEL);
		if (!v) {
			v = fast;
			return -ENOMEM;
		}
	}
	for (int i = 0; i < 3; i++) {
		memset(in(i), 0, words * sizeof(*v));
		if (u[i])
			TRY(copy_from_user(in(i), u[i].addr(),
					   words * sizeof(*v)));
		if (nfds & 31)		/* what is behind the last does not
					 * count */
			in(i)[words - 1] &= (1ul << (nfds & 31)) - 1;
	}
	return OK;
}

status fd_maps::copy_out(const user_map (&u)[3]) const
{
	for (int i = 0; i < 3; i++)
		if (u[i])
			TRY(copy_to_user(u[i].addr(), out(i),
					 words * sizeof(*v)));
	return OK;
}

/* One descriptor that is in some map; returns in how many it is ready. */
static result<long> select_one(fd_maps &m, unsigned fd, poll_table *pt)
{
	unsigned word = fd / 32;
	unsigned long bit = 1ul << (fd & 31);
	fd_file f(fd);
	long ready = 0;

	if (!f)
		return -EBADF;
	unsigned mask = vfs_poll(f.get(), pt);
	for (int i = 0; i < 3; i++) {
		if (!(m.in(i)[word] & bit) || !(mask & poll_sets[i]))
			continue;
		m.out(i)[word] |= bit;
		ready++;
		pt->wanted = false;
	}
	return ready;
}

static result<long> select_round(fd_maps &m, poll_table *pt)
{
	long ready = 0;

	m.clear_answers();
	for (unsigned w = 0; w < m.nr_words(); w++) {
		unsigned long any = m.in(0)[w] | m.in(1)[w] | m.in(2)[w];

		for (; any; any &= any - 1)
			ready += TRY(select_one(m, w * 32 + __ffs(any), pt));
	}
	return ready;
}

static result<long> select_wait_all(fd_maps &m, u64 deadline)
{
	poll_table pt;
	bool wait = deadline != 0;

	pt.wanted = wait;
	for (;;) {
		long ready = TRY(select_round(m, &pt));

		if (ready || !wait)
			return ready;
		if (pt.error)
			return pt.error;
		if (signal_pending(current))
			return -ERESTARTNOHAND;
		wait = poll_schedule(&pt, deadline);
	}
}

static result<long> do_select(int n, const user_map (&u)[3], u64 deadline)
{
	fd_maps m;

	if (n < 0)
		return -EINVAL;
	TRY(m.copy_in(min((unsigned)n, current->files->max_fds), u));
	long ready = TRY(select_wait_all(m, deadline));
	TRY(m.copy_out(u));
	return ready;
}

static u64 to_deadline(const timespec64 &t)
{
	s64 ns = timespec_to_ns(t);

	return ns ? deadline_after(ns) : 0;
}

/* ---- select with a timeval ---- */

static result<long> select_timeval(int n, const user_map (&u)[3],
				   user_ptr<timeval> timeout)
{
	timeval tv;

	if (!timeout)
		return do_select(n, u, DEADLINE_NEVER);
	TRY(get_user(&tv, timeout));
	if (tv.tv_sec < 0 || tv.tv_usec < 0)
		return -EINVAL;
	u64 deadline = to_deadline({tv.tv_sec + tv.tv_usec / 1000000,
				    tv.tv_usec % 1000000 * 1000});
	auto r = do_select(n, u, deadline);
	timespec64 left = time_left(deadline);
	tv = {(s32)left.tv_sec, (s32)(left.tv_nsec / 1000)};
	put_user(tv, timeout).ignore();
	return r;
}

SYSCALL result<long> sys_select(int n, user_map in, user_map out, user_map ex,
				user_ptr<timeval> timeout)
{
	const user_map u[3] = {in, out, ex};

	return select_timeval(n, u, timeout);
}

struct sel_arg_struct {			/* number 82: all in one struct */
	int n;
	u32 in, out, ex, timeout;
};

SYSCALL result<long> sys_old_select(user_ptr<sel_arg_struct> arg)
{
	sel_arg_struct a;

	TRY(get_user(&a, arg));
	return sys_select(a.n, user_at<unsigned long>(a.in),
			  user_at<unsigned long>(a.out),
			  user_at<unsigned long>(a.ex),
			  user_at<timeval>(a.timeout));
}

/* ---- pselect6: with a signal mask ---- */

struct sigset_argpack {			/* the sixth argument */
	u32 mask, size;
};

static result<long> do_pselect(int n, const user_map (&u)[3], u64 deadline,
			       user_ptr<sigset_argpack> sig)
{
	sigset_argpack pack{};

	if (sig)
		TRY(get_user(&pack, sig));
	TRY(set_user_sigmask(user_at<const u64>(pack.mask), pack.size));
	auto r = do_select(n, u, deadline);
	if (r.err() != -ERESTARTNOHAND)
		restore_saved_sigmask();
	return r;
}

SYSCALL result<long> sys_pselect6(int n, user_map in, user_map out,
				  user_map ex,
				  user_ptr<user_timespec64> timeout,
				  user_ptr<sigset_argpack> sig)
{
	const user_map u[3] = {in, out, ex};
	u64 deadline = DEADLINE_NEVER;
	timespec64 t;

	if (timeout) {
		TRY(get_timespec64(&t, timeout.as<const user_timespec64>()));
		deadline = to_deadline(t);
	}
	auto r = do_pselect(n, u, deadline, sig);
	if (timeout)
		put_timespec64(time_left(deadline), timeout).ignore();
	return r;
}

SYSCALL result<long> sys_pselect6_time32(int n, user_map in, user_map out,
					 user_map ex,
					 user_ptr<old_timespec32> timeout,
					 user_ptr<sigset_argpack> sig)
{
	const user_map u[3] = {in, out, ex};
	u64 deadline = DEADLINE_NEVER;
	timespec64 t;

	if (timeout) {
		TRY(get_timespec32(&t, timeout.as<const old_timespec32>()));
		deadline = to_deadline(t);
	}
	auto r = do_pselect(n, u, deadline, sig);
	if (timeout)
		put_timespec32(time_left(deadline), timeout).ignore();
	return r;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Paths copied in from user space, each in a block of its own. 2.4: getname. */
#include "internal.h"

#include <linux/init.h>
#include <linux/slab.h>

static constinit kmem_cache *names_cache;

__init void names_init()
{
	names_cache = kmem_cache_create("names_cache", PATH_MAX);
}

result<char *> name_alloc()
{
	char *buf = (char *)kmem_cache_alloc(names_cache, GFP_KERNEL);

	return buf ? result<char *>(buf) : -ENOMEM;
}

result<char *> getname_flags(user_str name, bool empty_ok)
{
	char *buf = TRY(name_alloc());
	auto len = strncpy_from_user(buf, name, PATH_MAX);
	if (len.failed() || len.value() >= (long)PATH_MAX ||
	    (!len.value() && !empty_ok)) {
		putname(buf);
		return len.failed() ? len.err() :
			len.value() ? -ENAMETOOLONG : -ENOENT;
	}
	return buf;
}

result<char *> getname(user_str name) { return getname_flags(name, false); }

void putname(char *name) { kmem_cache_free(names_cache, name); }

status user_path_at(int dfd, user_str name, unsigned flags, nameidata *nd)
{
	char *path = TRY(getname_flags(name, flags & LOOKUP_EMPTY));
	status st = path_lookup_at(dfd, path, flags, nd);

	putname(path);
	return st;
}

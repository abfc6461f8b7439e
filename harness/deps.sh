#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Makes sure that Debian's packages are there: as root it installs what is
# missing; otherwise it prints the one command to type and stops.
set -u
packages="g++ make git python3 python3-pytest e2fsprogs patch quilt
qemu-system-x86 musl-dev:i386 libgcc-12-dev:i386 busybox-static:i386 ccache"

# What the packages are needed for; quick, so that it can run every time.
missing()
{
	for p in $packages; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null |
			grep -qx installed || echo "$p"
	done
}

command -v dpkg-query >/dev/null || {
	echo "error: this is not a Debian system: needed are $packages" >&2
	exit 1
}
[ "$(dpkg --print-architecture)" = amd64 ] || {
	echo "error: the build needs an amd64 machine" >&2
	exit 1
}
need=$(missing | tr '\n' ' ')
[ -z "$need" ] && exit 0
if [ "$(id -u)" != 0 ]; then
	echo "error: packages are missing. Type:" >&2
	echo "  sudo sh -c 'dpkg --add-architecture i386 &&" \
		"apt-get update && apt-get install -y --no-install-recommends" \
		"$(echo $need)'" >&2
	exit 1
fi
echo "installing: $need"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
dpkg --add-architecture i386
install_them()
{
	apt-get update -q >>"$log" 2>&1
	apt-get install -y -q --no-install-recommends $need >>"$log" 2>&1
}
for try in 1 2 3; do
	install_them && break
	echo "apt-get failed (try $try of 3)"
	sleep $((try * 5))
done
need=$(missing | tr '\n' ' ')
if [ -n "$need" ]; then
	tail -5 "$log" >&2
	echo "error: could not install: $need(log: $log)" >&2
	exit 1
fi
rm -f "$log"

# SPDX-License-Identifier: GPL-2.0-only
# Archives, made here and elsewhere. tree.tar is the host's.
umask 022
list() {
	find . | sort | while read f; do
		[ -h "$f" ] && echo "$f -> $(readlink "$f")" ||
			stat -c '%n %a %s %F %Y' "$f" | sed 's/ [0-9]* directory.*/ dir/'
	done
	find . -type f | sort | tr '\n' '\0' | xargs -0 sha256sum
}

mkdir one && cd one && tar xf ../tree.tar && list && cd ..
echo "== and again"
(cd one && tar c .) | gzip >copy.tgz
gunzip -c copy.tgz | tar t | sort
mkdir two && (cd two && tar xzf ../copy.tgz && list) | sha256sum
(cd one && list) | sha256sum
echo "== single files"
for f in one/tree/*.bin; do
	gzip -c $f >z.gz && gunzip -c z.gz | cmp - $f && echo "$f: same"
	gzip -9 <$f | zcat | sha256sum
done
gzip -t copy.tgz && echo sound
head -c 3000 copy.tgz >cut.tgz; gunzip -t cut.tgz 2>/dev/null; echo $?
cp copy.tgz c.gz && gunzip c.gz && ls c c.gz 2>/dev/null
tar cf part.tar -C one tree/text && tar tf part.tar | sort
tar xOf tree.tar tree/text/0.txt | md5sum
find one | sort | cpio -o -H newc 2>/dev/null >a.cpio
mkdir three && cd three && cpio -idm <../a.cpio 2>/dev/null
cd one && list | sha256sum

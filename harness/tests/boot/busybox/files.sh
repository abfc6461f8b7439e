# SPDX-License-Identifier: GPL-2.0-only
# Names, links, modes and times of files.
umask 022
tar xf tree.tar
all() { (cd $1 && find . | sort | tr '\n' '\0' | xargs -0 stat -c '%n %a %h %F') }

echo "== find"
find tree -name '*.bin' | sort
find tree -type d | sort
find tree -type l | sort
find tree -size +20k -type f | sort
find tree -empty | sort
find tree -perm 755 -type f | sort
find tree -name 'a*' -o -name '*7*' | sort
find tree -newer tree/text/3.txt -type f | sort
find tree -type f -exec wc -c {} + | tail -1
find tree -depth -name text -print
find tree -type f -print0 | xargs -0 -n 4 echo | wc -l

echo "== cp -a"
ln tree/text/1.txt tree/hard
chmod 6711 tree/text/2.txt; chmod 1777 tree/empty-dir
touch -d @1000000000 tree/text/2.txt tree/empty-dir
cp -a tree copy
all tree; all tree >a; all copy >b; cmp a b && echo the same
stat -c '%n %Y' copy/text/2.txt copy/empty-dir
diff -r tree copy && echo no difference
echo x >>copy/text/5.txt; diff -rq tree copy

echo "== changes"
mv copy/text copy/moved; mv -f copy/moved/0.txt copy/moved/1.txt
ls copy; ls copy/moved | head -3
mkdir -p a1/b/c/d; rmdir a1/b/c/d; ls -R a1
ln -s nowhere dangling; cat dangling 2>/dev/null; echo $?; readlink dangling
ln -s a1/../tree/text link; cat link/4.txt | wc
rm -r copy; ls -d copy 2>/dev/null; echo $?
i=0; mkdir many; while [ $i -lt 600 ]; do : >many/file-number-$i
	i=$((i + 1)); done; ls many | wc -l; ls many | sha256sum
rm many/*[02468]; ls many | wc -l; rm -r many; ls many 2>/dev/null; echo $?
name=$(printf '%0250d' 7); touch $name; ls | grep -c 0000; rm $name
touch $(printf '%0260d' 7) 2>/dev/null; echo $?
truncate -s 5000000000 sparse && stat -c %s sparse
echo end | dd of=sparse bs=1 seek=4999999990 conv=notrunc 2>/dev/null
tail -c 12 sparse | od -c; rm sparse
mkdir ro; chmod 500 ro; stat -c %a ro; rmdir ro
test tree/text/1.txt -ef tree/hard && echo one file
dd if=tree/text/3.txt bs=7 skip=3 count=5 2>/dev/null | od -x

# SPDX-License-Identifier: GPL-2.0-only
# Filters over the host's text.
tar xf tree.tar
cat tree/text/*.txt >all
wc all; sort all | sha256sum; sort -u all | wc -l; sort -rn all | head -3
sort -k2 -t' ' all | md5sum
tr -cs 'a-zA-Z' '\n' <all | sort | uniq -c | sort -k1,1nr -k2 | head -15
grep -c the all; grep -n '^#include' all | head -5; grep -vc . all
grep -E '(kiobuf|direct)_[a-z]+' -o all | sort | uniq -c | sort -k2 | tail
grep -il license tree/text/* | sort; grep -r O_DIRECT tree/text | wc -l
sed -n '10,15p' all; sed 's/static/STATIC/g; /^$/d' all | sha256sum
sed -e '1!G;h;$!d' tree/text/2.txt | sha256sum
awk '{ n += NF; c += length($0) } END { print NR, n, c }' all
awk -F'(' '/static/ { f[$1]++ } END { for (k in f) print f[k], k }' all |
	sort | head -12
awk 'BEGIN { for (i = 1; i < 200; i++) s += i * i; printf "%d %.3f\n", s,
	s / 7 }'
cut -c1-20 all | head -4; cut -d' ' -f2 all | sha256sum
head -c 100 all | od -A d -t x1 | head -3; hexdump -C tree/1.bin | sha256sum
tail -n +100 all | head -2; tac all | sha256sum; rev all | head -2
paste -d, tree/text/1.txt tree/text/2.txt | sha256sum
diff tree/text/1.txt tree/text/2.txt | sha256sum
fold -w 30 all | tail -2; nl tree/text/1.txt | tail -1
md5sum tree/*.bin; sha1sum tree/*.bin; sha512sum tree/1.bin
crc32 tree/*.bin
bc <<END
2^100
END
base64 tree/0.bin | sha256sum; strings tree/2.bin | wc -l
xxd tree/0.bin | xxd -r | cmp - tree/0.bin && echo round

# SPDX-License-Identifier: GPL-2.0-only
# What a shell needs of a kernel: pipes, descriptors, processes, signals.
umask 022

echo "== pipes"
seq 1 5000 | grep 7 | sed 's/7/seven/' | sort -r | tail -3
i=0; while [ $i -lt 40 ]; do echo $i; i=$((i + 1)); done | cat | cat | wc -l
yes | head -c 100000 | wc -c
(echo out; echo err >&2) 2>&1 >/dev/null | cat
false | true; echo $?
true | (exit 7); echo $?

echo "== here-documents"
name=world
cat <<END
hello $name $(expr 6 \* 7)
END
cat <<'END'
hello $name $(expr 6 \* 7)
END
tr a-z A-Z <<-END
	indented
	END
cat <<A; cat <<B
first
A
second
B
seq 1 20000 >long
{ echo 'cat <<END | wc'; cat long; echo END; } >script
. ./script

echo "== descriptors"
exec 3>three; echo to three >&3; exec 3>&-; cat three
exec 4<three; read line <&4; echo "$line"; exec 4<&-
echo more >>three; wc -l <three
{ echo a; echo b >&2; } >both 2>&1; cat both
mkfifo fifo; (cat fifo | wc -c) & head -c 70000 /dev/zero >fifo; wait

echo "== background jobs"
for n in 1 2 3 4 5 6 7 8; do (echo $n >bg.$n; exit $n) & done; wait
cat bg.*
(exit 9) & wait $!; echo $?
sleep 100 & kill $!; wait $! 2>/dev/null; echo $?
sleep 100 & kill -9 $!; wait $! 2>/dev/null; echo $?
(read line <fifo; echo later) & echo now; echo go >fifo; wait

echo "== signals"
sh -c 'trap "echo got USR1" USR1; kill -USR1 $$; echo on'
sh -c 'trap "" TERM; kill $$; echo still there'
sh -c 'trap "echo bye" EXIT; exit 3'; echo $?
sh -c 'kill -SEGV $$' 2>/dev/null; echo $?
sh -c 'cat /dev/zero | head -c 5 | wc -c'
timeout 1 sleep 100; echo $?

echo "== the rest"
f() { local x=$1; [ $x -le 1 ] && echo 1 || echo $((x * $(f $((x - 1))))); }
f 6
case abc in a*) echo matched;; esac
set -- one "two three" four; for a; do echo "[$a]"; done
IFS=:; set -- $(echo a:b:c); echo $#; unset IFS
printf '%05d %x %s\n' 42 255 text
echo $(cat <three) "$(ls bg.* | wc -l)"
(cd / && pwd); test -d . -a ! -e nothing && echo yes
expr 123 : '1\(.\)' ; command -v nothing-like-it; echo $?
./nothing 2>/dev/null; echo $?
: >empty; ./empty 2>/dev/null; echo $?; chmod 755 empty; ./empty; echo $?
echo 'echo run $0 $1' >prog; chmod 755 prog; ./prog x
sh -c 'ulimit -n 20; ulimit -n'
i=0; while [ $i -lt 150 ]; do /bin/busybox true; i=$((i + 1)); done; echo $i

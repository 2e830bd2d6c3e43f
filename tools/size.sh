#!/usr/bin/env bash
# An agency of a million residents on one engine: made, checked, timed beside one of ten
# thousand, worked by many at once; and a backup of 1.3 million rows restored.
#
#   tools/size.sh sqlite|postgres     prints figures; fails on a broken check or a failed request
#
# PERSONS=1000000  how large; a million needs some 30 GB and an hour on two cores
# SIZE_DIR=DIR     where the data is made and kept; what is there already is not made again
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

engine=${1:-}
case $engine in sqlite | postgres) ;; *) echo "usage: tools/size.sh sqlite|postgres" >&2; exit 2 ;; esac
large=${PERSONS:-1000000}
small=10000
middle=27000 # persons, with all that belongs to them 1.3 million rows
work=$(mktemp -d /tmp/kizuna-size.XXXXXX)
dir=${SIZE_DIR:-$work}
mkdir -p "$dir"
chmod 711 "$work" "$dir"
export KIZUNA_PG_DIR=$dir/pg
stop() {
	if [ "$dir" = "$work" ] && [ $engine = postgres ]; then tools/pg.sh stop; fi
	rm -rf "$work"
}
trap stop EXIT

tools/install.sh pg node
go build -o "$work/kizuna" ./cmd/kizuna
if [ $engine = postgres ]; then tools/pg.sh start >/dev/null; fi

figure() { echo "FIGURE | $1 | $engine | $2 |"; }

# timed COMMAND…: runs it and leaves its seconds by the clock and of the processor in $clock and $cpu.
timed() {
	local TIMEFORMAT='%R %U %S' said
	{ said=$({ time "$@" >"$work/out" 2>&1; } 2>&1); } || { cat "$work/out"; return 1; }
	read -r clock user system <<<"$said"
	cpu=$(awk "BEGIN { print $user + $system }")
}

# at NAME: the flags of the agency of that name.
at() {
	printf '%s\n' --data "$dir/$engine-$1"
	if [ $engine = postgres ]; then printf '%s\n' --db "$(tools/pg.sh url | sed "s,/postgres?,/size_$1?,")"; fi
}

# made NAME PERSONS: makes the agency of that name, unless it is there.
made() {
	mapfile -t flags < <(at "$1")
	if [ -e "$dir/$engine-$1.made" ]; then
		"$work/kizuna" migrate "${flags[@]}" >/dev/null
		return
	fi
	if [ $engine = postgres ]; then tools/pg.sh db "size_$1" >/dev/null; fi
	timed "$work/kizuna" generate --persons "$2" --seed 1 "${flags[@]}"
	figure "$2 persons made" "$clock s, $cpu s of CPU without the server's"
	touch "$dir/$engine-$1.made"
}

made small $small
made large "$large"
mapfile -t flags < <(at small)
mapfile -t big < <(at large)

timed "$work/kizuna" check "${big[@]}"
figure "check of $large persons" "$clock s"
timed "$work/kizuna" audit verify "${big[@]}"
figure "audit verify of $large persons" "$clock s, $(tail -1 "$work/out")"
node tools/size.mjs ready "$work/kizuna" "${big[@]}" | sed "s/ENGINE/$engine/"

# In turn, since a machine's speed changes from minute to minute.
for i in 1 2 3; do
	"$work/kizuna" bench --write --seconds 1s --json="$work/small-$i.json" "${flags[@]}" >"$work/out" || tail -1 "$work/out"
	"$work/kizuna" bench --write --seconds 1s --json="$work/large-$i.json" "${big[@]}" >"$work/out" || tail -1 "$work/out"
done
node tools/size.mjs pairs "$work" | sed "s/ENGINE/$engine/"

"$work/kizuna" bench --screens --seconds 300ms --json="$work/screens.json" "${big[@]}" >"$work/out" || tail -1 "$work/out"
node tools/size.mjs screens "$work/screens.json" | sed "s/ENGINE/$engine/"

"$work/kizuna" bench --write --mixed 60s "${big[@]}" >"$work/out" || { tail -5 "$work/out"; exit 1; }
figure "sixteen at once for a minute, $large persons" "$(tail -1 "$work/out")"

made middle $middle
mapfile -t flags < <(at middle)
rm -f "$work/backup"
timed "$work/kizuna" backup --to "$work/backup" "${flags[@]}"
figure "backup of $middle persons" "$clock s, $(du -m "$work/backup" | cut -f1) MB"
if [ $engine = postgres ]; then tools/pg.sh db size_again >/dev/null; fi
mapfile -t flags < <(at again)
rm -rf "$dir/$engine-again"
mkdir -p "$dir/$engine-again"
cp "$dir/$engine-middle/kizuna.key" "$dir/$engine-again/" # an archive holds none
timed "$work/kizuna" restore --from "$work/backup" "${flags[@]}"
figure "restore of $middle persons" "$clock s, $(tail -1 "$work/out")"

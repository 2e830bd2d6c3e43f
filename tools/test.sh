#!/usr/bin/env bash
# The whole proof of one change, from a bare Debian machine with Go on it.
#
#   tools/test.sh                 every part
#   tools/test.sh unit browser    only the named parts: install compile vet unit race fault browser
#
# Both engines always: PostgreSQL is throwaway clusters of this run's own (tools/pg.sh),
# unless KIZUNA_TEST_PG already names one. Installing and compiling are timed apart, so
# that the tests' own time can be read. Every part runs even when one before it failed.
#
# Tests that ask nothing of the disk keep their databases in memory, where that has room:
# making and dropping some thousand of them is most of what the disk would be waited for.
# The fault and browser parts work on the disk, with fsync, as an agency does.
#
# STATE=0…7   opens every page in that state instead of the one its name and commit choose
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Packages whose promise is about many at once: they run again under the race detector,
# with the C driver, because the detector slows the pure Go one 25 times.
race_tags=cgo_sqlite,sqlite_fts5
race_packages=(
	internal/ground/db internal/ground/journal internal/ground/sight internal/ground/jobs
	internal/ground/flow internal/ground/op internal/ground/draft internal/ground/ledger
	internal/ground/file internal/office/account internal/network/delivery internal/server
)

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(install compile vet unit race fault browser)
root=$PWD
given_pg=${KIZUNA_TEST_PG:-}
own_pg=()
work=$(mktemp -d /tmp/kizuna-test.XXXXXX)
memory=$work
if [ "$(df -Pm /dev/shm 2>/dev/null | awk 'END { print $4 + 0 }')" -ge 3000 ] && [ "$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)" -ge 5000 ]; then
	memory=$(mktemp -d /dev/shm/kizuna-test.XXXXXX)
fi
chmod 711 "$work" "$memory" # the database server's user must reach its own folder inside
cleanup() {
	local code=$? dir
	for dir in "${own_pg[@]}"; do KIZUNA_PG_DIR=$dir tools/pg.sh stop || true; done
	rm -rf "$work" "$memory"
	exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# start_pg DIR on|off: a cluster of this run's own, which waits for its disk or does not.
start_pg() {
	[ -z "$given_pg" ] || return 0
	[[ " ${own_pg[*]} " == *" $1 "* ]] || own_pg+=("$1")
	export KIZUNA_PG_DIR=$1
	KIZUNA_TEST_PG=$(KIZUNA_PG_SYNC=$2 tools/pg.sh start)
	export KIZUNA_TEST_PG
}

race_list() {
	local p
	for p in "${race_packages[@]}"; do
		if compgen -G "$p/*.go" >/dev/null; then echo "./$p/"; fi
	done
}

# keep NAME ARGS…: links the test programs that go test ARGS… would run, all in one go, and
# keeps them as $work/NAME/folder+folder.
keep() {
	local dir=$work/$1 out
	shift
	[ ! -d "$dir" ] || return 0
	mkdir "$dir"
	# shellcheck disable=SC2016
	printf '#!/bin/bash\np=${PWD#%q/}\nexec mv "$1" "%s/${p//\//+}"\n' "$root" "$dir" >"$dir.keep"
	chmod +x "$dir.keep"
	out=$(go test -vet=off -count=1 -exec "$dir.keep" "$@" 2>&1) || {
		echo "$out"
		rm -r "$dir"
		return 1
	}
}

# shellcheck disable=SC2046
keep_unit() { keep unit $(go list ./... | grep -v '^kizuna/test/fault$'); }

# shellcheck disable=SC2046
keep_race() { CGO_ENABLED=1 keep race -race -tags "$race_tags" $(race_list); }

keep_fault() { keep fault ./test/fault/; }

# run NAME: every kept program in its package's folder, one more at a time than there are
# processors, since each waits now and then for the database; those that take long begin, so
# that in the end nobody waits for one of them alone.
run() {
	local dir=$work/$1 tmp=/tmp p long=(internal/demo internal/server internal/bench internal/ground/search internal/ground/db internal/operate)
	if [ "$1" != fault ]; then
		tmp=$memory/tmp
		mkdir -p "$tmp"
	fi
	{
		for p in "${long[@]//\//+}"; do [ ! -e "$dir/$p" ] || echo "$p"; done
		for p in "$dir"/*; do [[ " ${long[*]//\//+} " == *" ${p##*/} "* ]] || echo "${p##*/}"; done
	} | GOGC=300 TMPDIR=$tmp xargs -P "$(($(nproc) + 1))" -I '{}' bash -c 'one "$@"' one "$dir" '{}'
}

# one DIR PROGRAM: what it says is printed when it fails.
one() {
	local p=${2//+//} began=$EPOCHREALTIME out took
	if out=$(cd "$p" && "$1/$2" -test.paniconexit0 -test.timeout=14m 2>&1 </dev/null); then
		out=ok
	else
		out=$(printf '%s\nFAIL' "$out")
	fi
	took=$(((${EPOCHREALTIME/[.,]/} - ${began/[.,]/}) / 1000))
	printf '%s\t%-34s %4d.%03d s\n' "$out" "$p" $((took / 1000)) $((took % 1000))
	[ "$out" = ok ]
}
export -f one

part_install() { tools/install.sh; }

asked() { [[ " ${parts[*]} " == *" $1 "* ]]; }

# Everything that the parts asked for need is compiled here and not while they are timed.
part_compile() {
	local p
	if asked fault || asked browser; then go build -o "$work/kizuna" ./cmd/kizuna; fi
	for p in unit race fault; do
		if asked "$p"; then "keep_$p"; fi
	done
}

part_vet() { go vet ./...; }

part_unit() {
	keep_unit || return
	start_pg "$memory/pg" off
	run unit
}

part_race() {
	keep_race || return
	start_pg "$memory/pg" off
	run race
}

# Three kills on each engine, a stop, two programs on one database, a journal tampered with.
part_fault() {
	start_pg "$work/pg" on
	[ -x "$work/kizuna" ] || go build -o "$work/kizuna" ./cmd/kizuna
	keep_fault || return
	KIZUNA_BINARY=$work/kizuna run fault
}

# The journeys on both engines, and beside them every page, in two browsers.
part_browser() {
	[ -x "$work/kizuna" ] || go build -o "$work/kizuna" ./cmd/kizuna
	local pg pages bad=0
	export KIZUNA_PG_DIR=$work/pg
	[[ " ${own_pg[*]} " == *" $work/pg "* ]] || own_pg+=("$work/pg")
	tools/pg.sh start >/dev/null
	pg=$(tools/pg.sh db journey)
	node test/browser/start.mjs --binary "$work/kizuna" --pages >"$work/pages.log" 2>&1 &
	pages=$!
	(cd test/browser && node --test selftest.mjs) || bad=1
	node test/browser/start.mjs --binary "$work/kizuna" --lang ja --width 1440 || bad=1
	node test/browser/start.mjs --binary "$work/kizuna" --lang en --width 390 --db "$pg" || bad=1
	wait $pages || bad=1
	cat "$work/pages.log"
	return $bad
}

# worked gives the processor seconds so far of all that this run started, its database servers
# included: on a machine that others use they say more than the clock.
worked() {
	local dir pid
	times >"$work/times"
	{
		tr ' ms' '\n  ' <"$work/times" | awk 'NF == 2 { n += $1 * 60 + $2 } END { print n }'
		for dir in "${own_pg[@]}"; do
			pid=$(head -1 "$dir/data/postmaster.pid" 2>/dev/null) || continue
			sed 's/.*) //' "/proc/$pid/stat" | awk -v tick="$(getconf CLK_TCK)" '{ print ($12 + $13 + $14 + $15) / tick }'
		done
	} 2>/dev/null | awk '{ n += $1 } END { printf "%d", n }' || true
}

failed=()
declare -A took cpu
for part in "${parts[@]}"; do
	declare -F "part_$part" >/dev/null || { echo "test.sh: no part named $part" >&2; exit 2; }
	echo "== $part"
	began=$SECONDS
	worked >"$work/before"
	# A part runs in this shell (it may start the database) but stops at its own first failure.
	set +e
	if [ "$part" = install ] || [ "$part" = compile ] || [ "$part" = vet ]; then
		(set -e; "part_$part" </dev/null)
	else
		"part_$part" </dev/null
	fi
	code=$?
	set -e
	took[$part]=$((SECONDS - began))
	worked >"$work/after"
	cpu[$part]=$(($(<"$work/after") - $(<"$work/before")))
	[ $code = 0 ] || failed+=("$part")
	if [ $code != 0 ] && { [ "$part" = install ] || [ "$part" = compile ]; }; then break; fi
done

echo "== time"
tests=0 used=0
for part in "${parts[@]}"; do
	[ -n "${took[$part]:-}" ] || continue
	printf '%-8s %4d s, %4d s of processor\n' "$part" "${took[$part]}" "${cpu[$part]}"
	case $part in install | compile) ;; *) tests=$((tests + took[$part])) used=$((used + cpu[$part])) ;; esac
done
printf 'tests    %4d s, %4d s of processor (install and compile apart)\n' "$tests" "$used"
if [ ${#failed[@]} -gt 0 ]; then
	echo "FAILED: ${failed[*]}"
	exit 1
fi
echo "passed: ${parts[*]}"

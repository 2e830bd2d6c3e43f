#!/usr/bin/env bash
# The whole proof of one change, from a bare Debian machine with Go on it.
#
#   tools/test.sh                 every part
#   tools/test.sh unit browser    only the named parts: install compile vet unit race fault browser
#
# Both engines always: PostgreSQL is a throwaway cluster of this run's own (tools/pg.sh),
# unless KIZUNA_TEST_PG already names one. Installing and compiling are timed apart, so
# that the tests' own time can be read. Every part runs even when one before it failed.
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
	internal/ground/file internal/office/account internal/network/delivery
)

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(install compile vet unit race fault browser)
work=$(mktemp -d /tmp/kizuna-test.XXXXXX)
chmod 711 "$work" # the database server's user must reach its own folder inside
own_pg=
cleanup() {
	local code=$?
	[ -z "$own_pg" ] || KIZUNA_PG_DIR=$work/pg tools/pg.sh stop || true
	rm -rf "$work"
	exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

race_list() {
	local p
	for p in "${race_packages[@]}"; do
		if compgen -G "$p/*.go" >/dev/null; then echo "./$p/"; fi
	done
}

start_pg() {
	[ -z "${KIZUNA_TEST_PG:-}" ] || return 0
	own_pg=yes
	export KIZUNA_PG_DIR=$work/pg
	KIZUNA_TEST_PG=$(tools/pg.sh start)
	export KIZUNA_TEST_PG
}

part_install() { tools/install.sh; }

# Everything the tests need is compiled here and not while they are timed.
part_compile() {
	local deps
	go build -o "$work/kizuna" ./cmd/kizuna
	deps=$(go list -deps -test -f '{{if and (not .ForTest) (or .GoFiles .CgoFiles)}}{{.ImportPath}}{{end}}' ./... | grep -v '\.test$')
	# shellcheck disable=SC2086
	go build -o /dev/null $deps
	# shellcheck disable=SC2046
	CGO_ENABLED=1 go test -race -tags "$race_tags" -c -o /dev/null $(race_list)
}

part_vet() { go vet ./...; }

part_unit() {
	start_pg
	# shellcheck disable=SC2046
	go test -vet=off -count=1 -timeout 14m $(go list ./... | grep -v '^kizuna/test/fault$')
}

part_race() {
	start_pg
	# shellcheck disable=SC2046
	CGO_ENABLED=1 go test -race -vet=off -count=1 -timeout 14m -tags "$race_tags" $(race_list)
}

# Three kills on each engine, a stop, two programs on one database, a journal tampered with.
part_fault() {
	start_pg
	[ -x "$work/kizuna" ] || go build -o "$work/kizuna" ./cmd/kizuna
	KIZUNA_BINARY=$work/kizuna go test -vet=off -count=1 -timeout 10m ./test/fault/
}

part_browser() {
	[ -x "$work/kizuna" ] || go build -o "$work/kizuna" ./cmd/kizuna
	local pg bad=0
	export KIZUNA_PG_DIR=$work/pg
	own_pg=yes
	tools/pg.sh start >/dev/null
	pg=$(tools/pg.sh db journey)
	(cd test/browser && node --test selftest.mjs) || bad=1
	node test/browser/start.mjs --binary "$work/kizuna" --lang ja --width 1440 --pages || bad=1
	node test/browser/start.mjs --binary "$work/kizuna" --lang en --width 390 --db "$pg" || bad=1
	return $bad
}

failed=()
declare -A took
for part in "${parts[@]}"; do
	declare -F "part_$part" >/dev/null || { echo "test.sh: no part named $part" >&2; exit 2; }
	echo "== $part"
	began=$SECONDS
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
	[ $code = 0 ] || failed+=("$part")
	if [ $code != 0 ] && { [ "$part" = install ] || [ "$part" = compile ]; }; then break; fi
done

echo "== time"
tests=0
for part in "${parts[@]}"; do
	[ -n "${took[$part]:-}" ] || continue
	printf '%-8s %4d s\n' "$part" "${took[$part]}"
	case $part in install | compile) ;; *) tests=$((tests + took[$part])) ;; esac
done
printf 'tests    %4d s (install and compile apart)\n' "$tests"
if [ ${#failed[@]} -gt 0 ]; then
	echo "FAILED: ${failed[*]}"
	exit 1
fi
echo "passed: ${parts[*]}"

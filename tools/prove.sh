#!/usr/bin/env bash
# The long proofs, in named parts of at most an hour; a part that is done for this very
# source is not run again (out/proved), so a stopped run goes on where it was.
#
#   tools/prove.sh                  every part
#   tools/prove.sh fuzz journeys    only the named: fuzz race fault power outage soak journeys people layer size_sqlite size_postgres
#
# FUZZTIME=10m       for each decoder
# ROUNDS=100         kills and power cuts on each engine; FAULT_FOR=8m ends with the round in which that is over
# SOAK_FOR=30m       of mixed load
# DOUBLES=20000      persons who are registered twice
# PERSONS=1000000    the agency of the size parts, which need 30 GB of disk each
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Every decoder is fed new inputs; what broke it is kept by the fuzzer in testdata/fuzz. Before Go 1.27 the
# end of the time may itself be told as a failure (go.dev/issue/75804), which then names no input. Inputs are
# hardly made smaller: that can take the whole time.
part_fuzz() {
	local file pkg name bad=0
	while IFS=: read -r file name; do
		pkg=./$(dirname "$file")
		echo "-- $pkg $name"
		go test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-10m}" -fuzzminimizetime 10x "$pkg" 2>&1 | tee "$work/fuzz.log" ||
			{ grep -q '^ *context deadline exceeded$' "$work/fuzz.log" && ! grep -q 'Failing input\|panic:' "$work/fuzz.log"; } || bad=1
	done < <(grep -rEho --with-filename --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' cmd internal | sed 's/func //')
	return $bad
}

# The whole tree under the race detector, not only the chosen packages of make test.
part_race() {
	CGO_ENABLED=1 go test -race -count=1 -timeout 55m -tags cgo_sqlite,sqlite_fts5 ./...
}

# breaks PART ROUNDS TESTS: breaks each engine so often; the figures go into docs/reliability.md.
breaks() {
	go build -o "$work/kizuna" ./cmd/kizuna
	KIZUNA_BINARY=$work/kizuna KIZUNA_FAULT_ROUNDS=$2 KIZUNA_FAULT_FOR=${FAULT_FOR:-} \
		go test -vet=off -count=1 -timeout 58m -v -run "$3" ./test/fault/ | tee "$work/$1.log" || return 1
	tools/figures.sh docs/reliability.md "ROUNDS=$2${FAULT_FOR:+ FAULT_FOR=$FAULT_FOR} tools/prove.sh $1" "$work/$1.log"
}

# A hundred kills and leaps of the clock on each engine, and what else needs no disk or server of its own.
part_fault() { breaks fault "${ROUNDS:-100}" '^Test(Kill|Clock|Stop|Two|Audit|ItSees|ItGivesUp)$'; }

# A hundred power cuts on each engine, with writes lost and torn; needs root, for a disk of its own.
part_power() { breaks power "${ROUNDS:-100}" '^TestPower$'; }

# The database server taken away, its connections cut, its standby taking over, its disk full or failing; several
# programs on one database, also through a proxy and serializable; a worker that dies in the middle;
# migrations at once and killed; a newer release beside an older one.
part_outage() { breaks outage "${ROUNDS:-20}" '^Test(ServerFails|Standby|DiskFull|DeviceFails|Many|WorkerDies|Migrate|Beside|SlowClients|HostileBodies)$'; }

# Half an hour of mixed load on each engine at once; SOAK_FOR=2h on request.
part_soak() {
	go build -o "$work/kizuna" ./cmd/kizuna
	KIZUNA_BINARY=$work/kizuna KIZUNA_SOAK_FOR=${SOAK_FOR:-30m} \
		go test -vet=off -count=1 -timeout 3h -v -run '^TestSoak$' ./test/fault/ | tee "$work/soak.log" || return 1
	tools/figures.sh docs/reliability.md "SOAK_FOR=${SOAK_FOR:-30m} tools/prove.sh soak" "$work/soak.log"
}

# Every journey and every page in every one of its eight states.
part_journeys() {
	local lang width state bad=0
	go build -o "$work/kizuna" ./cmd/kizuna
	for lang in ja en; do
		for width in 1440 390; do
			node test/browser/start.mjs --binary "$work/kizuna" --lang $lang --width $width || bad=1
			node test/browser/start.mjs --binary "$work/kizuna" --lang $lang --width $width --db "$(tools/pg.sh db journey)" || bad=1
		done
	done
	for state in 0 1 2 3 4 5 6 7; do
		STATE=$state node test/browser/start.mjs --binary "$work/kizuna" --pages || bad=1
	done
	return $bad
}

# Twenty thousand doubles among seven times as many residents, in both languages: the candidates against their labels.
part_people() {
	KIZUNA_DOUBLES=${DOUBLES:-20000} go test -vet=off -count=1 -timeout 58m -v -run 'TestDoublesAreFound|TestANameIsFound' ./internal/generate |
		tee "$work/people.log" || return 1
	tools/figures.sh docs/people.md "DOUBLES=${DOUBLES:-20000} tools/prove.sh people" "$work/people.log"
}

# What the data layer and the jobs cost beside the drivers, and serializable beside read committed.
part_layer() {
	local i way db said
	go test -vet=off -count=1 -timeout 20m -run '^$' -bench '^Benchmark(Layer|NoOp)$' -benchtime 1x ./internal/ground/db ./internal/ground/jobs |
		tee "$work/layer.log" || return 1
	go build -o "$work/kizuna" ./cmd/kizuna
	db=$(tools/pg.sh db serial)
	"$work/kizuna" generate --persons 10000 --seed 1 --data "$work/serial" --db "$db" || return 1
	for i in 1 2 3; do
		for way in committed serializable; do
			said=$db
			[ $way = committed ] || said="$db&isolation=serializable"
			"$work/kizuna" bench --write --mixed 20s --json="$work/$way-$i.json" --data "$work/serial" --db "$said" | tail -1 || return 1
		done
	done
	node tools/size.mjs serial "$work" | sed 's/ENGINE/postgres/' | tee -a "$work/layer.log"
	tools/figures.sh docs/performance.md "tools/prove.sh layer" "$work/layer.log"
}

# An agency of a million residents, made, checked, timed and worked; its figures go into docs/performance.md.
size() {
	tools/size.sh "$1" | tee "$work/size.log" || return 1
	tools/figures.sh docs/performance.md "tools/prove.sh size_$1" "$work/size.log"
}
part_size_sqlite() { size sqlite; }
part_size_postgres() { size postgres; }

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(fuzz race fault power outage soak journeys people layer size_sqlite size_postgres)
work=$(mktemp -d /tmp/kizuna-prove.XXXXXX)
chmod 711 "$work"
export KIZUNA_PG_DIR=$work/pg
trap 'tools/pg.sh stop; rm -rf "$work"' EXIT

tools/install.sh
KIZUNA_TEST_PG=$(tools/pg.sh start)
export KIZUNA_TEST_PG
# The figures that a part writes into docs are not of the source.
source_id=$(git rev-parse HEAD)-$(git diff HEAD -- . ':!docs' | cksum | cut -d' ' -f1)
mkdir -p out/proved
failed=()
for part in "${parts[@]}"; do
	declare -F "part_$part" >/dev/null || { echo "prove.sh: no part named $part" >&2; exit 2; }
	done_mark=out/proved/$part-$source_id
	if [ -e "$done_mark" ]; then echo "== $part: proved for this source"; continue; fi
	echo "== $part"
	began=$SECONDS
	if "part_$part" </dev/null; then touch "$done_mark"; else failed+=("$part"); fi
	echo "== $part took $((SECONDS - began)) s"
done
[ ${#failed[@]} -eq 0 ] || { echo "FAILED: ${failed[*]}"; exit 1; }

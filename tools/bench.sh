#!/usr/bin/env bash
# Screens and API against their budgets, on both engines, with the same synthetic agency.
#
#   PERSONS=100000 SEED=1 tools/bench.sh     tables to the terminal, JSON beside them in out/
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

persons=${PERSONS:-10000}
seed=${SEED:-1}
work=$(mktemp -d /tmp/kizuna-bench.XXXXXX)
chmod 711 "$work"
export KIZUNA_PG_DIR=$work/pg
trap 'tools/pg.sh stop; rm -rf "$work"' EXIT

tools/install.sh pg
go build -o "$work/kizuna" ./cmd/kizuna
tools/pg.sh start >/dev/null
mkdir -p out
failed=0
for engine in sqlite postgres; do
	at=(--data "$work/$engine")
	[ $engine = sqlite ] || at+=(--db "$(tools/pg.sh db bench)")
	echo "== $engine, $persons persons, seed $seed, commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
	"$work/kizuna" generate --persons "$persons" --seed "$seed" "${at[@]}"
	# A call over its query budget, or over the CPU that its own statements excuse, fails; the clock does not.
	"$work/kizuna" bench --write --json="out/bench-$engine.json" "${at[@]}" || failed=1
	# Many at once, every role on every screen: no request may fail.
	"$work/kizuna" bench --write --mixed=20s --json="out/mixed-$engine.json" "${at[@]}" | tail -1 || failed=1
	# What was timed and replayed must have left the installation whole.
	"$work/kizuna" check "${at[@]}"
done
exit $failed

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
for engine in sqlite postgres; do
	if [ $engine = sqlite ]; then at=(--data "$work/data"); else at=(--db "$(tools/pg.sh db bench)"); fi
	echo "== $engine, $persons persons, seed $seed"
	"$work/kizuna" generate --persons "$persons" --seed "$seed" "${at[@]}"
	"$work/kizuna" bench "${at[@]}"
	"$work/kizuna" bench --json "${at[@]}" >"out/bench-$engine.json"
done

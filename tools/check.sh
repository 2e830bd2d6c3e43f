#!/usr/bin/env bash
# What must hold of the source itself, in at most five minutes when warm.
#
#   tools/check.sh              every part
#   tools/check.sh templ arch   only the named parts: format templ vet lint vuln arch
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

sources() {
	local d
	for d in cmd internal test; do [ ! -d $d ] || echo $d; done
}

# shellcheck disable=SC2046
part_format() {
	local bad
	bad=$(gofmt -l -s $(sources))
	[ -z "$bad" ] || { echo "not in gofmt -s form (make fmt):"; echo "$bad"; return 1; }
}

# Generates every page again in a copy and compares: the committed Go must be what the
# committed pages give. Only the folder part of the file names inside may differ, because
# it depends on where the generator was started.
# shellcheck disable=SC2046
part_templ() {
	local copy page made want got bad=0
	copy=$(mktemp -d)
	while IFS= read -r page; do
		mkdir -p "$copy/$(dirname "$page")"
		cp "$page" "$copy/$page"
	done < <(find $(sources) -name '*.templ')
	cp go.mod "$copy/"
	go tool -modfile=tools/go.mod templ fmt -log-level error "$copy" || bad=1
	while IFS= read -r page; do
		cmp -s "$page" "$copy/$page" || { echo "$page: not formatted (make fmt)"; bad=1; }
		cp "$page" "$copy/$page"
	done < <(find $(sources) -name '*.templ')
	go tool -modfile=tools/go.mod templ generate -log-level error -path "$copy" >"$copy/log" 2>&1 || { cat "$copy/log"; bad=1; }
	while IFS= read -r made; do
		want=$(sed -E 's/FileName: `([^`]*\/)?/FileName: `/' "$copy/$made" 2>/dev/null || true)
		got=$(sed -E 's/FileName: `([^`]*\/)?/FileName: `/' "$made" 2>/dev/null || true)
		[ "$want" = "$got" ] || { echo "$made: stale (make generate)"; bad=1; }
	done < <({ find $(sources) -name '*_templ.go'; (cd "$copy" && find . -name '*_templ.go' | sed 's|^\./||'); } | sort -u)
	rm -rf "$copy"
	return $bad
}

part_vet() { go vet ./...; }

part_lint() { go tool -modfile=tools/lint/go.mod golangci-lint run ./...; }

part_vuln() {
	local out code=0
	out=$(go tool -modfile=tools/vuln/go.mod govulncheck ./... 2>&1) || code=$?
	if [[ $out == *"fetching vulnerabilities"* ]]; then
		echo "govulncheck: not run (database out of reach)"
		return 0
	fi
	echo "$out"
	return $code
}

part_arch() { go test -count=1 ./internal/; }

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(format templ vet lint vuln arch)
failed=()
for part in "${parts[@]}"; do
	declare -F "part_$part" >/dev/null || { echo "check.sh: no part named $part" >&2; exit 2; }
	began=$SECONDS
	code=0
	out=$("part_$part" 2>&1 </dev/null) || code=$?
	printf '== %-7s %s in %d s\n' "$part" "$([ $code = 0 ] && echo ok || echo FAILED)" $((SECONDS - began))
	[ -z "$out" ] || echo "$out"
	[ $code = 0 ] || failed+=("$part")
done
if [ ${#failed[@]} -gt 0 ]; then
	echo "FAILED: ${failed[*]}"
	exit 1
fi

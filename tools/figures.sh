#!/usr/bin/env bash
# Puts the figures that a proof printed into a page of docs, under the date, the commit, the
# command and the machine; what an earlier run of the same command left there goes.
#
#   tools/figures.sh docs/reliability.md "COMMAND" LOG      reads lines with FIGURE | … |
set -euo pipefail
page=$1 command=$2 log=$3
title="## \`$command\`"
commit=$(git rev-parse --short HEAD)
git diff --quiet HEAD -- cmd internal test || commit="$commit with changes"
kept=$(awk -v title="$title" '$0 == title { skip = 1; next } /^## / { skip = 0 } !skip' "$page")
{
	printf '%s\n\n%s\n\n' "$kept" "$title"
	echo "$(date +%F), commit $commit, $(nproc) cores, $(uname -m)."
	echo
	echo '| what | engine | figures |'
	echo '|---|---|---|'
	sed -n 's/^.*FIGURE | /| /p' "$log" | sort
} >"$page.part"
mv "$page.part" "$page"

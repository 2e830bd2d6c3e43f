#!/usr/bin/env bash
# Installs what the tests need and this machine lacks, and says so: Debian's packages
# with apt-get (as root, or through sudo without a password), and the browser tests'
# npm packages by their lock file. Go itself must be there.
#
#   tools/install.sh            everything
#   tools/install.sh pg cgo     only the named: pg, cgo, chromium, fonts, node, npm-packages
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wanted=${*:-pg cgo chromium fonts node npm-packages}
wants() { case " $wanted " in *" $1 "*) ;; *) return 1 ;; esac }
has() { command -v "$1" >/dev/null 2>&1; }

has go || { echo "install.sh: Go is missing; install the version named in go.mod" >&2; exit 1; }

has_japanese_font() {
	has fc-list && [ -n "$(fc-list :lang=ja family)" ]
}

missing=()
if wants pg && ! tools/pg.sh bin >/dev/null 2>&1; then missing+=(postgresql); fi
if wants pg && ! has pgbouncer && ! [ -x /usr/sbin/pgbouncer ]; then missing+=(pgbouncer); fi
if wants cgo && ! { has gcc && echo '#include <stdlib.h>' | gcc -E - >/dev/null 2>&1; }; then missing+=(gcc libc6-dev); fi
# Chromium's build without windows: the whole program draws tabs and menus around every page that a test
# opens, and the browser part of make test takes 513 s with it instead of 190 s.
if wants chromium && ! [ -x /usr/bin/chromium-headless-shell ]; then missing+=(chromium-headless-shell); fi
if wants fonts && ! has_japanese_font; then missing+=(fontconfig fonts-noto-cjk); fi
if wants node; then
	has node || missing+=(nodejs)
	has npm || missing+=(npm)
fi

if [ ${#missing[@]} -gt 0 ]; then
	echo "install.sh: installing Debian packages: ${missing[*]}"
	as_root=()
	if [ "$(id -u)" != 0 ]; then
		sudo -n true 2>/dev/null || { echo "install.sh: not root; install them yourself: apt-get install ${missing[*]}" >&2; exit 1; }
		as_root=(sudo -n)
	fi
	log=$(mktemp)
	export DEBIAN_FRONTEND=noninteractive
	{ "${as_root[@]}" apt-get update -q && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null ||
		{ tail -30 "$log" >&2; rm -f "$log"; echo "install.sh: apt-get failed" >&2; exit 1; }
	rm -f "$log"
else
	echo "install.sh: no Debian package is missing"
fi

if wants npm-packages; then
	cd test/browser
	if [ node_modules/.package-lock.json -nt package-lock.json ]; then
		echo "install.sh: npm packages are those of the lock file"
	else
		echo "install.sh: installing npm packages by test/browser/package-lock.json"
		npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	fi
fi

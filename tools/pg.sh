#!/usr/bin/env bash
# A throwaway PostgreSQL cluster for tests and measurements.
#
#   tools/pg.sh start      makes and starts it (does nothing when it runs), prints its address
#   tools/pg.sh url        prints the address, fails when it does not run
#   tools/pg.sh db NAME    drops and makes database NAME in it, prints that database's address
#   tools/pg.sh stop       stops it by its own pid file and removes everything it left
#   tools/pg.sh bin        prints the folder of the server's programs
#
# It listens on a Unix socket only, inside a folder no other user can enter, so it never
# meets another cluster's port and needs no password. fsync stays on, as in production,
# unless KIZUNA_PG_SYNC=off makes a cluster for tests that ask nothing of the disk.
# Text sorts by Japanese ICU rules unless a statement says COLLATE "C": one that forgot
# gives another order here than on SQLite, and a test sees it.
#
# KIZUNA_PG_DIR  where it lives (by default one per checkout and user, in memory if that has room)
# KIZUNA_PG_BIN  the server's programs (newest of 15 or later by default)
# KIZUNA_PG_SYNC on (the default) or off, when a cluster is made
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
key=$(printf '%s' "$root" | cksum | cut -d' ' -f1)
dir=${KIZUNA_PG_DIR:-}
if [ -z "$dir" ]; then
	name=kizuna-pg-$(id -u)-$key
	dir=/tmp/$name
	# In memory, where that has room, databases are made and dropped ten times faster. One that is there stays where it is.
	if [ -e "/dev/shm/$name" ] || { [ ! -e "$dir" ] && [ "$(df -Pm /dev/shm 2>/dev/null | awk 'END { print $4 + 0 }')" -ge 3000 ]; }; then
		dir=/dev/shm/$name
	fi
fi
sync=${KIZUNA_PG_SYNC:-on}

die() { echo "pg.sh: $*" >&2; exit 1; }

bin() {
	local found
	if [ -n "${KIZUNA_PG_BIN:-}" ]; then
		found=$KIZUNA_PG_BIN
	else
		# Debian keeps the server's programs off PATH, one folder per major version.
		found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n | tail -1)
		[ -n "$found" ] || found=$(dirname "$(command -v initdb || echo /none/initdb)")
	fi
	[ -x "$found/initdb" ] || die "no PostgreSQL server found; tools/install.sh installs one"
	local major
	major=$("$found/initdb" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
	[ "$major" -ge 15 ] || die "PostgreSQL $major found, 15 or later is needed"
	echo "$found"
}

# PostgreSQL refuses to run as root: root hands it to the system's postgres user.
as_server() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=postgres --regid=postgres --init-groups env HOME="$dir" "$@"
	else
		"$@"
	fi
}

# The address of database $1 on the cluster; every byte that a URL reads otherwise is escaped.
address() {
	printf 'postgres://kizuna@/%s?host=%s\n' "$1" "$(printf '%s' "$dir/run" | sed 's/%/%25/g; s/ /%20/g; s/&/%26/g; s/+/%2B/g; s/#/%23/g')"
}

running() { [ -f "$dir/data/postmaster.pid" ] && as_server "$(bin)/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; }

start() {
	local pg
	pg=$(bin)
	[ ${#dir} -le 80 ] || die "$dir is too long for a socket's path; set KIZUNA_PG_DIR"
	exec 9>"$dir.lock"
	flock 9
	if running; then
		echo "pg.sh: already running in $dir" >&2
		return
	fi
	if [ ! -f "$dir/ready" ]; then
		rm -rf "$dir"
		mkdir -m 700 "$dir"
		mkdir -m 700 "$dir/run"
		[ "$(id -u)" != 0 ] || chown -R postgres: "$dir"
		(cd "$dir" && as_server "$pg/initdb" -D "$dir/data" --username=kizuna --auth=trust \
			--encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=ja-JP \
			>"$dir.initdb" 2>&1) || { cat "$dir.initdb" >&2; die "initdb failed"; }
		rm -f "$dir.initdb"
		as_server tee -a "$dir/data/postgresql.conf" >/dev/null <<-CONF
			listen_addresses = ''
			unix_socket_directories = '$dir/run'
			unix_socket_permissions = 0700
			max_connections = 300
			shared_buffers = 256MB
			max_wal_size = 1GB
			fsync = $sync
			synchronous_commit = $sync
			full_page_writes = $sync
			log_min_messages = warning
			# Nothing goes on for who has gone, and no runaway statement fills the machine.
			client_connection_check_interval = 2s
			temp_file_limit = 8GB
		CONF
		touch "$dir/ready"
	fi
	# The server must not inherit the lock, or nobody could start or stop it again.
	(cd "$dir" && as_server "$pg/pg_ctl" -D "$dir/data" -l "$dir/data/server.log" -w -t 60 start >/dev/null 9>&-) ||
		{ tail -20 "$dir/data/server.log" >&2; die "the server did not start"; }
	echo "pg.sh: $("$pg/postgres" --version) started in $dir" >&2
}

stop() {
	exec 9>"$dir.lock"
	flock 9
	if running; then
		(cd "$dir" && as_server "$(bin)/pg_ctl" -D "$dir/data" -m fast -w -t 60 stop >/dev/null) || die "the server did not stop"
	fi
	rm -rf "$dir" # the lock file stays: removing it under a waiter would let two in
}

case ${1:-} in
start) start && address postgres ;;
url)
	running || die "not running; tools/pg.sh start starts it"
	address postgres
	;;
db)
	[[ ${2:-} =~ ^[a-z_][a-z0-9_]*$ ]] || die "usage: tools/pg.sh db NAME (small letters, digits, _)"
	running || die "not running; tools/pg.sh start starts it"
	"$(bin)/psql" -qAtX -v ON_ERROR_STOP=1 "$(address postgres)" -c "SET client_min_messages = warning" \
		-c "DROP DATABASE IF EXISTS $2 WITH (FORCE)" -c "CREATE DATABASE $2"
	address "$2"
	;;
stop) stop ;;
bin) bin ;;
*) die "usage: tools/pg.sh start | url | db NAME | stop | bin" ;;
esac

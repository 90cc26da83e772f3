#!/bin/sh
# Throw-away PostgreSQL cluster for tests: Unix socket only, no durability, everything inside DIR.
#   pg.sh start DIR                      makes and starts it, prints FINTRA_TEST_PG='conninfo of the superuser'
#   pg.sh stop DIR                       stops it; DIR stays
#   pg.sh restart DIR [fast|immediate]
# PostgreSQL refuses to run as root: then an unprivileged user owns DIR.
set -eu

die() {
	echo "pg.sh: $*" >&2
	exit 1
}

bindir() {
	found=$(command -v initdb || true)
	[ -n "$found" ] && found=$(dirname "$(readlink -f "$found")")
	newest=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5,5 -nr)
	for d in "$found" $newest; do
		if [ -n "$d" ] && [ -x "$d/initdb" ] && [ -x "$d/pg_ctl" ] && [ -x "$d/postgres" ]; then
			echo "$d"
			return
		fi
	done
	die "no PostgreSQL server programs (initdb, pg_ctl, postgres) in PATH or /usr/lib/postgresql"
}

owner() {
	for u in postgres nobody; do
		id "$u" >/dev/null 2>&1 && echo "$u" && return
	done
	die "neither user postgres nor nobody exists"
}

as_owner() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
	elif command -v setpriv >/dev/null 2>&1; then
		u=$(owner)
		setpriv --reuid "$(id -u "$u")" --regid "$(id -g "$u")" --clear-groups -- "$@"
	elif command -v runuser >/dev/null 2>&1; then
		runuser -u "$(owner)" -- "$@"
	else
		su -s /bin/sh "$(owner)" -c "$(printf "'%s' " "$@")"
	fi
}

settings() {
	cat <<-EOF
		listen_addresses = ''
		unix_socket_directories = '$dir'
		unix_socket_permissions = 0777
		max_connections = 200
		fsync = off
		synchronous_commit = off
		full_page_writes = off
		shared_buffers = 128MB
		max_wal_size = 4GB
		jit = off
		timezone = 'UTC'
		log_timezone = 'UTC'
		lc_messages = 'C'
	EOF
}

start() {
	[ "${#dir}" -le 80 ] || die "$dir: too long for the path of a socket"
	[ -e "$dir/data" ] && die "$dir/data exists"
	mkdir -p "$dir"
	[ "$(id -u)" -ne 0 ] || chown "$(owner)" "$dir"
	chmod 755 "$dir"
	as_owner "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync \
		>"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; die "initdb failed"; }
	settings | as_owner tee -a "$dir/data/postgresql.conf" >/dev/null
	as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -s start >/dev/null ||
		{ cat "$dir/server.log" >&2; die "the server did not start"; }
	echo "FINTRA_TEST_PG='host=$dir dbname=postgres user=postgres'"
}

[ $# -ge 2 ] || die "usage: pg.sh start|stop|restart DIR [fast|immediate]"
case $2 in
/*) dir=$2 ;;
*) dir=$PWD/$2 ;;
esac
unset PGDATA PGHOST PGPORT PGUSER PGDATABASE PGOPTIONS PGSERVICE PGPASSWORD
bin=$(bindir)
cd /
case $1 in
start) start ;;
stop) as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate -w -s stop ;;
restart) as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -m "${3:-fast}" -w -s restart >/dev/null ;;
*) die "unknown command $1" ;;
esac

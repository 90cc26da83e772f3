#!/bin/sh
# setup.sh demo|check|deps: installs what is missing, builds, and shows or proves fintra.
# Works as root and as a user with sudo, on a Debian 12 machine that has only git and sh.
set -eu
cd "$(dirname "$0")"

BUILD_PKGS="gcc libc6-dev make pkg-config libpq-dev libcurl4-openssl-dev libcjson-dev libncurses-dev
libcsv-dev libinih-dev libpcre2-dev uthash-dev libmicrohttpd-dev zlib1g-dev"
RUN_PKGS="postgresql postgresql-client ncurses-term ca-certificates"
TEST_PKGS="libcmocka-dev libvterm-dev perl pgbouncer procps libfaketime locales"

say() { printf '%s\n' "setup: $*" >&2; }
die() { say "$*"; exit 1; }

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		die "needs root or sudo to install packages: run 'apt-get install $missing' as root, then again"
	fi
}

# Only what dpkg does not have is asked for, so a second call needs neither root nor a network.
install_missing() {
	command -v dpkg-query >/dev/null 2>&1 || die "only Debian and its relatives are known here; packages: $*"
	missing=
	for p in "$@"; do
		s=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)
		[ "$s" = installed ] || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	say "installing:$missing"
	as_root apt-get update -q >&2 || die "apt-get update failed: is there a network?"
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2 ||
		die "apt-get install failed"
}

jobs() { getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2; }

case "${1:-}" in
deps)
	install_missing $BUILD_PKGS $RUN_PKGS $TEST_PKGS
	;;
demo)
	install_missing $BUILD_PKGS $RUN_PKGS
	make -s -j"$(jobs)" all >&2
	shift
	exec build/fintra demo "$@"
	;;
check)
	install_missing $BUILD_PKGS $RUN_PKGS $TEST_PKGS
	exec make -s -j"$(jobs)" check
	;;
*)
	cat >&2 <<'USAGE'
usage: ./setup.sh demo    install, build, fill a private database from a synthetic market, open the console
       ./setup.sh check   install, build, run all tests; closes with "N passed, N failed, N skipped"
       ./setup.sh deps    install the packages only
USAGE
	exit 64
	;;
esac

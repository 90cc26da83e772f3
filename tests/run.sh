#!/bin/sh
# Runs cmocka suites in parallel on one throw-away PostgreSQL cluster; closes with "N passed, N failed, N skipped".
#   run.sh SUITE...
# Of a passing suite only its lines "SKIP: reason" and "INFO: figures" are shown.
# Environment: BUILD, JOBS (2), SUITE_TIMEOUT (600 s), SANITIZER (asan, ubsan or tsan), KEEP=1 keeps the outputs.
# FINTRA_TEST_PG, if set already, names the cluster to use.
set -u

here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-build}
export BUILD TZ=UTC LC_ALL=C.UTF-8

seconds() {
	cut -d' ' -f1 /proc/uptime
}

# Counts of one TAP output; cmocka writes a skipped test as "not ok N # SKIP name".
count() {
	awk '/^(not )?ok [0-9]+ # SKIP/ { s++; next } /^ok [0-9]/ { p++ } /^not ok [0-9]/ { f++ }
		END { print p + 0, f + 0, s + 0 }' "$1"
}

one() {
	suite=$1
	name=${suite#"$BUILD"/tests/}
	name=${name#"$BUILD"/}
	out=$RUN_DIR/out/$(echo "$name" | tr / .)
	t0=$(seconds)
	CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 "${SUITE_TIMEOUT:-600}" "$suite" >"$out" 2>"$out.err" </dev/null
	rc=$?
	t1=$(seconds)
	cat "$out.err" >>"$out" && rm "$out.err"
	read -r passed failed skipped <<-EOF
		$(count "$out")
	EOF
	why=
	[ "$rc" -eq 124 ] || [ "$rc" -eq 137 ] && why=" (timed out)"
	if [ "$failed" -eq 0 ]; then
		if [ "$rc" -ne 0 ]; then
			failed=1
			why=${why:-" (exit $rc)"}
		elif [ $((passed + skipped)) -eq 0 ]; then
			failed=1
			why=" (no test ran)"
		fi
	fi
	verdict=ok
	[ "$failed" -eq 0 ] || verdict=FAIL
	time=$(echo "$t0 $t1" | awk '{ printf "%.1f", $2 - $1 }')
	printf '%-4s %-32s %3d passed %d failed %d skipped  %s s%s\n' "$verdict" "$name" "$passed" \
		"$failed" "$skipped" "$time" "$why" >"$out.line"
	{
		cat "$out.line"
		grep -hE '^(SKIP|INFO): ' "$out" | awk '!seen[$0]++ { print "     " $0 }'
		[ "$verdict" = ok ] || sed 's/^/     | /' "$out"
	} >"$out.report"
	cat "$out.report" # one write: lines of parallel suites do not mix
	echo "$passed $failed $skipped" >"$out.sum"
}

if [ "${1:-}" = --one ]; then
	one "$2"
	exit 0
fi

unset TERM NO_COLOR SUITE
for v in $(env | sed -n 's/^\(PG[A-Z]*\)=.*/\1/p; s/^\(FINTRA_[A-Z0-9_]*\)=.*/\1/p'); do
	case $v in
	FINTRA_TEST_PG | FINTRA_REAL_DATA) ;;
	*) unset "$v" ;;
	esac
done

case ${SANITIZER:-} in
'') ;;
asan) export ASAN_OPTIONS="halt_on_error=1:exitcode=66:detect_leaks=1:abort_on_error=0" ;;
ubsan) export UBSAN_OPTIONS="halt_on_error=1:exitcode=66:print_stacktrace=1" ;;
tsan) export TSAN_OPTIONS="halt_on_error=1:exitcode=66" ;;
*)
	echo "run.sh: unknown SANITIZER $SANITIZER" >&2
	exit 64
	;;
esac

RUN_DIR=$(mktemp -d "${TMPDIR:-/tmp}/fintra-tests.XXXXXX") || exit 1
export RUN_DIR
chmod 755 "$RUN_DIR"
mkdir "$RUN_DIR/out"
ours=

finish() {
	[ -z "$ours" ] || "$here/pg.sh" stop "$RUN_DIR/pg" >/dev/null 2>&1
	if [ -n "${KEEP:-}" ]; then
		echo "outputs: $RUN_DIR/out" >&2
	else
		rm -rf "$RUN_DIR"
	fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ -z "${FINTRA_TEST_PG:-}" ]; then
	ours=1
	if ! line=$("$here/pg.sh" start "$RUN_DIR/pg"); then
		echo "0 passed, 1 failed, 0 skipped"
		exit 1
	fi
	eval "$line"
	export FINTRA_TEST_PG
fi

for s in "$@"; do
	printf '%s\n' "$s"
done | xargs -n 1 -P "${JOBS:-2}" "$0" --one

cat "$RUN_DIR"/out/*.sum 2>/dev/null | awk -v want=$# '
	{ p += $1; f += $2; s += $3 }
	END {
		f += want - NR # a suite without a result is a failure
		printf "%d passed, %d failed, %d skipped\n", p, f, s
		exit (f > 0)
	}'

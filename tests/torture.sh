#!/bin/bash
# Slow proofs: kill -9 at random moments of slowed runs then resume, and launch races.
#   KILLS=100 RACES=100 tests/torture.sh
# Figures printed at the end: how many kills hit the run running, phases hit, checksums equal, locks left.
set -u
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
KILLS=${KILLS:-100} RACES=${RACES:-100} SEED=${SEED:-1}
fintra=$(readlink -f "$BUILD/fintra")
work=$(mktemp -d)
chmod 755 "$work"
RANDOM=$SEED
eval "$(tests/pg.sh start "$work/pg")" || exit 1
trap 'kill $vendor 2>/dev/null; tests/pg.sh stop "$work/pg" >/dev/null 2>&1; rm -rf "$work"' EXIT
base="${FINTRA_TEST_PG/dbname=postgres/} "
as_of=2026-02-02 from=2026-01-15

$BUILD/fakefmp --port 0 --tickers 400 --seed 7 --start 2024-01-02 --end $as_of --latency 60 >"$work/url" 2>"$work/vendor.log" &
vendor=$!
for _ in $(seq 100); do [ -s "$work/url" ] && break; sleep 0.05; done
url=$(head -1 "$work/url")

cat >"$work/fast.conf" <<CONF
[fmp]
base_url = $url
part_pause_ms = 0
day_pause_ms = 0
[run]
heartbeat_ms = 200
abandoned_ms = 1200
fence_ms = 900
drain_ms = 1000
batch_rows = 100000
[paths]
cache_dir = $work/cache
CONF
sed -e 's/^day_pause_ms.*/day_pause_ms = 500/' -e 's/^batch_rows.*/batch_rows = 250\nbatch_pause_ms = 350/' \
	"$work/fast.conf" >"$work/slow.conf"
export FINTRA_FMP_API_KEY=torture XDG_CACHE_HOME=$work/xdg

run() { conf=$1 db=$2; shift 2; "$fintra" -c "$work/$conf.conf" -d "${base}dbname=$db" --as-of $as_of "$@"; }
# For the background: becomes the program, so that $! is the process to kill.
become() { conf=$1 db=$2; shift 2; exec "$fintra" -c "$work/$conf.conf" -d "${base}dbname=$db" --as-of $as_of "$@"; }
sql() { db=$1; shift; psql -XAtq "${base}dbname=$db" -c "$*"; }
sums() { run fast "$1" db checksum --json; }
make_db() { psql -Xq "${base}dbname=postgres" -c "CREATE DATABASE $1 ${2:+TEMPLATE $2}" >/dev/null; }
drop_db() { psql -Xq "${base}dbname=postgres" -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" >/dev/null; }

make_db t_universe
run fast t_universe db init >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
run fast t_universe run sync-universe >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
make_db t_prices t_universe
run fast t_prices run prices-daily-bulk --from $from --to $as_of >"$work/log" 2>&1 || { tail -5 "$work/log"; exit 1; }
# performance needs a longer history than the days that are killed in
make_db t_history t_universe
run fast t_history run prices-daily-bulk --from 2024-01-02 --to $as_of >"$work/history.log" 2>&1 ||
	{ tail -5 "$work/history.log"; exit 1; }
make_db t_perf t_history
run fast t_perf run performance-bulk >"$work/log" 2>&1 || { tail -5 "$work/log"; exit 1; }
# snapshots need what all jobs before them leave: the inputs of their benchmark
make_db t_inputs
run fast t_inputs db init >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
psql -Xq -v ON_ERROR_STOP=1 -v tickers=4000 -v day=$as_of -f tests/bench/snapshots.sql "${base}dbname=t_inputs" >/dev/null || exit 1
make_db t_snapshots t_inputs
run fast t_snapshots run fmp-bulk >"$work/log" 2>&1 || { tail -5 "$work/log"; exit 1; }
make_db t_ranks t_snapshots
run fast t_ranks run compute-ranks >"$work/log" 2>&1 || { tail -5 "$work/log"; exit 1; }
sums t_snapshots >"$work/want.fmp-bulk"
sums t_ranks >"$work/want.compute-ranks"
sums t_prices >"$work/want.prices-daily-bulk"
sums t_perf >"$work/want.performance-bulk"

args_of() { case $1 in prices-daily-bulk) echo "--from $from --to $as_of" ;; esac; }
template_of() {
	case $1 in
	prices-daily-bulk) echo t_universe ;;
	fmp-bulk) echo t_inputs ;;
	compute-ranks) echo t_snapshots ;;
	*) echo t_history ;;
	esac
}

span_of() { # milliseconds of an undisturbed slowed run
	make_db t_span "$(template_of "$1")"
	t0=$(date +%s%3N)
	# shellcheck disable=SC2046
	run slow t_span run "$1" $(args_of "$1") >/dev/null 2>&1
	echo $(($(date +%s%3N) - t0))
	drop_db t_span
}

slowed="prices-daily-bulk performance-bulk fmp-bulk" # compute-ranks is one statement
bad=0 running=0 total=0
: >"$work/phases"

begin() { # job, where its lines go: a slowed run in the background
	drop_db t_kill
	make_db t_kill "$(template_of "$1")"
	rm -rf "$work/cache"
	# shellcheck disable=SC2046
	become slow t_kill run "$1" $(args_of "$1") >"$2" 2>&1 &
	pid=$!
}

# job, moment: kill -9 now, resume until it is taken, compare.
kill_and_resume() {
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	row=$(sql t_kill "SELECT r.id, r.state, coalesce(b.phase, '') FROM fintra_ops.run r LEFT JOIN fintra_ops.beat b ON b.run_id = r.id WHERE r.job = '$1' ORDER BY r.id DESC LIMIT 1")
	IFS='|' read -r id state phase <<<"$row"
	# the log is ahead of the beat
	said=$(grep -o 'PROGRESS [a-z]*' "$work/run.log" | tail -1)
	phase=${said#PROGRESS }
	if [ -n "${id:-}" ]; then
		code=75
		for _ in $(seq 50); do
			run fast t_kill resume "$id" >"$work/resume.log" 2>&1
			code=$?
			[ $code = 75 ] || break
			sleep 0.2
		done
	else
		# killed before its ledger row: nothing to resume, a fresh run must do
		# shellcheck disable=SC2046
		run fast t_kill run "$1" $(args_of "$1") >"$work/resume.log" 2>&1
		code=$?
	fi
	sums t_kill >"$work/got"
	locks=$(sql t_kill "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE locktype = 'advisory' AND d.datname = 't_kill'")
	total=$((total + 1))
	[ "${state:-}" != running ] || echo "$1:${phase:-none}" >>"$work/phases"
	if [ $code != 0 ] || ! cmp -s "$work/got" "$work/want.$1" || [ "$locks" != 0 ]; then
		bad=$((bad + 1))
		echo "torture: kill of $1 at $2 (state ${state:-none}, phase ${phase:-none}): exit $code, locks $locks, checksums $(cmp -s "$work/got" "$work/want.$1" && echo equal || echo DIFFER)"
		tail -3 "$work/resume.log"
	fi
}

for job in $slowed; do
	span=$(span_of $job)
	echo "torture: $job slowed to $span ms"
	[ "$span" -ge 5000 ] || { echo "torture: $job is faster than 5 s"; bad=$((bad + 1)); }
	for _ in $(seq $((KILLS / 3))); do
		begin $job "$work/run.log"
		at=$((RANDOM * 32768 + RANDOM))
		at=$((at % span))
		sleep "$(printf '%d.%03d' $((at / 1000)) $((at % 1000)))"
		kill_and_resume $job "$at ms"
		[ "${state:-}" != running ] || running=$((running + 1))
	done
done
random=$total
# Short phases that no random moment met: killed when the run says that it has entered them.
for want in prices-daily-bulk:prepare prices-daily-bulk:load performance-bulk:read performance-bulk:write \
	fmp-bulk:inputs fmp-bulk:snapshots compute-ranks:rank; do
	grep -q "^$want\$" "$work/phases" && continue
	job=${want%:*}
	rm -f "$work/lines"
	mkfifo "$work/lines"
	begin "$job" "$work/lines"
	: >"$work/run.log"
	while IFS= read -r line; do
		printf '%s\n' "$line" >>"$work/run.log"
		case $line in *"PROGRESS ${want#*:}"*) break ;; esac
	done <"$work/lines"
	kill_and_resume "$job" "its phase ${want#*:}"
	grep -q "^$want\$" "$work/phases" || { echo "torture: phase $want was not met"; bad=$((bad + 1)); }
done
drop_db t_kill

both=0 one=0
make_db t_race t_universe
for i in $(seq "$RACES"); do
	become slow t_race run prices-daily-bulk >/dev/null 2>&1 &
	a=$!
	become slow t_race run prices-daily-bulk >/dev/null 2>&1 &
	b=$!
	wait $a; ca=$?
	wait $b; cb=$?
	case $ca/$cb in
	0/75 | 75/0) one=$((one + 1)) ;;
	*) both=$((both + 1)); echo "torture: race $i ended $ca/$cb" ;;
	esac
done
overlap=$(sql t_race "SELECT count(*) FROM fintra_ops.run a JOIN fintra_ops.run b ON a.job = b.job AND a.id < b.id AND a.state IN ('success', 'partial') AND b.state IN ('success', 'partial') AND a.ended_at > b.started_at")

echo "torture: random kills $random, $running of them hit the run running ($((random ? 100 * running / random : 0)) %), aimed kills $((total - random)), phases hit:"
sort "$work/phases" | uniq -c
echo "torture: races $RACES, exactly one ran in $one, pairs of runs overlapping in the ledger: $overlap"
[ $((100 * running)) -ge $((80 * random)) ] || { echo "torture: fewer than 80 % hit it running"; bad=$((bad + 1)); }
bad=$((bad + both + overlap))
echo "torture: $((total + RACES - bad)) passed, $bad failed"
[ $bad = 0 ]

#!/bin/sh
# bench.sh [STEP...]: bulk windows statements snapshots; all of them when none is named.
# Speed of the heavy steps beside what limits them, both sides alternately in one run, prices in a heap that
# grew day by day.  Exit 1 when the median of a step is over RATIO times its limit's or it needs too much memory.
#   performance-bulk                 against a bare binary COPY of the same three columns to /dev/null, plus
#                                    staging and upsert of the same result rows by psql
#   performance-windows-aggregator   against one INSERT ... SELECT of the same rows by psql
#   financials-bulk                  against \copy of the same files into text tables (statements.sh)
#   fmp-bulk                         against binary COPY out of its inputs and in of its output (snapshots.sh)
# Environment: BUILD, FINTRA_BENCH_DATA (generator gen.c), SCALE (0.1), ROUNDS (5), RATIO (2), KEEP=1.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-build}
DATA=${FINTRA_BENCH_DATA:-../shared/bench}
SCALE=${SCALE:-0.1}
ROUNDS=${ROUNDS:-5}
RATIO=${RATIO:-2}
AS_OF=2026-02-02
export FINTRA_RUN_PERF_MEMORY_MB=${FINTRA_RUN_PERF_MEMORY_MB:-512} LC_ALL=C TZ=UTC

steps=" ${*:-bulk windows statements snapshots} "
# wants STEP: it was asked for.
wants() {
	case $steps in
	*" $1 "*) return 0 ;;
	esac
	return 1
}
if { wants bulk || wants windows; } && [ ! -r "$DATA/gen.c" ]; then
	echo "SKIP: bulk, windows: no generator at $DATA/gen.c (FINTRA_BENCH_DATA)" >&2
	steps=$(for step in statements snapshots; do wants "$step" && printf ' %s ' "$step"; done) || true
	[ -n "$steps" ] || exit 0
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/fintra-bench.XXXXXX")
chmod 755 "$dir"
ours=
fakes=

finish() {
	[ -z "$fakes" ] || kill $fakes 2>/dev/null || true
	[ -z "$ours" ] || "$here/../pg.sh" stop "$dir/pg" >/dev/null 2>&1 || true
	[ -n "${KEEP:-}" ] || rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ -z "${FINTRA_TEST_PG:-}" ]; then
	line=$("$here/../pg.sh" start "$dir/pg")
	eval "$line"
	ours=1
fi
mkdir -p "$BUILD/bench"
[ ! -r "$DATA/gen.c" ] || ${CC:-cc} -O2 -w -o "$BUILD/bench/gen" "$DATA/gen.c" -lm
gen() {
	"$BUILD/bench/gen" "$@"
}

bulk="$FINTRA_TEST_PG dbname=bench_bulk"
windows="$FINTRA_TEST_PG dbname=bench_windows"
sql() {
	db=$1
	shift
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$db" "$@"
}
fintra() {
	FINTRA_DB_CONNINFO=$1
	shift
	export FINTRA_DB_CONNINFO
	"$BUILD/fintra" "$@"
}
now() {
	date +%s.%N
}
since() {
	echo "$1 $(now)" | awk '{ printf "%.3f\n", $2 - $1 }'
}

universe() {
	sql "$1" -c "CREATE UNLOGGED TABLE load_universe (ticker text, name text, sector text, industry text)"
	gen universe "$SCALE" "$2" | sql "$1" -c "COPY load_universe FROM STDIN (FORMAT csv)"
	sql "$1" -c "INSERT INTO fintra_universe (ticker, name, sector, industry, is_active, type, instrument_type,
			exchange_short, first_seen, last_seen, last_profile_update)
		SELECT ticker, name, sector, industry, true, 'stock', 'EQUITY', 'NYSE', '$AS_OF', '$AS_OF', '$AS_OF'
		  FROM load_universe" -c "DROP TABLE load_universe"
}

fresh() {
	sql "$FINTRA_TEST_PG" -c "SET client_min_messages = warning" -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" -c "CREATE DATABASE $1"
	fintra "$FINTRA_TEST_PG dbname=$1" db init >/dev/null
}

load_bulk() {
	fresh bench_bulk
	universe "$bulk" a
	sql "$bulk" -c "CREATE UNLOGGED TABLE load_prices (ticker text, price_date date, open float8, high float8,
		low float8, close float8, adj_close float8, volume bigint)"
	gen pricesbin "$SCALE" | sql "$bulk" -c "COPY load_prices FROM STDIN (FORMAT binary)"
	sql "$bulk" -c "INSERT INTO prices_daily (ticker, price_date, open, high, low, close, adj_close, volume)
		SELECT * FROM load_prices ORDER BY price_date, hashtext(ticker)" -c "DROP TABLE load_prices" \
		-c "CREATE TABLE limit_performance (LIKE datos_performance INCLUDING ALL)" -c "VACUUM ANALYZE"
}

load_windows() {
	fresh bench_windows
	universe "$windows" b
	sql "$windows" -c "CREATE UNLOGGED TABLE load_perf (ticker text, day date, w text, r numeric, v numeric, d numeric)" \
		-c "CREATE UNLOGGED TABLE load_sector (sector text, day date, w text, r numeric)"
	gen perf "$SCALE" b | sql "$windows" -c "COPY load_perf FROM STDIN (FORMAT csv)"
	gen sector | sql "$windows" -c "COPY load_sector FROM STDIN (FORMAT csv)"
	sql "$windows" -c "INSERT INTO datos_performance (ticker, performance_date, window_code, return_percent, volatility,
			max_drawdown, source) SELECT *, 'bench' FROM load_perf WHERE r IS NOT NULL" \
		-c "INSERT INTO sector_performance (sector, performance_date, window_code, return_percent, source)
			SELECT sector, '$AS_OF', w, r, 'bench' FROM load_sector" \
		-c "DROP TABLE load_perf, load_sector" \
		-c "CREATE TABLE limit_windows (LIKE performance_windows INCLUDING ALL)" -c "VACUUM ANALYZE"
}

# timed FILE CONNINFO WORD...: runs the program and appends its wall time to FILE.
timed() {
	file=$1
	FINTRA_DB_CONNINFO=$2
	export FINTRA_DB_CONNINFO
	shift 2
	start=$(now)
	"$BUILD/fintra" "$@" >"$dir/out" 2>"$dir/err" || {
		cat "$dir/out" "$dir/err" >&2
		exit 1
	}
	since "$start" >>"$file"
}

# peak FILE CONNINFO WORD...: once more, untimed since looking costs time; writes the peak resident set (KiB).
peak() {
	file=$1
	FINTRA_DB_CONNINFO=$2
	export FINTRA_DB_CONNINFO
	shift 2
	"$BUILD/fintra" "$@" >"$dir/out" 2>"$dir/err" &
	pid=$!
	while [ -r "/proc/$pid/status" ]; do
		awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" >>"$file" 2>/dev/null || true
		sleep 0.02
	done
	wait "$pid"
}

bulk_program() {
	sql "$bulk" -c "TRUNCATE datos_performance" -c CHECKPOINT
	timed "$dir/bulk.program" "$bulk" run performance-bulk --as-of "$AS_OF" --force
}

bulk_limit() {
	[ -s "$dir/result.csv" ] || sql "$bulk" -c "COPY (SELECT ticker, window_code, performance_date, return_percent,
		absolute_return, volatility, max_drawdown, source, data_freshness FROM datos_performance)
		TO STDOUT" >"$dir/result.csv"
	sql "$bulk" -c "TRUNCATE limit_performance" -c CHECKPOINT
	start=$(now)
	sql "$bulk" -c "COPY (SELECT ticker, price_date, adj_close FROM prices_daily) TO STDOUT (FORMAT binary)" >/dev/null
	since "$start" >>"$dir/bulk.read"
	sql "$bulk" -f - <<-EOF
		BEGIN;
		CREATE TEMP TABLE stage (ticker text, window_code text, performance_date date, return_percent numeric,
			absolute_return numeric, volatility numeric, max_drawdown numeric, source text,
			data_freshness numeric) ON COMMIT DROP;
		\\copy stage from '$dir/result.csv'
		INSERT INTO limit_performance AS t (ticker, window_code, performance_date, return_percent, absolute_return,
			volatility, max_drawdown, source, data_freshness)
		SELECT * FROM stage
		ON CONFLICT (ticker, window_code, performance_date) DO UPDATE SET
			return_percent = EXCLUDED.return_percent, absolute_return = EXCLUDED.absolute_return,
			volatility = EXCLUDED.volatility, max_drawdown = EXCLUDED.max_drawdown;
		COMMIT;
	EOF
	since "$start" >>"$dir/bulk.limit"
}

windows_program() {
	sql "$windows" -c "TRUNCATE performance_windows" -c CHECKPOINT
	timed "$dir/windows.program" "$windows" run performance-windows-aggregator --as-of "$AS_OF" --force
}

windows_limit() {
	sql "$windows" -c "TRUNCATE limit_windows" -c CHECKPOINT
	start=$(now)
	sql "$windows" -f - <<-EOF
		INSERT INTO limit_windows AS x (ticker, benchmark_ticker, window_code, asset_return, benchmark_return, alpha,
			volatility, max_drawdown, as_of_date, source)
		WITH d AS (SELECT max(performance_date) ad FROM datos_performance),
		     e AS (SELECT max(performance_date) bd FROM sector_performance, d WHERE performance_date <= d.ad)
		SELECT p.ticker, u.sector, p.window_code, p.return_percent, s.return_percent,
		       p.return_percent - s.return_percent, p.volatility, p.max_drawdown, p.performance_date, 'limit'
		  FROM d, e, datos_performance p JOIN fintra_universe u USING (ticker)
		  JOIN sector_performance s ON s.sector = u.sector AND s.window_code = p.window_code
		 WHERE p.performance_date = d.ad AND s.performance_date = e.bd AND p.return_percent IS NOT NULL
		ON CONFLICT (ticker, benchmark_ticker, window_code, as_of_date) DO UPDATE SET
			asset_return = EXCLUDED.asset_return, benchmark_return = EXCLUDED.benchmark_return,
			alpha = EXCLUDED.alpha, volatility = EXCLUDED.volatility, max_drawdown = EXCLUDED.max_drawdown
		WHERE (x.asset_return, x.benchmark_return, x.alpha, x.volatility, x.max_drawdown) IS DISTINCT FROM
		      (EXCLUDED.asset_return, EXCLUDED.benchmark_return, EXCLUDED.alpha, EXCLUDED.volatility,
		       EXCLUDED.max_drawdown)
	EOF
	since "$start" >>"$dir/windows.limit"
}

median() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# report STEP NAME ROWS BUDGET_MIB [RATIO [FILE]]: times in FILE beside those of the limit; adds to $failed
report() {
	p=$(median "$dir/${6:-$1.program}")
	l=$(median "$dir/$1.limit")
	m=$(sort -n "$dir/$1.memory" | tail -1)
	awk -v name="$2" -v rows="$3" -v p="$p" -v l="$l" -v m="$m" -v budget="$4" -v ratio="${5:-$RATIO}" -v n="$ROUNDS" 'BEGIN {
		bad = p > ratio * l || m > budget * 1024
		printf "%-32s %8d rows  program %.3f s  limit %.3f s  ratio %.2f (<= %s)  peak %.1f MiB (<= %d)  medians of %d  %s\n",
			name, rows, p, l, p / l, ratio, m / 1024, budget, n, bad ? "TOO MUCH" : "ok"
		exit bad
	}' || failed=1
}

. "$here/statements.sh"
. "$here/snapshots.sh"
for step in bulk windows statements snapshots; do
	if wants "$step"; then
		"load_$step"
	fi
done
if wants bulk; then
	prices=$(sql "$bulk" -c "SELECT count(*) FROM prices_daily")
	echo "scale $SCALE: $prices prices in date order, $(sql "$bulk" -c "SELECT count(*) FROM fintra_universe") tickers"
fi
round=0
while [ "$round" -lt "$ROUNDS" ]; do
	round=$((round + 1))
	for step in bulk windows statements snapshots; do
		if wants "$step"; then
			"${step}_program"
			"${step}_limit"
		fi
	done
done
failed=0
if wants bulk; then
	peak "$dir/bulk.memory" "$bulk" run performance-bulk --as-of "$AS_OF" --force
	report bulk performance-bulk "$(sql "$bulk" -c "SELECT count(*) FROM datos_performance")" \
		$((FINTRA_RUN_PERF_MEMORY_MB + 64))
	echo "    of which the bare COPY of the limit: $(median "$dir/bulk.read") s"
fi
if wants windows; then
	peak "$dir/windows.memory" "$windows" run performance-windows-aggregator --as-of "$AS_OF" --force
	report windows performance-windows-aggregator \
		"$(sql "$windows" -c "SELECT count(*) FROM performance_windows")" 64
fi
if wants statements; then
	peak "$dir/statements.memory" "$statements" $statements_words --skip-download
	report statements financials-bulk "$(sql "$statements" -c "SELECT count(*) FROM datos_financieros")" 64
fi
if wants snapshots; then
	report_snapshots
fi
exit "$failed"

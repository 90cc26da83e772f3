# The step "statements" of bench.sh: 50 MB of statement files (income, balance sheet and cash flow of one fiscal year,
# from the stand-in's synthetic market) read from the cache, computed and stored, against \copy of the same rows into
# text tables by psql.  SCALE does not touch it.  Sourced by bench.sh.
statements="$FINTRA_TEST_PG dbname=bench_statements"
STATEMENT_TICKERS=${STATEMENT_TICKERS:-46500}
STATEMENT_YEAR=2024

# stand_in FILE WORD...: starts fakefmp, its address goes to FILE.
stand_in() {
	file=$1
	shift
	mkfifo "$file.pipe"
	"$BUILD/fakefmp" "$@" >"$file.pipe" &
	fakes="$fakes $!"
	head -n 1 "$file.pipe" >"$file" # waits for the line
}

load_statements() {
	fresh bench_statements
	mkdir -p "$dir/replay/fmp-shape" "$dir/cache"
	stand_in "$dir/market.url" --tickers "$STATEMENT_TICKERS" --start 2026-01-26 --end "$AS_OF" --clean
	for kind in income balance-sheet cash-flow; do
		curl -sf -H 'apikey: bench' -o "$dir/replay/fmp-shape/$kind-statement-bulk_${STATEMENT_YEAR}_FY.csv" \
			"$(cat "$dir/market.url")/stable/$kind-statement-bulk?year=$STATEMENT_YEAR&period=FY"
	done
	echo '"symbol","returnOnInvestedCapitalTTM"' >"$dir/replay/fmp-shape/key-metrics-ttm-bulk.csv"
	echo '"symbol","dividendYieldTTM"' >"$dir/replay/fmp-shape/ratios-ttm-bulk.csv"
	stand_in "$dir/replay.url" --replay "$dir/replay"
	FINTRA_FMP_BASE_URL=$(cat "$dir/replay.url")
	export FINTRA_FMP_BASE_URL FINTRA_FMP_API_KEY=bench FINTRA_FMP_PART_PAUSE_MS=0 FINTRA_PATHS_CACHE_DIR="$dir/cache"
	cut -d, -f2 "$dir/replay/fmp-shape/income-statement-bulk_${STATEMENT_YEAR}_FY.csv" | tr -d '"' | sed 1d |
		sql "$statements" -c "CREATE UNLOGGED TABLE load_symbols (ticker text)" -c "COPY load_symbols FROM STDIN"
	sql "$statements" -c "INSERT INTO fintra_universe (ticker, name, is_active, instrument_type, last_seen)
		SELECT ticker, ticker, true, 'EQUITY', '$AS_OF' FROM load_symbols" -c "DROP TABLE load_symbols"
	for kind in income balance-sheet cash-flow; do
		table=text_$(echo "$kind" | tr - _)
		columns=$(head -1 "$dir/replay/fmp-shape/$kind-statement-bulk_${STATEMENT_YEAR}_FY.csv" | tr -d '\r' |
			sed 's/,/ text, /g; s/$/ text/')
		sql "$statements" -c "CREATE TABLE $table ($columns)"
	done
	statements_words="run financials-bulk --as-of $AS_OF --years $STATEMENT_YEAR --force --gate off"
	timed "$dir/statements.first" "$statements" $statements_words # fills the cache
	sql "$statements" -c "VACUUM ANALYZE"
	echo "statements: $(sql "$statements" -c "SELECT count(*) FROM fintra_universe") companies, $(cat "$dir"/replay/fmp-shape/*_FY.csv |
		wc -c) bytes in three files"
}

statements_program() {
	sql "$statements" -c "TRUNCATE datos_financieros" -c CHECKPOINT
	timed "$dir/statements.program" "$statements" $statements_words --skip-download
}

statements_limit() {
	sql "$statements" -c "TRUNCATE text_income, text_balance_sheet, text_cash_flow" -c CHECKPOINT
	start=$(now)
	for kind in income balance-sheet cash-flow; do
		printf "%s '%s' %s\n" "\\copy text_$(echo "$kind" | tr - _) from" \
			"$dir/replay/fmp-shape/$kind-statement-bulk_${STATEMENT_YEAR}_FY.csv" "with (format csv, header)"
	done | sql "$statements" -f -
	since "$start" >>"$dir/statements.limit"
	# A limit that did nothing is none.
	[ "$(sql "$statements" -c "SELECT count(*) FROM text_income")" = "$(sql "$statements" -c "SELECT count(*) FROM fintra_universe")" ]
}

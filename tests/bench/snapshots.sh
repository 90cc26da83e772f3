# The step "snapshots" of bench.sh: fmp-bulk over SNAPSHOT_TICKERS synthetic stocks of 11 sectors and 150 industries,
# once into an empty day and once where nothing changes, against a binary COPY out of the columns and rows that it
# reads and a binary COPY of its output rows into an empty table with the same key.  SCALE does not touch it.  Sourced
# by bench.sh.
snapshots="$FINTRA_TEST_PG dbname=bench_snapshots"
SNAPSHOT_TICKERS=${SNAPSHOT_TICKERS:-22000}
SNAPSHOT_RATIO=${SNAPSHOT_RATIO:-2.5}
snapshots_words="run fmp-bulk --as-of $AS_OF --gate warn"

load_snapshots() {
	fresh bench_snapshots
	sql "$snapshots" -v tickers="$SNAPSHOT_TICKERS" -v day="$AS_OF" -f "$here/snapshots.sql"
	timed "$dir/snapshots.first" "$snapshots" $snapshots_words
	sql "$snapshots" -c "CREATE TABLE limit_snapshots (LIKE fintra_snapshots INCLUDING ALL)" \
		-c "COPY fintra_snapshots TO STDOUT (FORMAT binary)" >"$dir/snapshots.rows"
	sql "$snapshots" -c "VACUUM ANALYZE"
	echo "snapshots: $(sql "$snapshots" -c "SELECT count(*) FROM fintra_universe") companies," \
		"$(wc -c <"$dir/snapshots.rows") bytes of output rows"
}

snapshots_program() {
	sql "$snapshots" -c "TRUNCATE fintra_snapshots" -c CHECKPOINT
	timed "$dir/snapshots.program" "$snapshots" $snapshots_words --force
	sql "$snapshots" -c CHECKPOINT
	timed "$dir/snapshots.again" "$snapshots" $snapshots_words --force
	grep -q " inserted 0 updated 0 unchanged $SNAPSHOT_TICKERS " "$dir/out" # a run that did nothing is none
}

snapshots_limit() {
	sql "$snapshots" -c "TRUNCATE limit_snapshots" -c CHECKPOINT
	start=$(now)
	sql "$snapshots" -f "$here/snapshots_inputs.sql" >/dev/null
	since "$start" >>"$dir/snapshots.read"
	sql "$snapshots" -c "COPY limit_snapshots FROM STDIN (FORMAT binary)" <"$dir/snapshots.rows"
	since "$start" >>"$dir/snapshots.limit"
}

report_snapshots() {
	sql "$snapshots" -c "TRUNCATE fintra_snapshots" -c CHECKPOINT
	peak "$dir/snapshots.memory" "$snapshots" $snapshots_words --force
	rows=$(sql "$snapshots" -c "SELECT count(*) FROM fintra_snapshots")
	report snapshots "fmp-bulk, empty day" "$rows" 128 "$SNAPSHOT_RATIO"
	report snapshots "fmp-bulk, nothing changes" "$rows" 128 "$SNAPSHOT_RATIO" snapshots.again
	echo "    of which the COPY out of the inputs: $(median "$dir/snapshots.read") s"
}

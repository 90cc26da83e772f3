-- Snapshots into fintra_snapshots: computed by the program, they come as rows of the stage.

-- name: snapshot_stage
-- Rows of some six kilobytes stay whole: what only passes through is not worth compressing.
CREATE TEMP TABLE stage_snapshots (
	ticker text, sector text, profile_structural jsonb, market_snapshot jsonb, valuation jsonb,
	market_position jsonb, investment_verdict jsonb, data_confidence jsonb, fundamentals_growth jsonb,
	strategic_state jsonb, relative_return jsonb, industry_performance jsonb, sector_performance jsonb,
	sector_pe jsonb, classification jsonb, ifs jsonb, ifs_fy jsonb, fgos_components jsonb, fgos_status text,
	fgos_category text, fgos_confidence_label text, fgos_maturity text, fgos_score numeric,
	fgos_confidence_percent numeric, relative_vs_sector_1m numeric, relative_vs_sector_3m numeric,
	relative_vs_sector_6m numeric, relative_vs_sector_1y numeric, relative_vs_sector_2y numeric,
	relative_vs_sector_3y numeric, relative_vs_sector_5y numeric, relative_vs_market_1m numeric,
	relative_vs_market_3m numeric, relative_vs_market_6m numeric, relative_vs_market_1y numeric,
	relative_vs_market_2y numeric, relative_vs_market_3y numeric, relative_vs_market_5y numeric
) WITH (toast_tuple_target = 8160) ON COMMIT DROP;

-- name: snapshot_copy
COPY stage_snapshots (ticker, sector, profile_structural, market_snapshot, valuation, market_position,
	investment_verdict, data_confidence, fundamentals_growth, strategic_state, relative_return,
	industry_performance, sector_performance, sector_pe, classification, ifs, ifs_fy,
	fgos_components, fgos_status, fgos_category, fgos_confidence_label, fgos_maturity, fgos_score,
	fgos_confidence_percent, relative_vs_sector_1m, relative_vs_sector_3m, relative_vs_sector_6m,
	relative_vs_sector_1y, relative_vs_sector_2y, relative_vs_sector_3y, relative_vs_sector_5y,
	relative_vs_market_1m, relative_vs_market_3m, relative_vs_market_6m, relative_vs_market_1y,
	relative_vs_market_2y, relative_vs_market_3y, relative_vs_market_5y) FROM STDIN;

-- name: stage_snapshot_keep
-- What the vendor was asked for not long ago (update-mvp) is newer than the tables that the stage was made from.
-- $1 snapshot_date, $2 engine_version text, $3 what was asked for after this moment is kept, as text
UPDATE stage_snapshots s
   SET profile_structural = t.profile_structural
  FROM fintra_snapshots t
 WHERE t.ticker = s.ticker AND t.snapshot_date = $1::date AND t.engine_version = $2::text
   AND s.profile_structural ->> 'source' IS DISTINCT FROM 'on_demand'
   AND t.profile_structural ->> 'source' = 'on_demand'
   AND (t.profile_structural ->> 'last_updated') COLLATE "C" > $3::text COLLATE "C";

-- name: snapshot_merge
-- rows of stage_snapshots by ticker
-- Ranks are compute-ranks' and stay as they are.  That the vendor said the same again is no difference, unless it has not
-- been noted for some time.
-- $1 snapshot_date, $2 engine_version text, $3 created_at in ms, $4 a note after this moment will do, as text
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH m AS (
	INSERT INTO fintra_snapshots AS t (ticker, snapshot_date, engine_version,
		sector, profile_structural, market_snapshot, valuation, market_position, investment_verdict,
		data_confidence, fundamentals_growth, strategic_state, relative_return, industry_performance,
		sector_performance, sector_pe, classification, ifs, ifs_fy, fgos_components, fgos_status,
		fgos_category, fgos_confidence_label, fgos_maturity, fgos_score, fgos_confidence_percent,
		relative_vs_sector_1m, relative_vs_sector_3m, relative_vs_sector_6m, relative_vs_sector_1y,
		relative_vs_sector_2y, relative_vs_sector_3y, relative_vs_sector_5y, relative_vs_market_1m,
		relative_vs_market_3m, relative_vs_market_6m, relative_vs_market_1y, relative_vs_market_2y,
		relative_vs_market_3y, relative_vs_market_5y, created_at)
	SELECT DISTINCT ON (ticker) ticker, $1::date, $2::text,
	       sector, profile_structural, market_snapshot, valuation, market_position, investment_verdict,
	       data_confidence, fundamentals_growth, strategic_state, relative_return, industry_performance,
	       sector_performance, sector_pe, classification, ifs, ifs_fy, fgos_components, fgos_status,
	       fgos_category, fgos_confidence_label, fgos_maturity, fgos_score, fgos_confidence_percent,
	       relative_vs_sector_1m, relative_vs_sector_3m, relative_vs_sector_6m, relative_vs_sector_1y,
	       relative_vs_sector_2y, relative_vs_sector_3y, relative_vs_sector_5y, relative_vs_market_1m,
	       relative_vs_market_3m, relative_vs_market_6m, relative_vs_market_1y, relative_vs_market_2y,
	       relative_vs_market_3y, relative_vs_market_5y,
	       to_timestamp($3::bigint / 1000.0)
	  FROM stage_snapshots
	 ORDER BY ticker
	ON CONFLICT (ticker, snapshot_date, engine_version) DO UPDATE SET
		sector = EXCLUDED.sector, profile_structural = EXCLUDED.profile_structural,
		market_snapshot = EXCLUDED.market_snapshot, valuation = EXCLUDED.valuation,
		market_position = EXCLUDED.market_position, investment_verdict = EXCLUDED.investment_verdict,
		data_confidence = EXCLUDED.data_confidence, fundamentals_growth = EXCLUDED.fundamentals_growth,
		strategic_state = EXCLUDED.strategic_state, relative_return = EXCLUDED.relative_return,
		industry_performance = EXCLUDED.industry_performance,
		sector_performance = EXCLUDED.sector_performance, sector_pe = EXCLUDED.sector_pe,
		classification = EXCLUDED.classification, ifs = EXCLUDED.ifs, ifs_fy = EXCLUDED.ifs_fy,
		fgos_components = EXCLUDED.fgos_components, fgos_status = EXCLUDED.fgos_status,
		fgos_category = EXCLUDED.fgos_category, fgos_confidence_label = EXCLUDED.fgos_confidence_label,
		fgos_maturity = EXCLUDED.fgos_maturity, fgos_score = EXCLUDED.fgos_score,
		fgos_confidence_percent = EXCLUDED.fgos_confidence_percent,
		relative_vs_sector_1m = EXCLUDED.relative_vs_sector_1m,
		relative_vs_sector_3m = EXCLUDED.relative_vs_sector_3m,
		relative_vs_sector_6m = EXCLUDED.relative_vs_sector_6m,
		relative_vs_sector_1y = EXCLUDED.relative_vs_sector_1y,
		relative_vs_sector_2y = EXCLUDED.relative_vs_sector_2y,
		relative_vs_sector_3y = EXCLUDED.relative_vs_sector_3y,
		relative_vs_sector_5y = EXCLUDED.relative_vs_sector_5y,
		relative_vs_market_1m = EXCLUDED.relative_vs_market_1m,
		relative_vs_market_3m = EXCLUDED.relative_vs_market_3m,
		relative_vs_market_6m = EXCLUDED.relative_vs_market_6m,
		relative_vs_market_1y = EXCLUDED.relative_vs_market_1y,
		relative_vs_market_2y = EXCLUDED.relative_vs_market_2y,
		relative_vs_market_3y = EXCLUDED.relative_vs_market_3y,
		relative_vs_market_5y = EXCLUDED.relative_vs_market_5y,
		created_at = EXCLUDED.created_at
	 WHERE (t.sector, t.profile_structural - CASE WHEN (t.profile_structural ->> 'last_updated') COLLATE "C"
	                                                   > $4::text COLLATE "C" THEN 'last_updated' ELSE '' END,
		t.market_snapshot, t.valuation, t.market_position,
		t.investment_verdict, t.data_confidence, t.fundamentals_growth, t.strategic_state,
		t.relative_return, t.industry_performance, t.sector_performance, t.sector_pe,
		t.classification, t.ifs, t.ifs_fy, t.fgos_components, t.fgos_status, t.fgos_category,
		t.fgos_confidence_label, t.fgos_maturity, t.fgos_score, t.fgos_confidence_percent,
		t.relative_vs_sector_1m, t.relative_vs_sector_3m, t.relative_vs_sector_6m,
		t.relative_vs_sector_1y, t.relative_vs_sector_2y, t.relative_vs_sector_3y,
		t.relative_vs_sector_5y, t.relative_vs_market_1m, t.relative_vs_market_3m,
		t.relative_vs_market_6m, t.relative_vs_market_1y, t.relative_vs_market_2y,
		t.relative_vs_market_3y, t.relative_vs_market_5y)
	       IS DISTINCT FROM
	       (EXCLUDED.sector, EXCLUDED.profile_structural
	                         - CASE WHEN (t.profile_structural ->> 'last_updated') COLLATE "C"
	                                     > $4::text COLLATE "C" THEN 'last_updated' ELSE '' END,
		EXCLUDED.market_snapshot, EXCLUDED.valuation,
		EXCLUDED.market_position, EXCLUDED.investment_verdict, EXCLUDED.data_confidence,
		EXCLUDED.fundamentals_growth, EXCLUDED.strategic_state, EXCLUDED.relative_return,
		EXCLUDED.industry_performance, EXCLUDED.sector_performance, EXCLUDED.sector_pe,
		EXCLUDED.classification, EXCLUDED.ifs, EXCLUDED.ifs_fy, EXCLUDED.fgos_components,
		EXCLUDED.fgos_status, EXCLUDED.fgos_category, EXCLUDED.fgos_confidence_label,
		EXCLUDED.fgos_maturity, EXCLUDED.fgos_score, EXCLUDED.fgos_confidence_percent,
		EXCLUDED.relative_vs_sector_1m, EXCLUDED.relative_vs_sector_3m,
		EXCLUDED.relative_vs_sector_6m, EXCLUDED.relative_vs_sector_1y,
		EXCLUDED.relative_vs_sector_2y, EXCLUDED.relative_vs_sector_3y,
		EXCLUDED.relative_vs_sector_5y, EXCLUDED.relative_vs_market_1m,
		EXCLUDED.relative_vs_market_3m, EXCLUDED.relative_vs_market_6m,
		EXCLUDED.relative_vs_market_1y, EXCLUDED.relative_vs_market_2y,
		EXCLUDED.relative_vs_market_3y, EXCLUDED.relative_vs_market_5y)
	RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM stage_snapshots), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;

-- name: snapshot_counted
-- $1 snapshot_date, $2 engine_version text, $3 tickers text[]
-- returns of these companies: snapshots, with an FGOS score, with an IFS, with a return against the sector of one year
SELECT count(*), count(fgos_score), count(ifs), count(relative_vs_sector_1y)
  FROM fintra_snapshots
 WHERE snapshot_date = $1::date AND engine_version = $2::text AND ticker = ANY ($3::text[]);

-- The state of every ticker, from the newest rows up to the as-of date.

-- name: market_state_inputs
-- $1 as_of date
-- returns whether there are snapshots, whether there are prices up to it, whether there is a table of ecosystem
-- reports, newest last_price_date stored
SELECT EXISTS (SELECT 1 FROM fintra_snapshots WHERE snapshot_date <= $1::date),
       EXISTS (SELECT 1 FROM prices_daily WHERE price_date <= $1::date),
       to_regclass('fintra_ecosystem_reports') IS NOT NULL,
       (SELECT max(last_price_date) FROM fintra_market_state);

-- name: market_state_units
-- $1 tickers of a unit bigint, $2 the only ticker or NULL, $3 number of tickers or 0
-- returns first, last, tickers, newest last_seen of each unit, in byte order
SELECT min(ticker COLLATE "C"), max(ticker COLLATE "C"), count(*), max(last_seen)
  FROM (SELECT ticker, last_seen, row_number() OVER (ORDER BY ticker COLLATE "C") AS n
          FROM fintra_universe
         WHERE is_active AND ($2::text IS NULL OR ticker = $2::text)) a
 WHERE $3::bigint = 0 OR n <= $3::bigint
 GROUP BY (n - 1) / $1::bigint
 ORDER BY (n - 1) / $1::bigint;

-- name: market_state_stage
CREATE TEMP TABLE stage_market_state (
	ticker text, price numeric, change numeric, change_percentage numeric, market_cap numeric, volume numeric,
	ytd_return numeric, last_price_date date, sector text, industry text, country text, company_name text,
	fgos_score numeric, fgos_confidence_label text, fgos_confidence_percent numeric, valuation_status text,
	verdict_text text, ecosystem_score numeric, market_position jsonb, strategic_state jsonb,
	relative_return jsonb, snapshot_date date, closes bigint, ytd_date date
) ON COMMIT DROP;

-- name: stage_market_state_fill
-- The price of a snapshot counts while no close is newer.  What the universe does not know of a company the snapshot
-- tells.  A snapshot without components says nothing of the advantage and the mood: no strategic state.
-- $1 as_of date, $2 first and $3 last ticker, $4 engine version that comes first; $5 bands of the advantage, $6
-- summaries of the position, $7 bands of the mood, $8 the state of each such case: four text[], '' = not known
-- returns tickers, snapshots, newest of them, closes, newest of them, returns of the year, newest of them
WITH strategy AS (
	SELECT * FROM unnest($5::text[], $6::text[], $7::text[], $8::text[]) AS g (advantage, summary, mood, state)
), k AS (
	SELECT u.ticker, u.sector AS own_sector, u.industry, u.country, u.name, s.*, l.close, l.price_date, l.volume,
	       b.close AS previous, y.return_percent, y.performance_date,
	       CASE WHEN s.snapshot_date >= l.price_date OR l.price_date IS NULL THEN coalesce(s.quoted, l.close)
	            ELSE l.close END AS price
	  FROM fintra_universe u
	  LEFT JOIN LATERAL (
		SELECT snapshot_date, sector, classification, profile_structural #> '{identity}' AS identity,
		       fgos_score, fgos_confidence_label, fgos_confidence_percent, fgos_components, valuation,
		       investment_verdict, market_position, relative_return,
		       CASE WHEN jsonb_typeof(market_snapshot -> 'price') = 'number'
		            THEN (market_snapshot ->> 'price')::numeric END AS quoted,
		       CASE WHEN jsonb_typeof(market_snapshot -> 'market_cap') = 'number'
		            THEN (market_snapshot ->> 'market_cap')::numeric END AS market_cap
		  FROM fintra_snapshots f
		 WHERE f.ticker = u.ticker AND f.snapshot_date <= $1::date
		 ORDER BY f.snapshot_date DESC, f.engine_version = $4::text DESC, f.engine_version COLLATE "C" DESC
		 LIMIT 1) s ON true
	  LEFT JOIN LATERAL (
		SELECT close, price_date, volume FROM prices_daily p
		 WHERE p.ticker = u.ticker AND p.price_date <= $1::date
		 ORDER BY p.price_date DESC
		 LIMIT 1) l ON true
	  LEFT JOIN LATERAL (
		SELECT close FROM prices_daily p
		 WHERE p.ticker = u.ticker AND p.price_date < l.price_date
		 ORDER BY p.price_date DESC
		 LIMIT 1) b ON true
	  LEFT JOIN LATERAL (
		SELECT return_percent, performance_date FROM datos_performance d
		 WHERE d.ticker = u.ticker AND d.window_code = 'YTD' AND d.performance_date <= $1::date
		 ORDER BY d.performance_date DESC
		 LIMIT 1) y ON true
	 WHERE u.is_active AND u.ticker COLLATE "C" BETWEEN $2::text AND $3::text
), f AS (
	INSERT INTO stage_market_state
	SELECT k.ticker, k.price, k.price - k.previous,
	       round(100 * (k.price - k.previous) / nullif(k.previous, 0), 12)::float8::text::numeric,
	       k.market_cap, k.volume, k.return_percent, k.price_date,
	       coalesce(nullif(btrim(k.own_sector), ''), k.sector),
	       coalesce(nullif(btrim(k.industry), ''), k.classification ->> 'industry'),
	       coalesce(nullif(btrim(k.country), ''), k.identity ->> 'country'),
	       coalesce(nullif(btrim(k.name), ''), k.identity ->> 'name'),
	       k.fgos_score, k.fgos_confidence_label, k.fgos_confidence_percent,
	       lower(coalesce(k.valuation ->> 'valuation_status', k.valuation ->> 'canonical_status')),
	       coalesce(k.investment_verdict ->> 'verdict', k.investment_verdict ->> 'summary'), NULL,
	       k.market_position, to_jsonb(g.state), k.relative_return, k.snapshot_date,
	       (k.price_date IS NOT NULL)::int + (k.previous IS NOT NULL)::int, k.performance_date
	  FROM k
	  LEFT JOIN strategy g
	    ON jsonb_typeof(k.fgos_components) = 'object'
	   AND g.advantage = coalesce(k.fgos_components #>> '{competitive_advantage,band}', '')
	   AND g.summary = CASE WHEN k.market_position ->> 'status' = 'pending' THEN ''
	                        ELSE coalesce(k.market_position ->> 'summary', '') END
	   AND g.mood = coalesce(k.fgos_components #>> '{sentiment_details,band}', '')
	RETURNING snapshot_date, closes, last_price_date, ytd_date
)
SELECT count(*), count(snapshot_date), max(snapshot_date), coalesce(sum(closes), 0), max(last_price_date),
       count(ytd_date), max(ytd_date)
  FROM f;

-- name: stage_market_state_reports
-- $1 as_of date, $2 first and $3 last ticker
-- returns tickers with a score, newest date of one
WITH r AS (
	SELECT DISTINCT ON (ticker) ticker, date, ecosystem_score
	  FROM fintra_ecosystem_reports
	 WHERE date <= $1::date AND ecosystem_score IS NOT NULL AND ticker COLLATE "C" BETWEEN $2::text AND $3::text
	 ORDER BY ticker, date DESC, id DESC
), m AS (
	UPDATE stage_market_state t
	   SET ecosystem_score = r.ecosystem_score
	  FROM r
	 WHERE t.ticker = r.ticker
	RETURNING r.date
)
SELECT count(*), max(date) FROM m;

-- name: market_state_merge
-- rows of stage_market_state by ticker
-- $1 updated_at in ms
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH m AS (
	INSERT INTO fintra_market_state AS t (ticker, price, change, change_percentage, market_cap, volume, ytd_return,
		last_price_date, sector, industry, country, company_name, fgos_score, fgos_confidence_label,
		fgos_confidence_percent, valuation_status, verdict_text, ecosystem_score, market_position,
		strategic_state, relative_return, source, updated_at)
	SELECT DISTINCT ON (ticker) ticker, price, change, change_percentage, market_cap, volume, ytd_return,
	       last_price_date, sector, industry, country, company_name, fgos_score, fgos_confidence_label,
	       fgos_confidence_percent, valuation_status, verdict_text, ecosystem_score, market_position,
	       strategic_state, relative_return, 'market_state_cron', to_timestamp($1::bigint / 1000.0)
	  FROM stage_market_state
	 ORDER BY ticker
	ON CONFLICT (ticker) DO UPDATE SET
		price = EXCLUDED.price, change = EXCLUDED.change, change_percentage = EXCLUDED.change_percentage,
		market_cap = EXCLUDED.market_cap, volume = EXCLUDED.volume, ytd_return = EXCLUDED.ytd_return,
		last_price_date = EXCLUDED.last_price_date, sector = EXCLUDED.sector, industry = EXCLUDED.industry,
		country = EXCLUDED.country, company_name = EXCLUDED.company_name, fgos_score = EXCLUDED.fgos_score,
		fgos_confidence_label = EXCLUDED.fgos_confidence_label,
		fgos_confidence_percent = EXCLUDED.fgos_confidence_percent,
		valuation_status = EXCLUDED.valuation_status, verdict_text = EXCLUDED.verdict_text,
		ecosystem_score = EXCLUDED.ecosystem_score, market_position = EXCLUDED.market_position,
		strategic_state = EXCLUDED.strategic_state, relative_return = EXCLUDED.relative_return,
		source = EXCLUDED.source, updated_at = EXCLUDED.updated_at
	 WHERE (t.price, t.change, t.change_percentage, t.market_cap, t.volume, t.ytd_return, t.last_price_date,
		t.sector, t.industry, t.country, t.company_name, t.fgos_score, t.fgos_confidence_label,
		t.fgos_confidence_percent, t.valuation_status, t.verdict_text, t.ecosystem_score, t.market_position,
		t.strategic_state, t.relative_return)
	       IS DISTINCT FROM
	       (EXCLUDED.price, EXCLUDED.change, EXCLUDED.change_percentage, EXCLUDED.market_cap, EXCLUDED.volume,
		EXCLUDED.ytd_return, EXCLUDED.last_price_date, EXCLUDED.sector, EXCLUDED.industry, EXCLUDED.country,
		EXCLUDED.company_name, EXCLUDED.fgos_score, EXCLUDED.fgos_confidence_label,
		EXCLUDED.fgos_confidence_percent, EXCLUDED.valuation_status, EXCLUDED.verdict_text,
		EXCLUDED.ecosystem_score, EXCLUDED.market_position, EXCLUDED.strategic_state,
		EXCLUDED.relative_return)
	RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM stage_market_state), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;

-- name: market_state_counted
-- $1 first and $2 last ticker
-- returns rows of active tickers among them
SELECT count(*) FROM fintra_market_state m
  JOIN fintra_universe u ON u.ticker = m.ticker AND u.is_active
 WHERE m.ticker COLLATE "C" BETWEEN $1::text AND $2::text;

-- name: market_state_forget
DELETE FROM fintra_market_state m
 WHERE NOT EXISTS (SELECT 1 FROM fintra_universe u WHERE u.ticker = m.ticker AND u.is_active);

-- The universe of instruments: one row per symbol of the vendor's profiles.

-- name: sync_universe_stage
-- The profiles of one run, as sent.
CREATE TEMP TABLE stage_universe (
	seq bigint, ticker text, name text, exchange text, exchange_short text, currency text, sector text,
	industry text, country text, instrument_type text, is_etf boolean, is_adr boolean, is_fund boolean,
	profile_confidence numeric
) ON COMMIT DROP;

-- name: sync_universe_copy
COPY stage_universe (seq, ticker, name, exchange, exchange_short, currency, sector, industry, country,
	instrument_type, is_etf, is_adr, is_fund, profile_confidence) FROM STDIN;

-- name: stage_universe_first
-- Keeps the first tickers only.
-- $1 how many bigint
DELETE FROM stage_universe
 WHERE ticker NOT IN (SELECT ticker FROM (SELECT DISTINCT ticker COLLATE "C" AS ticker FROM stage_universe) d
                       ORDER BY ticker LIMIT $1::bigint);

-- name: stage_universe_symbols
-- returns tickers bigint, sent more than once bigint, of them differing bigint, an example text
SELECT count(*), count(*) FILTER (WHERE n > 1), count(*) FILTER (WHERE forms > 1),
       min(ticker) FILTER (WHERE forms > 1)
  FROM (SELECT ticker, count(*) AS n,
               count(DISTINCT (name, exchange, exchange_short, currency, sector, industry, country,
                               instrument_type)) AS forms
          FROM stage_universe GROUP BY ticker) d;

-- name: sync_universe_history
-- What earlier full runs brought.
-- $1 job, $2 as_of date
-- returns runs bigint, median rows, median tickers
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY rows_read),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY tickers)
  FROM (SELECT rows_read, (result->>'processed')::bigint AS tickers
          FROM fintra_ops.run
         WHERE job = $1 AND state = 'success' AND as_of <= $2::date
           AND coalesce(params->>'ticker', '') = '' AND coalesce(params->>'limit', '0') = '0'
           AND coalesce(params->>'dry_run', '0') = '0' AND result ? 'processed'
         ORDER BY id DESC LIMIT 5) g;

-- name: sync_universe_active
-- returns tickers of the vendor that are active bigint
SELECT count(*) FROM fintra_universe WHERE is_active AND source = 'FMP';

-- name: stage_universe_exchanges
-- Exchanges of more than $1 active tickers of which fewer than the share $2 came again.
-- returns exchange text, active bigint, seen bigint
SELECT u.exchange_short, count(*), count(s.ticker)
  FROM fintra_universe u
  LEFT JOIN (SELECT DISTINCT ticker FROM stage_universe) s ON s.ticker = u.ticker
 WHERE u.is_active AND u.source = 'FMP' AND u.exchange_short IS NOT NULL
 GROUP BY u.exchange_short
HAVING count(*) > $1::bigint AND count(s.ticker) < count(*) * $2::numeric
 ORDER BY u.exchange_short;

-- name: sync_universe_merge
-- rows of stage_universe by ticker
-- An older as-of date never moves last_seen or last_profile_update back.
-- $1 as_of date
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH m AS (
	INSERT INTO fintra_universe AS t (ticker, name, exchange, exchange_short, currency, is_active, first_seen,
		last_seen, source, sector, industry, sub_industry, instrument_type, is_etf, is_adr, is_fund,
		country, region, profile_confidence, last_profile_update)
	SELECT DISTINCT ON (ticker) ticker, name, exchange, exchange_short, currency, true, $1::date, $1::date,
	       'FMP', sector, industry, NULL, instrument_type, is_etf, is_adr, is_fund, country, NULL,
	       profile_confidence, $1::date
	  FROM stage_universe
	 ORDER BY ticker, seq DESC
	ON CONFLICT (ticker) DO UPDATE SET name = EXCLUDED.name, exchange = EXCLUDED.exchange,
		exchange_short = EXCLUDED.exchange_short, currency = EXCLUDED.currency, is_active = true,
		last_seen = GREATEST(t.last_seen, EXCLUDED.last_seen), source = EXCLUDED.source,
		sector = EXCLUDED.sector, industry = EXCLUDED.industry, sub_industry = NULL,
		instrument_type = EXCLUDED.instrument_type, is_etf = EXCLUDED.is_etf, is_adr = EXCLUDED.is_adr,
		is_fund = EXCLUDED.is_fund, country = EXCLUDED.country, region = NULL,
		profile_confidence = EXCLUDED.profile_confidence,
		last_profile_update = GREATEST(t.last_profile_update, EXCLUDED.last_profile_update)
	 WHERE (t.name, t.exchange, t.exchange_short, t.currency, t.is_active, t.last_seen, t.sector, t.industry,
		t.sub_industry, t.instrument_type, t.is_etf, t.is_adr, t.is_fund, t.country, t.region,
		t.profile_confidence, t.last_profile_update)
	       IS DISTINCT FROM
	       (EXCLUDED.name, EXCLUDED.exchange, EXCLUDED.exchange_short, EXCLUDED.currency, true,
		GREATEST(t.last_seen, EXCLUDED.last_seen), EXCLUDED.sector, EXCLUDED.industry, NULL::text,
		EXCLUDED.instrument_type, EXCLUDED.is_etf, EXCLUDED.is_adr, EXCLUDED.is_fund, EXCLUDED.country,
		NULL::text, EXCLUDED.profile_confidence,
		GREATEST(t.last_profile_update, EXCLUDED.last_profile_update))
	RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM (SELECT DISTINCT ticker FROM stage_universe) d),
       count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;

-- name: sync_universe_deactivate
-- $1 as_of date
UPDATE fintra_universe SET is_active = false
 WHERE source = 'FMP' AND last_seen < $1::date AND is_active;

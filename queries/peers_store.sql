-- Who resembles whom.  stage_peers: one row without a peer for each ticker that came, and one per peer; of a
-- ticker that came more than once the last counts.

-- name: peers_store_stage
CREATE TEMP TABLE stage_peers (seq bigint, ticker text, peer_ticker text) ON COMMIT DROP;

-- name: peers_store_copy
COPY stage_peers (seq, ticker, peer_ticker) FROM STDIN;

-- name: stage_peers_count
-- returns tickers that came bigint, of them with peers bigint, relations bigint
WITH came AS (
	SELECT ticker, max(seq) AS seq FROM stage_peers WHERE peer_ticker IS NULL GROUP BY ticker
), sent AS (
	SELECT DISTINCT s.ticker, s.peer_ticker
	  FROM stage_peers s JOIN came c ON c.ticker = s.ticker AND c.seq = s.seq
	 WHERE s.peer_ticker IS NOT NULL
)
SELECT (SELECT count(*) FROM came), (SELECT count(DISTINCT ticker) FROM sent), (SELECT count(*) FROM sent);

-- name: peers_store_stored
-- returns relations between active stocks bigint
SELECT count(*) FROM fmp_peers
 WHERE ticker IN (SELECT ticker FROM fintra_active_stocks)
   AND peer_ticker IN (SELECT ticker FROM fintra_active_stocks);

-- name: peers_store_merge
-- $1 source, $2 confidence, $3 created_at in ms
-- returns distinct_rows bigint, inserted bigint, updated bigint
WITH came AS (
	SELECT ticker, max(seq) AS seq FROM stage_peers WHERE peer_ticker IS NULL GROUP BY ticker
), sent AS (
	SELECT DISTINCT s.ticker, s.peer_ticker
	  FROM stage_peers s JOIN came c ON c.ticker = s.ticker AND c.seq = s.seq
	 WHERE s.peer_ticker IS NOT NULL
), m AS (
	INSERT INTO fmp_peers AS t (ticker, peer_ticker, source, confidence, created_at)
	SELECT DISTINCT ON (ticker, peer_ticker) ticker, peer_ticker, $1::text, $2::text,
	       to_timestamp($3::bigint / 1000.0)
	  FROM sent
	 ORDER BY ticker, peer_ticker
	ON CONFLICT (ticker, peer_ticker) DO UPDATE SET source = EXCLUDED.source, confidence = EXCLUDED.confidence,
		created_at = EXCLUDED.created_at
	 WHERE t.confidence IS DISTINCT FROM EXCLUDED.confidence
	RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM sent), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh)
  FROM m;

-- name: stage_peers_forget
-- Relations of the tickers that came, and were not sent any more.
WITH came AS (
	SELECT ticker, max(seq) AS seq FROM stage_peers WHERE peer_ticker IS NULL GROUP BY ticker
)
DELETE FROM fmp_peers p
 WHERE p.ticker IN (SELECT ticker FROM came)
   AND NOT EXISTS (SELECT 1 FROM stage_peers s JOIN came c ON c.ticker = s.ticker AND c.seq = s.seq
                    WHERE s.ticker = p.ticker AND s.peer_ticker = p.peer_ticker);

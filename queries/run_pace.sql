-- One budget of calls for all processes and hosts: each call takes the next free moment of its row.

-- name: pace_take
-- $1 budget, $2 ms between two calls
-- returns ms to wait for the moment taken
INSERT INTO fintra_ops.pace AS p (budget, next_at)
VALUES ($1::text, clock_timestamp() + $2::bigint * interval '1 millisecond')
    ON CONFLICT (budget) DO UPDATE
   SET next_at = greatest(p.next_at, EXCLUDED.next_at - $2::bigint * interval '1 millisecond')
               + $2::bigint * interval '1 millisecond'
RETURNING ceil(extract(epoch FROM next_at - $2::bigint * interval '1 millisecond' - clock_timestamp()) * 1000);

-- name: pace_hold
-- The vendor said: not before.
-- $1 budget, $2 ms from now
INSERT INTO fintra_ops.pace AS p (budget, next_at, held_until)
VALUES ($1::text, clock_timestamp() + $2::bigint * interval '1 millisecond',
	clock_timestamp() + $2::bigint * interval '1 millisecond')
    ON CONFLICT (budget) DO UPDATE
   SET next_at = greatest(p.next_at, EXCLUDED.next_at), held_until = greatest(p.held_until, EXCLUDED.held_until);

-- name: pace_held
-- $1 budget
-- returns ms until nobody is held back any more, 0 or less = nobody is
SELECT ceil(extract(epoch FROM max(held_until) - clock_timestamp()) * 1000)
  FROM fintra_ops.pace WHERE budget = $1::text;

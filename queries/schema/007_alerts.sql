-- What is wrong, one row per root cause, and what each channel has been told of it.

CREATE TABLE fintra_ops.alert (
	key text PRIMARY KEY,
	state text NOT NULL CHECK (state IN ('open', 'recovered')),
	severity text NOT NULL,
	fingerprint text NOT NULL,
	words text NOT NULL,
	remedy text,
	first_at timestamptz NOT NULL,
	seen_at timestamptz NOT NULL,
	ended_at timestamptz,
	acked boolean NOT NULL DEFAULT false,
	ack_ended_at timestamptz
);

-- fingerprint: what the channel was last told and has not been told the end of; NULL = nothing.
-- The key is empty for what is about no alert: a test message, a ping.
CREATE TABLE fintra_ops.delivery (
	key text NOT NULL,
	channel text NOT NULL,
	state text NOT NULL CHECK (state IN ('sending', 'sent', 'failed')),
	fingerprint text,
	sent_at timestamptz,
	tried_at timestamptz NOT NULL,
	error text,
	PRIMARY KEY (key, channel)
);

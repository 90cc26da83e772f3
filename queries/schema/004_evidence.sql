-- What the vendor really sent: the last refused answer and the header of each endpoint, per run.

CREATE TABLE fintra_ops.evidence (
	run_id bigint NOT NULL REFERENCES fintra_ops.run,
	endpoint text NOT NULL,
	kind text NOT NULL CHECK (kind IN ('refused', 'header')),
	at timestamptz NOT NULL,
	url text NOT NULL,
	format text NOT NULL CHECK (format IN ('csv', 'json')),
	status integer NOT NULL,
	why text,
	bytes bigint NOT NULL,
	body bytea NOT NULL,
	header text,
	fingerprint text,
	PRIMARY KEY (run_id, endpoint, kind)
);
CREATE INDEX evidence_header ON fintra_ops.evidence (endpoint, run_id DESC) WHERE kind = 'header';

-- When the next call of a budget may leave, for all processes and hosts.
CREATE TABLE fintra_ops.pace (
	budget text PRIMARY KEY,
	next_at timestamptz NOT NULL,
	held_until timestamptz
);

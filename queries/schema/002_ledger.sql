-- The ledger: runs, their units, log lines and requests.  Local to the coordinator, never distributed.

CREATE TABLE fintra_ops.run (
	id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
	parent bigint,
	job text NOT NULL,
	as_of date NOT NULL,
	state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'success', 'partial',
		'failure', 'cancelled', 'skipped', 'abandoned', 'lost')),
	epoch integer NOT NULL DEFAULT 1,
	who text NOT NULL,
	host text NOT NULL,
	pid integer NOT NULL,
	origin text NOT NULL,
	gate text NOT NULL,
	reason text,
	params jsonb NOT NULL DEFAULT '{}',
	build text NOT NULL,
	lock_key bigint NOT NULL,
	created_at timestamptz NOT NULL,
	started_at timestamptz,
	ended_at timestamptz,
	rows_read bigint NOT NULL DEFAULT 0,
	rows_inserted bigint NOT NULL DEFAULT 0,
	rows_updated bigint NOT NULL DEFAULT 0,
	rows_unchanged bigint NOT NULL DEFAULT 0,
	rows_rejected bigint NOT NULL DEFAULT 0,
	rows_skipped bigint NOT NULL DEFAULT 0,
	errors bigint NOT NULL DEFAULT 0,
	taint text,
	error text,
	err_class text,
	sqlstate text,
	http integer,
	exit_code integer,
	result jsonb
);
CREATE INDEX run_job ON fintra_ops.run (job, id DESC);
CREATE INDEX run_open ON fintra_ops.run (id) WHERE state IN ('queued', 'running');

-- Apart from the run row, which write transactions hold FOR SHARE: a beat must never wait for them.
CREATE TABLE fintra_ops.beat (
	run_id bigint PRIMARY KEY REFERENCES fintra_ops.run,
	epoch integer NOT NULL,
	beat_at timestamptz NOT NULL,
	guard_pid integer,
	phase text NOT NULL DEFAULT '',
	done bigint NOT NULL DEFAULT 0,
	total bigint NOT NULL DEFAULT 0,
	waits_for text
);

CREATE TABLE fintra_ops.unit (
	run_id bigint NOT NULL REFERENCES fintra_ops.run,
	unit text NOT NULL,
	state text NOT NULL CHECK (state IN ('open', 'done', 'failed')),
	attempts integer NOT NULL DEFAULT 1,
	rows_read bigint NOT NULL DEFAULT 0,
	rows_inserted bigint NOT NULL DEFAULT 0,
	rows_updated bigint NOT NULL DEFAULT 0,
	rows_unchanged bigint NOT NULL DEFAULT 0,
	rows_rejected bigint NOT NULL DEFAULT 0,
	rows_skipped bigint NOT NULL DEFAULT 0,
	errors bigint NOT NULL DEFAULT 0,
	ended_at timestamptz,
	PRIMARY KEY (run_id, unit)
);

CREATE TABLE fintra_ops.event (
	run_id bigint NOT NULL REFERENCES fintra_ops.run,
	seq bigint NOT NULL,
	ts timestamptz NOT NULL,
	lvl text NOT NULL,
	ev text NOT NULL,
	job text NOT NULL,
	unit text NOT NULL DEFAULT '',
	msg text NOT NULL,
	data jsonb,
	PRIMARY KEY (run_id, seq)
);

CREATE TABLE fintra_ops.input (
	run_id bigint NOT NULL REFERENCES fintra_ops.run,
	table_name text NOT NULL,
	as_of date,
	n_rows bigint,
	PRIMARY KEY (run_id, table_name)
);

CREATE TABLE fintra_ops.reject (
	run_id bigint NOT NULL REFERENCES fintra_ops.run,
	seq bigint NOT NULL,
	reason text NOT NULL,
	raw text NOT NULL,
	PRIMARY KEY (run_id, seq)
);

CREATE TABLE fintra_ops.flag (
	ticker text NOT NULL,
	kind text NOT NULL,
	flagged_on date NOT NULL,
	detail text,
	run_id bigint REFERENCES fintra_ops.run,
	PRIMARY KEY (ticker, kind, flagged_on)
);

-- Asks a run to stop, from any host.
CREATE TABLE fintra_ops.request (
	run_id bigint PRIMARY KEY REFERENCES fintra_ops.run,
	level text NOT NULL CHECK (level IN ('drain', 'abort')),
	who text NOT NULL,
	asked_at timestamptz NOT NULL
);

CREATE TABLE fintra_ops.audit (
	id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
	at timestamptz NOT NULL,
	who text NOT NULL,
	host text NOT NULL,
	db_role text NOT NULL DEFAULT CURRENT_USER,
	run_id bigint,
	action text NOT NULL,
	detail text
);

-- When a health check was first seen in its present state.
CREATE TABLE fintra_ops.check_since (
	name text PRIMARY KEY,
	state text NOT NULL,
	since timestamptz NOT NULL
);

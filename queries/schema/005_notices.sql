-- What operators leave for each other: acknowledged checks, paused jobs, notes.  One that has ended stays.

CREATE TABLE fintra_ops.notice (
	id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
	kind text NOT NULL CHECK (kind IN ('ack', 'pause', 'note')),
	target text NOT NULL,
	state text,
	who text NOT NULL,
	host text NOT NULL,
	words text NOT NULL CHECK (words <> ''),
	at timestamptz NOT NULL,
	until_at timestamptz,
	ended_at timestamptz,
	ended_by text
);
CREATE UNIQUE INDEX notice_open ON fintra_ops.notice (kind, target) WHERE ended_at IS NULL AND kind <> 'note';
CREATE INDEX notice_newest ON fintra_ops.notice (kind, at DESC);

-- The audit says on what, why and from which terminal, and knows every launch.
ALTER TABLE fintra_ops.audit ADD COLUMN target text;
ALTER TABLE fintra_ops.audit ADD COLUMN reason text;
ALTER TABLE fintra_ops.audit ADD COLUMN tty text;
CREATE INDEX audit_at ON fintra_ops.audit (at DESC, id DESC);
INSERT INTO fintra_ops.audit (at, who, host, db_role, run_id, action, target, detail, reason)
SELECT r.created_at, r.who, r.host, CURRENT_USER, r.id, 'launch', r.job, 'as of ' || r.as_of || ', recorded later', r.reason
  FROM fintra_ops.run r
 WHERE NOT EXISTS (SELECT 1 FROM fintra_ops.run p WHERE p.id = r.parent AND p.job <> r.job)
 ORDER BY r.id;

-- How each check stood at the end of each session that was looked at.
CREATE TABLE fintra_ops.check_day (
	name text NOT NULL,
	as_of date NOT NULL,
	state text NOT NULL,
	figure double precision,
	value text NOT NULL,
	seen_at timestamptz NOT NULL,
	PRIMARY KEY (name, as_of)
);

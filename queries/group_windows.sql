-- Window returns of sectors or industries on their way into their table.

-- name: group_windows_stage
CREATE TEMP TABLE stage_group_windows (
	name text NOT NULL,
	window_code text NOT NULL,
	return_percent numeric NOT NULL,
	source text NOT NULL
) ON COMMIT DROP;

-- name: group_windows_copy
COPY stage_group_windows (name, window_code, return_percent, source) FROM STDIN;

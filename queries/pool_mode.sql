-- name: pool_backend
-- returns the process that answers
SELECT pg_backend_pid();

-- name: console_listen
LISTEN fintra;

-- name: console_server
-- returns database, server address or NULL (local socket), role, whether it is a standby
SELECT current_database(), host(inet_server_addr()), current_user, pg_is_in_recovery();

-- name: console_rights
-- returns whether this role may record runs
SELECT has_table_privilege('fintra_ops.run', 'INSERT');

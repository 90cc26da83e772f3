-- name: logs_listen
-- a hint that some run has written log lines or ended
LISTEN fintra;

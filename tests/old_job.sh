#!/bin/sh
# Stands in for a script of the old system: says what it was given, fails, works for long, or will not stop.
mode=$1
shift
case $mode in
say)
	for word; do printf 'word <%s>\n' "$word"; done
	printf 'in %s\n' "$PWD"
	printf 'secret <%s> <%s>\n' "${FINTRA_OLD_SECRET-none}" "${FINTRA_FMP_API_KEY-none}"
	printf 'half\rbar\n'
	printf 'colour \033[31mred\033[0m \377\n'
	echo 'to be careful' >&2
	printf 'no end of line'
	;;
fail)
	echo 'reads'
	echo 'TypeError: it broke' >&2
	exit "$1"
	;;
flood)
	awk 'BEGIN { for (i = 0; i < 20500; i++) print "line", i; x = "y"; while (length(x) < 9000) x = x x; print x }' 
	awk 'BEGIN { x = "y"; while (length(x) < 9000) x = x x; print x }' >&2
	;;
work) # ends on SIGTERM, and so does what it started
	sleep 300 &
	echo "child $!"
	trap 'echo stopping; wait; exit 0' TERM
	echo "works"
	while :; do wait; done # its child may die of the same signal before the trap has run
	;;
deaf) # neither it nor its child hears SIGTERM
	trap '' TERM
	sleep 300 &
	echo "child $!"
	echo "works"
	while :; do wait; done
	;;
leave) # ends well and leaves a process that holds its output
	sleep 300 &
	echo "child $!"
	;;
esac

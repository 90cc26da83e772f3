#!/bin/sh
# Hard rules of the code: sizes, include doors, dependency direction, banned calls, SQL built by printf,
# queries nobody uses, jobs without a test.  Prints each breach, exits 1 when there is one.
set -u
cd "$(dirname "$0")/../.."
bad=0
breach() { bad=1; printf 'lint: %s\n' "$*"; }

files=$(find core jobs tui -name '*.[ch]' | sort)
sources=$(find core jobs tui tests -name '*.c' | sort)

for f in $files $(find tests -name '*.[ch]' | sort); do
	n=$(wc -l <"$f")
	case $f in
	*.c) [ "$n" -le 600 ] || breach "$f has $n lines, at most 600" ;;
	*.h) [ "$n" -le 150 ] || breach "$f has $n lines, at most 150" ;;
	esac
done

long=$(awk -f tests/lint/functions.awk $sources) || breach "functions.awk failed"
[ -z "$long" ] || breach "$long"

door() { # header, files allowed
	pattern=$1
	shift
	for f in $(grep -lE "#[[:space:]]*include <($pattern)>" $files); do
		ok=0
		for allowed in "$@"; do
			# shellcheck disable=SC2254
			case $f in $allowed) ok=1 ;; esac
		done
		[ $ok = 1 ] || breach "$f includes $pattern; its door is $*"
	done
}
door 'n?curses[a-z]*/?[a-z]*\.h|panel\.h|term\.h' tui/term.c
door 'libpq-fe\.h' 'core/db*.c'
door 'curl/curl\.h' 'core/http*.c'
door 'cjson/cJSON\.h' core/json.c
door 'csv\.h' core/csv.c
door 'ini\.h' core/conf.c
door 'uthash\.h' core/map.c
door 'pcre2\.h' core/pattern.c

for f in $(grep -lE '#include "(jobs|tui)/' core/*.[ch]); do breach "$f: core includes jobs or tui"; done
for f in $(grep -rlE '#include "tui/' jobs); do breach "$f: jobs includes tui"; done
for f in $(grep -lE '#include "jobs/' tui/*.[ch]); do
	[ "$f" = tui/main.c ] || breach "$f: tui includes jobs"
done

banned='(^|[^a-zA-Z0-9_])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|gets|localtime|strerror|system|popen)[[:space:]]*\('
hits=$(grep -nE "$banned" $files $sources | sort -u | grep -v '^[^:]*:[0-9]*: \*')
[ -z "$hits" ] || breach "banned calls:
$hits"

hits=$(grep -nE '(STR_AUTO|ROWS_AUTO|DB_AUTO) [a-z_]+;' $sources)
[ -z "$hits" ] || breach "cleaned up on return, but not initialised:
$hits"

# Values reach SQL as $n; SQL text lives in queries/, generated identifiers only in these files.
hits=$(grep -nE '"[^"]*(SELECT |INSERT INTO|UPDATE |DELETE FROM|TRUNCATE )' $files |
	grep -vE '^core/(checksum|migrate|db[a-z_]*)\.c:' | grep -vE ':[[:space:]]*(/?\*)')
[ -z "$hits" ] || breach "SQL outside queries/:
$hits"

for q in $(sed -n 's/^-- name: //p' queries/*.sql | sort); do
	[ "$(printf '%s\n' "$q" | wc -l)" = 1 ] || continue
	id=Q_$(printf '%s' "$q" | tr '[:lower:]' '[:upper:]')
	grep -rqw "$id" core jobs tui || breach "query $q is used nowhere"
done
dup=$(sed -n 's/^-- name: //p' queries/*.sql | sort | uniq -d)
[ -z "$dup" ] || breach "queries with one name twice: $dup"

for j in $(sed -n 's/^[[:space:]]*\.name = "\([a-z0-9/-]*\)",$/\1/p' jobs/layer*/*.c jobs/ops/*.c jobs/backfill/*.c); do
	grep -rqF "$j" tests --include='*.c' --include='*.sh' || breach "job $j has no test"
done

# A mutant that no longer fits the code proves nothing.
for p in tests/mutants/*.patch; do
	suites=$(sed -n '/^# red: /!q; s/^# red: \([^ ]*\) .*/\1/p' "$p")
	for suite in ${suites:-none}; do
		[ -f "tests/$suite.c" ] || breach "$p: names no suite"
	done
	! command -v patch >/dev/null || patch -p1 -s --dry-run <"$p" >/dev/null || breach "$p does not apply"
done

if [ "${LINT_TOOLS:-}" != no ]; then
	if command -v cppcheck >/dev/null 2>&1; then
		out=$(cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr -I. -I"${BUILD:-build}" \
			--suppress=missingIncludeSystem --error-exitcode=0 core jobs tui 2>&1)
		[ -z "$out" ] || breach "cppcheck:
$out"
	else
		echo "lint: SKIP cppcheck: not installed"
	fi
fi
[ $bad = 0 ] && echo "lint: clean ($(printf '%s\n' $files | wc -l) files)"
exit $bad

#!/bin/sh
# Each patch of this folder breaks the program in one telling way; its first lines name the suites and the
# tests that must turn red, each of them:   # red: db/test_runner fence_stops_a_fenced_run
# A mutant whose test stays green (or that no longer applies) fails this run.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# The tree is copied elsewhere: a relative path would not lead to the real data from there.
if real=$(cd "$root" && cd "${FINTRA_REAL_DATA:-../shared/data/real}" 2>/dev/null && pwd); then
	FINTRA_REAL_DATA=$real
	export FINTRA_REAL_DATA
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
killed=0 alive=0 skipped=0

# Builds the suite in the broken tree and looks for its test among the failed ones.
try() {
	suite=$1 test=$2
	(cd "$work/tree" && make -s -j2 all build/tests/"$suite") >"$work/make.log" 2>&1 || {
		echo "mutant $name: does not build"; tail -5 "$work/make.log"; alive=$((alive + 1)); return; }
	out=$(cd "$work/tree" && BUILD=build tests/run.sh build/tests/"$suite" 2>&1)
	if printf '%s\n' "$out" | grep -Eq "not ok .*$test"; then
		echo "mutant $name: $suite $test turned red"
		killed=$((killed + 1))
	elif reason=$(printf '%s\n' "$out" | grep -m1 'SKIP: '); then
		echo "mutant $name: not tried, $suite $test:$reason"
		skipped=$((skipped + 1))
	else
		echo "mutant $name: ALIVE, $suite $test stayed green"
		printf '%s\n' "$out" | tail -5
		alive=$((alive + 1))
	fi
}

(cd "$root" && git ls-files -z | xargs -0 tar cf - ) | (mkdir "$work/tree" && cd "$work/tree" && tar xf -)
for p in "$here"/${1:-*}.patch; do
	name=$(basename "$p" .patch)
	if ! (cd "$work/tree" && patch -p1 -s --dry-run <"$p" >/dev/null && patch -p1 -s <"$p"); then
		echo "mutant $name: does not apply"
		alive=$((alive + 1))
		continue
	fi
	sed -n '/^# red: /!q; s///p' "$p" >"$work/red"
	while read -r suite test <&3; do
		try "$suite" "$test"
	done 3<"$work/red"
	(cd "$work/tree" && patch -R -p1 -s <"$p")
done
echo "mutants: $killed passed, $alive failed, $skipped skipped"
[ $alive = 0 ]

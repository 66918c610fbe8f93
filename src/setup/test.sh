#!/bin/sh
# test.sh [--long] [vitest arguments]: prepares this clone, checks types and lint, runs the tests, ends with one line of counts.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
cd "$root"
if [ "${1-}" = --long ]; then
  shift
  export GANTRY_LONG=1
fi
. "$root/src/setup/prepare.sh"
prepare tests
export GANTRY_STACK="${GANTRY_STACK:-$root/.stack}"
# The Node of this clone also for whatever a test starts.
export PATH="$root/node_modules/.bin:$PATH"

passed=0 failed=0
count() {
  name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "$name: failed" >&2
  fi
}
count "type check" tsc --noEmit
count "lint" oxlint --quiet src test benchmarks

counts=$(mktemp)
trap 'rm -f "$counts"' EXIT
status=0
GANTRY_TEST_COUNTS=$counts node "$root/node_modules/vitest/vitest.mjs" run "$@" || status=$?
if read -r tests_passed tests_failed <"$counts"; then
  passed=$((passed + tests_passed)) failed=$((failed + tests_failed))
fi
# A run that ended badly without a failed test (a crash, an unhandled error) is a failure too.
if [ "$status" -ne 0 ] && [ "${tests_failed:-0}" -eq 0 ]; then failed=$((failed + 1)); fi

summary="$passed passed, $failed failed"
if [ -n "${GANTRY_TEST_SUMMARY-}" ]; then echo "$summary" >"$GANTRY_TEST_SUMMARY"; else echo "$summary"; fi
[ "$failed" -eq 0 ]

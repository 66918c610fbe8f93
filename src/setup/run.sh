#!/bin/sh
# run.sh <engine|tests> <program.ts> [arguments]: prepares this clone if need be, then becomes the program.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
part=$1 program=$root/$2
shift 2
. "$root/src/setup/prepare.sh"
prepare "$part"
export GANTRY_STACK="${GANTRY_STACK:-$root/.stack}"
# npm moves to the clone; relative paths among the arguments are meant from where it was called.
cd "${INIT_CWD:-$root}"
# npm hands on SIGINT and SIGTERM but dies of SIGHUP: the program then hears of its parent's death, as SIGHUP.
exec setpriv --pdeathsig HUP "$root/node_modules/node/bin/node" --disable-warning=ExperimentalWarning "$program" "$@"

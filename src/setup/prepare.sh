# Sourced with $root set. prepare <engine|tests> returns at once when this clone, at this place, was prepared before.
prepare() {
  stack=${GANTRY_STACK:-$root/.stack} stamp=$root/.stack/.ready-$1
  want="$root $(cat "$root/package-lock.json" "$root"/src/setup/*.mjs | sha256sum)"
  if [ -x "$root/node_modules/node/bin/node" ] && [ -x "$stack/bin/containerd" ] &&
    [ -f "$root/node_modules/.package-lock.json" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then
    return 0
  fi
  mkdir -p "$root/.stack"
  # Two starts at once: the second waits, then finds everything done.
  flock "$root/.stack/.preparing" "${npm_node_execpath:-node}" "$root/src/setup/setup.mjs" "$1"
  printf '%s\n' "$want" >"$stamp"
}

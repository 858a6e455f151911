# Sums up what node:test reported. Sourced by the scripts that run tests.

# Prints N passed, M failed of a TAP file; fails when nothing ran or anything failed.
sum_up() {
  local passed failed
  passed=$(number pass "$1")
  failed=$(($(number fail "$1") + $(number cancelled "$1") + $(number skipped "$1") + $(number todo "$1")))
  echo "$passed passed, $failed failed"
  [ "$passed" != 0 ] && [ "$failed" = 0 ]
}

number() { awk -v name="$1" '$1 == "#" && $2 == name { n = $3 } END { print n + 0 }' "$2"; }

# What browsers load: built again it must be what is committed, and its tests pass. Sourced by ./test.

LEAST_WEB=255 # a run with fewer tests has lost a file on its way

# Sets web_passed and web_failed.
run_web_tests() {
  web_passed=0 web_failed=0
  if web/build "$PWD/.run/web/built" >.run/web-build.log 2>&1 && diff -r src/Gatehouse/Pages/Built .run/web/built >>.run/web-build.log; then
    web_passed=1
  else
    tail -n 40 .run/web-build.log >&2
    say "src/Gatehouse/Pages/Built is not what web/build makes: run it and commit what it writes."
    web_failed=1
  fi
  local suite last
  for suite in tests/web/run tests/web/panel/run; do
    last=$($suite 2>&1 | tee -a "$results/web.log" | tail -n 1)
    if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
      web_passed=$((web_passed + BASH_REMATCH[1]))
      web_failed=$((web_failed + BASH_REMATCH[2]))
    else
      web_failed=$((web_failed + 1)) # it did not come as far as running
    fi
  done
  if [ "$web_failed" != 0 ]; then cat "$results/web.log" >&2; fi
  if [ "$web_passed" -lt "$LEAST_WEB" ]; then
    say "Only $web_passed web tests passed; at least $LEAST_WEB are expected."
    [ "$web_failed" != 0 ] || web_failed=1
  fi
  echo "web: $web_passed passed, $web_failed failed"
}

# What ./serve and ./test share: making sure that what they need is on this machine. Sourced, not run.

mkdir -p .run
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { printf '%s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# PostgreSQL refuses to run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$(printf '%q ' "$@")"; else "$@"; fi
}

need_dotnet() {
  command -v dotnet >/dev/null 2>&1 && return
  say "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0"
  exit 2
}

# need_packages PROBE PACKAGE...: installs Debian packages unless the probe (a command) succeeds.
need_packages() {
  local probe=$1
  shift
  # Without pipefail: grep -q ends as soon as it has found, and what wrote into it then fails.
  if (set +o pipefail; eval "$probe") >/dev/null 2>&1; then return; fi
  if ! command -v apt-get >/dev/null 2>&1; then
    say "Please install what Debian calls: $*"
    exit 2
  fi
  say "Installing $* ..."
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >>.run/apt.log 2>&1 || true
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >>.run/apt.log 2>&1; then
    tail -n 20 .run/apt.log >&2
    exit 2
  fi
}

# For identities of one's own.
need_sodium() {
  case "$(uname -s)" in
    Linux) need_packages '{ ldconfig -p || /sbin/ldconfig -p; } | grep -q libsodium.so.23 || ls /usr/lib/libsodium.so.*' libsodium23 ;;
  esac
}

# The system's own SQLite: /sbin may not be on the path of an ordinary user.
need_sqlite() {
  case "$(uname -s)" in
    Linux) need_packages '{ ldconfig -p || /sbin/ldconfig -p; } | grep -q libsqlite3.so.0 || ls /usr/lib/libsqlite3.so.0' libsqlite3-0 ;;
  esac
}

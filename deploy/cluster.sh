#!/usr/bin/env bash
# What runs in production on several machines, on this one: PostgreSQL, Redis, RabbitMQ and three nodes behind one port.
# ./serve --cluster calls it. Everything listens on loopback; what it keeps lies under data/cluster/.
#   ./serve --cluster [--port P]           starts all of it; Ctrl-C stops all of it; the next start goes on with the same data
#   ./serve --cluster stop N | start N     from another terminal: stops or starts node N (1 to 3); customers notice nothing
#   ./serve --cluster status               which nodes are ready
#   ./serve --cluster doctor               what the operator's tool says of it
# Ports: P (default 8080) is the customers'; P+1 to P+3 the nodes', P+4 PostgreSQL's, P+5 Redis', P+6 to P+8 RabbitMQ's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. ./.ci/lib.sh
. ./.ci/services.sh

NODES=(1 2 3)
root=$PWD/data/cluster
program=src/Gatehouse.Server/bin/Release/net10.0/Gatehouse.Server.dll

node_port() { echo $((port + $1)); }

node_url() { echo "http://127.0.0.1:$(node_port "$1")"; }

# with_settings COMMAND...: with what makes one server of many, as environment variables: an argument could be read by every
# user of the machine.
with_settings() {
  DOTNET_ENVIRONMENT=Development \
    Gatehouse__PublicUrl=http://127.0.0.1:$port Gatehouse__KnownProxies__0=127.0.0.1 \
    Gatehouse__Secrets__KeyFile=$root/secret.key Gatehouse__Shutdown__Drain=00:00:05 \
    Gatehouse__Database="Host=127.0.0.1;Port=$((port + 4));Username=gatehouse;Database=gatehouse;Password=$(cat "$root/password")" \
    Gatehouse__Redis=127.0.0.1:$((port + 5)) \
    Gatehouse__RabbitMq="amqp://gatehouse:$(cat "$root/password")@127.0.0.1:$((port + 6))" \
    "$@"
}

start_node() { with_settings in_background "$root/node$1" dotnet "$program" --urls "$(node_url "$1")"; }

is_ready() { curl --silent --fail --max-time 3 "$(node_url "$1")/readyz"; }

start_database() {
  start_postgres "$root/postgres" $((port + 4)) "$root/password" || return 1
  in_database "SELECT 1 FROM pg_database WHERE datname = 'gatehouse'" | grep -q 1 || in_database "CREATE DATABASE gatehouse"
}

in_database() {
  PGPASSWORD=$(cat "$root/password") "$(postgres_bin)/psql" -h 127.0.0.1 -p $((port + 4)) -U gatehouse -d postgres -qAt -c "$1"
}

start_haproxy() {
  local folder=$root/haproxy
  {
    printf 'frontend customers from door\n    bind 127.0.0.1:%s\n' "$port"
    printf '    use_backend anybody if { nbsrv(ready) eq 0 }\n    default_backend ready\n'
    for backend in ready anybody; do
      printf '\nbackend %s from %s\n' "$backend" "$backend"
      for node in "${NODES[@]}"; do printf '    server node%s 127.0.0.1:%s\n' "$node" "$(node_port "$node")"; done
    done
  } >"$folder/addresses.cfg"
  GATEHOUSE_HOST=127.0.0.1 in_background "$folder" /usr/sbin/haproxy -db -f deploy/haproxy.cfg -f "$folder/addresses.cfg"
  until_true 10 port_is_open "$port"
}

prepare() {
  umask 077
  mkdir -p "$root"
  # With root, PostgreSQL runs as a user of its own, who has to pass through; what lies here can't be listed, each folder is closed.
  chmod 711 data "$root"
  for name in postgres redis rabbitmq haproxy node1 node2 node3; do mkdir -p "$root/$name"; done
  [ -s "$root/secret.key" ] || new_secret >"$root/secret.key"
  [ -s "$root/password" ] || new_secret >"$root/password"
}

stop_all() {
  trap - EXIT INT TERM
  say "Stopping ..."
  end "$root/haproxy" 5
  local ending=()
  for node in "${NODES[@]}"; do
    end "$root/node$node" 15 &
    ending+=($!)
  done
  wait "${ending[@]}"
  stop_rabbitmq "$root/rabbitmq" $((port + 6))
  end "$root/redis"
  stop_postgres "$root/postgres" || true
  rm -f "$root/port"
  [ -z "${idle:-}" ] || kill "$idle" 2>/dev/null || true
}

must() {
  local what=$1
  shift
  if ! "$@"; then
    say "$what could not be started; see $root."
    exit 1
  fi
}

run_all() {
  if is_alive "$root" && [ -s "$root/port" ]; then
    say "It is running already, at http://127.0.0.1:$(cat "$root/port")/"
    exit 1
  fi
  need_services
  need_packages 'command -v curl' curl
  prepare
  stop_all 2>/dev/null # what an earlier run left that was killed
  printf '%s\n' $$ >"$root/pid"
  started_at $$ >"$root/started"
  printf '%s\n' "$port" >"$root/port"
  trap 'stop_all; exit 0' INT TERM
  trap stop_all EXIT
  must PostgreSQL start_database
  must Redis start_redis "$root/redis" $((port + 5))
  must RabbitMQ start_rabbitmq "$root/rabbitmq" $((port + 6)) "$root/password"
  for node in "${NODES[@]}"; do start_node "$node"; done
  for node in "${NODES[@]}"; do must "Node $node" until_true 60 is_ready "$node"; done
  must haproxy start_haproxy
  until_true 30 curl --silent --fail "http://127.0.0.1:$port/readyz" || true
  tell
  sleep infinity &
  idle=$!
  wait "$idle"
}

tell() {
  cat <<TEXT
Gatehouse is at http://127.0.0.1:$port/ and its mails at http://127.0.0.1:$port/dev/mail
Its nodes are at $(node_url 1) $(node_url 2) $(node_url 3)
Stop one from another terminal and watch nothing break: ./serve --cluster stop 2, and later: ./serve --cluster start 2
Ctrl-C stops all of it; the data stays in data/cluster/.
TEXT
}

command=${1:-}
case "$command" in
  stop | start | status | doctor)
    if ! is_alive "$root"; then
      say "No cluster is running. Start one: ./serve --cluster"
      exit 1
    fi
    port=$(cat "$root/port")
    ;;
  '') port=8080 ;;
  --port)
    port=${2:-}
    if ! [[ $port =~ ^[0-9]+$ ]] || [ "$port" -lt 1024 ] || [ "$port" -gt 65000 ]; then
      say "--port needs a number from 1024 to 65000."
      exit 2
    fi
    ;;
  *)
    sed -n '4,8s/^#   //p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
case "$command" in
  stop | start)
    if ! [[ ${2:-} =~ ^[1-3]$ ]]; then
      say "Say which: ./serve --cluster $command 1, 2 or 3"
      exit 2
    fi
    if [ "$command" = stop ]; then
      end "$root/node$2" 15
    elif ! is_alive "$root/node$2"; then
      start_node "$2"
      must "Node $2" until_true 60 is_ready "$2"
    fi
    ;;
  status)
    for node in "${NODES[@]}"; do
      if is_ready "$node" >/dev/null; then echo "node $node is ready"; else echo "node $node is not ready"; fi
    done
    ;;
  doctor) with_settings dotnet "$program" doctor ;;
  *) run_all ;;
esac

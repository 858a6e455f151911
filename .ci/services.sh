# The services beside the server (PostgreSQL, Redis, RabbitMQ, haproxy) without an init system: for ./serve --cluster and the
# benchmarks. Sourced after lib.sh. Each takes its folder and port, listens on this machine alone and keeps what it has in its folder.

need_services() {
  need_packages 'ls /usr/lib/postgresql/*/bin/initdb' postgresql
  need_packages 'command -v redis-server' redis-server
  need_packages 'test -x /usr/lib/rabbitmq/bin/rabbitmq-server' rabbitmq-server
  need_packages 'test -x /usr/sbin/haproxy' haproxy
}

postgres_bin() { printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1; }

# until_true SECONDS COMMAND...: waits for a command to succeed.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# is_alive FOLDER: whether the process that wrote its number there runs, and is not another one that has got it since.
is_alive() {
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) || return 1
  [ "$(cat "$1/started" 2>/dev/null)" = "$(started_at "$pid")" ]
}

started_at() { awk '{ sub(/.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null; }

# in_background FOLDER COMMAND...: runs it in a session of its own, so that Ctrl-C is for us to hand on.
in_background() {
  local folder=$1
  shift
  setsid "$@" >>"$folder/log" 2>&1 </dev/null &
  disown # the shell needn't tell when it is killed
  printf '%s\n' $! >"$folder/pid"
  started_at $! >"$folder/started"
}

# end FOLDER [SECONDS]: tells it to stop, and kills it when it has not by then.
end() {
  is_alive "$1" || return 0
  local pid
  pid=$(cat "$1/pid")
  kill "$pid" 2>/dev/null || return 0
  until_true "${2:-10}" eval "! is_alive '$1'" || kill -9 "$pid"
}

# start_postgres FOLDER PORT PASSWORD_FILE
start_postgres() {
  local bin folder=$1 port=$2
  bin=$(postgres_bin)
  if [ ! -e "$folder/data/PG_VERSION" ]; then
    [ "$(id -u)" != 0 ] || chown postgres "$folder"
    install -m 600 "$3" "$folder/password"
    [ "$(id -u)" != 0 ] || chown postgres "$folder/password"
    as_postgres "$bin/initdb" -D "$folder/data" -A scram-sha-256 --pwfile="$folder/password" -U gatehouse -E UTF8 --no-locale \
      >"$folder/log" 2>&1 || return 1
    rm "$folder/password"
  fi
  as_postgres "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/data/log" \
    -o "-p $port -k '' -c listen_addresses=127.0.0.1 -c max_connections=400" start >>"$folder/log" 2>&1
}

stop_postgres() {
  [ -e "$1/data/postmaster.pid" ] || return 0
  as_postgres "$(postgres_bin)/pg_ctl" -D "$1/data" -m fast -w stop >>"$1/log" 2>&1
}

# start_redis FOLDER PORT
start_redis() {
  in_background "$1" redis-server --port "$2" --bind 127.0.0.1 --dir "$1" --save "" --appendonly yes
  until_true 30 redis-cli -p "$2" ping
}

# start_rabbitmq FOLDER PORT PASSWORD_FILE: the ports after it are for the node's neighbours and their directory.
start_rabbitmq() {
  local folder=$1 port=$2
  (
    umask 077
    printf 'listeners.tcp.1 = 127.0.0.1:%s\ndefault_user = gatehouse\ndefault_pass = %s\n' "$port" "$(cat "$3")" >"$folder/rabbitmq.conf"
    printf '[].\n' >"$folder/enabled_plugins"
  )
  rabbitmq_environment "$folder" "$port"
  in_background "$folder" env "${rabbitmq_env[@]}" /usr/lib/rabbitmq/bin/rabbitmq-server
  until_true 60 port_is_open "$port"
}

stop_rabbitmq() {
  end "$1" 30
  rabbitmq_environment "$1" "$2"
  env "${rabbitmq_env[@]}" epmd -kill >/dev/null 2>&1 || true
}

rabbitmq_environment() {
  rabbitmq_env=(HOME="$1" RABBITMQ_NODENAME=gatehouse@localhost RABBITMQ_MNESIA_BASE="$1/mnesia" RABBITMQ_LOG_BASE="$1/logs"
    RABBITMQ_CONFIG_FILE="$1/rabbitmq.conf" RABBITMQ_ENABLED_PLUGINS_FILE="$1/enabled_plugins" RABBITMQ_DIST_PORT=$(($2 + 1))
    ERL_EPMD_PORT=$(($2 + 2)) ERL_EPMD_ADDRESS=127.0.0.1
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}")
}

# Asks without sending anything.
port_is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# new_secret: 32 random bytes in base64url, as Secrets:Key takes them.
new_secret() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }

# The services of one test run: on free ports, for this machine alone, gone at its end. Sourced by ./test after lib.sh.

need_test_services() {
  need_packages 'ls /usr/lib/postgresql/*/bin/initdb' postgresql
  need_packages 'command -v redis-server' redis-server
  need_packages 'test -x /usr/lib/rabbitmq/bin/rabbitmq-server' rabbitmq-server
}

# RabbitMQ takes longest; whoever needs it awaits it.
start_test_services() {
  start_rabbitmq || { tell_of RabbitMQ .run/rabbitmq.log; return 1; }
  start_redis || { tell_of Redis .run/redis.log; return 1; }
  start_postgres || { tell_of PostgreSQL .run/postgres.log; return 1; }
}

tell_of() {
  cat "$2" >&2
  say "$1 could not be started."
}

stop_test_services() {
  if [ -n "${pgdata:-}" ]; then
    as_postgres "$pgbin/pg_ctl" -D "$pgdata" -m immediate stop >/dev/null 2>&1
    as_root rm -rf "$pgdata"
  fi
  [ -z "${redis_pid:-}" ] || kill "$redis_pid"
  if [ -n "${rabbit:-}" ]; then
    "$rabbit/ctl" end >/dev/null 2>&1
    rm -rf "$rabbit"
  fi
}

free_port() {
  node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

# A server of this run's own, on a free port, gone at the end. It never waits for the disk (fsync=off): hundreds of
# databases come and go in a run, and a slow disk would look like an outage. A crash of the process loses nothing.
start_postgres() {
  pgbin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  pgdata=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-pg.XXXXXX")
  [ "$(id -u)" != 0 ] || chown postgres "$pgdata"
  as_postgres "$pgbin/initdb" -D "$pgdata" -A trust -U postgres -E UTF8 --no-locale >.run/postgres.log 2>&1 || return 1
  local port
  port=$(free_port)
  as_postgres "$pgbin/pg_ctl" -D "$pgdata" -w -l "$pgdata/log" \
    -o "-p $port -k /tmp -c listen_addresses=127.0.0.1 -c max_connections=400 -c fsync=off -c full_page_writes=off" start >>.run/postgres.log 2>&1 || return 1
  export GATEHOUSE_TEST_POSTGRES="Host=127.0.0.1;Port=$port;Username=postgres"
}

# Databases enough for every test to have one of its own; nothing of it is kept.
start_redis() {
  local port
  port=$(free_port)
  redis-server --port "$port" --bind 127.0.0.1 --save "" --appendonly no --databases 4096 >.run/redis.log 2>&1 &
  redis_pid=$!
  for _ in $(seq 100); do
    redis-cli -p "$port" ping >/dev/null 2>&1 && break
    sleep 0.1
  done
  redis-cli -p "$port" ping >/dev/null 2>&1 || return 1
  export GATEHOUSE_TEST_REDIS="127.0.0.1:$port"
}

# RabbitMQ of this run's own: its ports, its folder, its Erlang port mapper (epmd), on the loopback alone, so that it has
# nothing to do with a service of this machine. One scheduler that doesn't spin leaves the processors to the tests. Like
# PostgreSQL it doesn't wait for the disk. It is up by the time the build is through: await_rabbitmq.
start_rabbitmq() {
  rabbit=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-mq.XXXXXX")
  local port
  port=$(free_port)
  cat >"$rabbit/ctl" <<END
#!/usr/bin/env bash
# What the tests stop and start the broker with: ctl COMMAND
export HOME=$rabbit ERL_EPMD_PORT=$(free_port) ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_NODENAME=gatehouse@localhost
export RABBITMQ_MNESIA_BASE=$rabbit/data RABBITMQ_LOG_BASE=$rabbit/log RABBITMQ_PID_FILE=$rabbit/pid
export RABBITMQ_ENABLED_PLUGINS_FILE=$rabbit/plugins RABBITMQ_CONF_ENV_FILE=$rabbit/none
export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$port RABBITMQ_DIST_PORT=$(free_port)
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -ra wal_sync_method none"
case \$1 in
  boot) exec /usr/lib/rabbitmq/bin/rabbitmq-server -detached ;;
  end)
    kill -KILL "\$(cat "$rabbit/pid")"
    for _ in {1..50}; do kill -0 "\$(cat "$rabbit/pid")" || break; sleep 0.1; done
    exec epmd -kill ;;
  *) exec /usr/lib/rabbitmq/bin/rabbitmqctl --quiet "\$@" ;;
esac
END
  chmod +x "$rabbit/ctl"
  "$rabbit/ctl" boot >.run/rabbitmq.log 2>&1 || return 1
  export GATEHOUSE_TEST_RABBITMQ="amqp://guest:guest@127.0.0.1:$port" GATEHOUSE_TEST_RABBITMQCTL="$rabbit/ctl"
}

await_rabbitmq() {
  local tries
  for ((tries = 0; tries < 600; tries++)); do
    if (exec 3<>"/dev/tcp/127.0.0.1/${GATEHOUSE_TEST_RABBITMQ##*:}") 2>/dev/null; then return; fi
    sleep 0.1
  done
  return 1
}

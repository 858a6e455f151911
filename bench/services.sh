# PostgreSQL and Redis of a measurement's own, gone at its end. Sourced by bench/growth and bench/nodes.

need_dotnet
need_sqlite
need_services
need_packages 'command -v node' nodejs
folder=$(mktemp -d "${TMPDIR:-/tmp}/gatehouse-bench.XXXXXX")
chmod 711 "$folder" # PostgreSQL's user passes through
mkdir -m 700 "$folder/postgres" "$folder/redis"
trap 'stop_postgres "$folder/postgres"; end "$folder/redis"; rm -rf "$folder"' EXIT

build() {
  if ! dotnet build "$1" --configuration Release --nologo --verbosity quiet >.run/bench-build.log 2>&1; then
    cat .run/bench-build.log >&2
    exit 1
  fi
}

free_port() {
  node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

start_bench_postgres() {
  local port password
  port=$(free_port)
  password=$(new_secret)
  printf '%s\n' "$password" >"$folder/password"
  start_postgres "$folder/postgres" "$port" "$folder/password" || { cat "$folder"/postgres/log >&2; exit 1; }
  export GATEHOUSE_BENCH_POSTGRES="Host=127.0.0.1;Port=$port;Username=gatehouse;Database=postgres;Password=$password"
}

start_bench_redis() {
  local port
  port=$(free_port)
  start_redis "$folder/redis" "$port" || { cat "$folder/redis/log" >&2; exit 1; }
  export GATEHOUSE_BENCH_REDIS="127.0.0.1:$port"
}

// bench/growth builds and calls this. It fills a database step by step and measures at each size, with a server that has just
// started, what a session check costs whose cookie it has never seen, and what a login costs besides its hash.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { Benchmarks, Password, Server, expect, joinUp, killAll, median, percentile, post, sessionCookie, start, stop } from "./house.mjs";

const { values: options } = parseArgs({ options: {
  sizes: { type: "string", default: "1000,100000,1000000" }, databases: { type: "string", default: "sqlite,postgresql" },
} });
const sizes = options.sizes.split(",").map(Number);
const run = promisify(execFile);
const Customers = 20;
const LogInsEach = 24; // an account keeps 50 sessions
const WarmUp = 120; // compiles what is hot; what is measured comes with other cookies
const Unique = ["sessions_token", "accounts_verified_email"];
const folder = mkdtempSync(join(tmpdir(), "gatehouse-growth."));

const connections = {
  sqlite: () => { mkdirSync(join(folder, "sqlite")); return `Data Source=${join(folder, "sqlite", "gatehouse.db")}`; },
  postgresql: () => process.env.GATEHOUSE_BENCH_POSTGRES,
};

const settings = connection => ({
  "Gatehouse:Database": connection, "Gatehouse:RateLimits:Enabled": "false", "Gatehouse:Passwords:MemoryKiB": "8",
  "Gatehouse:Passwords:Iterations": "1", "Logging:LogLevel:Default": "Warning",
});

const timed = async send => {
  const began = performance.now();
  await (await send()).arrayBuffer();
  return performance.now() - began;
};

/** Sessions of real customers, made by the front door among all the others; and what each login took. */
async function logIn(server, customers) {
  const cookies = [], times = [];
  for (let round = 0; round < LogInsEach; round++) {
    for (const { email } of customers) {
      const began = performance.now();
      const answer = await expect(await post(server, "/api/auth/login", { email, password: Password }), 200);
      await answer.arrayBuffer();
      times.push(performance.now() - began);
      cookies.push(sessionCookie(answer));
    }
  }
  return { cookies, times: times.slice(WarmUp) };
}

async function check(server, cookies) {
  const times = [];
  for (const cookie of cookies)
    times.push(await timed(async () => expect(await fetch(`${server.url}/api/auth/session`, { headers: { Cookie: cookie } }), 200)));
  return times.slice(WarmUp);
}

async function requireUniqueIndexes(connection) {
  const { stdout } = await run("dotnet", [Benchmarks, "plans", connection]);
  const missing = Unique.filter(name => !stdout.includes(name));
  const whole = stdout.match(/Seq Scan on (accounts|sessions|users)|SCAN (s|a|u|accounts|sessions|users)\b.*/g);
  if (missing.length > 0 || whole) throw new Error(`The plans don't use ${missing}, or read all of a table:\n${stdout}`);
}

async function measure(name) {
  const connection = connections[name]();
  let filled = 0, first, customers;
  for (const size of sizes) {
    let server = await start(Server, "/healthz", folder, settings(connection)); // makes the schema, at first
    customers ??= await Promise.all(Array.from({ length: Customers }, (_, number) => joinUp(server, `customer${number}@example.com`)));
    await stop(server);
    await run("dotnet", [Benchmarks, "fill", connection, String(filled), String(size)]);
    filled = size;
    if (size >= 10_000) await requireUniqueIndexes(connection); // of a small table the planner rightly reads all
    server = await start(Server, "/healthz", folder, settings(connection));
    const { cookies, times } = await logIn(server, customers);
    await stop(server);
    server = await start(Server, "/healthz", folder, settings(connection)); // it remembers nothing of them
    const checks = await check(server, cookies);
    await stop(server);
    first ??= { check: median(checks), login: median(times) };
    console.log([
      name.padEnd(11), String(size).padStart(9), `${median(checks).toFixed(2)} ms`.padStart(10), `${percentile(checks, 0.99).toFixed(2)} ms`.padStart(10),
      `${(median(checks) / first.check).toFixed(2)} ×`.padStart(8), `${median(times).toFixed(2)} ms`.padStart(10),
      `${(median(times) / first.login).toFixed(2)} ×`.padStart(8),
    ].join("  "));
  }
}

try {
  console.log(`${"database".padEnd(11)}  ${"accounts".padStart(9)}  ${"check p50".padStart(10)}  ${"p99".padStart(10)}  ${"".padStart(8)}  ${"login p50".padStart(10)}`);
  for (const name of options.databases.split(",")) await measure(name);
} finally {
  killAll();
  rmSync(folder, { recursive: true, force: true });
}

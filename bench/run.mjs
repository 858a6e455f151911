// bench/run builds and calls this. Each workload of the server is measured right after what it is compared with, in
// several short rounds; what counts is the median of the rounds' ratios, since the machine may be busy with other things.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { Benchmarks, Password, Server, dll, expect, joinUp, killAll, median, post, start, stop } from "./house.mjs";

const { values: options } = parseArgs({ options: {
  seconds: { type: "string", default: "4" }, rounds: { type: "string", default: "3" }, only: { type: "string" },
} });
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const run = promisify(execFile);
const Hello = dll("bench/Hello", "Hello.dll");
const DistinctTokens = 110_000; // more than the two generations of 50,000 that the server remembers
const Threads = 2;
const RestMilliseconds = 15_000; // the working memory of password hashes is given back after ten seconds without one
const folder = mkdtempSync(join(tmpdir(), "gatehouse-bench."));

const workloads = {
  session: { against: "hello", target: 0.75, prepare: async () => ({ headers: { Cookie: person.cookie } }) },
  bearer: { against: "hello", target: 0.70, prepare: async () => bearer(await freshToken()) },
  "bearer-verify": { against: "hello", target: 0.42, prepare: () => distinctTokens() },
  renewal: { against: "hello", target: 0.65, prepare: async () => bearer(await oldToken()) },
  "renewal-forced": { against: "verify-and-sign", target: 0.95, prepare: () => forced() },
  login: { against: "hashing", target: 0.95, connections: 16, path: "/api/auth/login", prepare: async () => ({ requests: await logins() }) },
  "sign-up": { against: "hashing", target: 0.95, connections: 16, path: "/api/auth/signup", prepare: async () => ({ requests: signUps() }) },
};
const single = { p99: measureP99, memory: measureMemory, start: measureStart };
const only = options.only?.split(",") ?? [...Object.keys(workloads), ...Object.keys(single)];
const unknown = only.filter(name => !workloads[name] && !single[name]);
if (unknown.length > 0) throw new Error(`No such workload: ${unknown}. There are: ${Object.keys({ ...workloads, ...single })}`);

// ---- processes

const startServer = (name, settings) => {
  const cwd = join(folder, name);
  mkdirSync(cwd, { recursive: true });
  return start(Server, "/healthz", cwd, {
    "Gatehouse:RateLimits:Enabled": "false", "Logging:LogLevel:Default": "Warning", ...settings,
  });
};

const tokenOf = async (server, headers) =>
  (await expect(await post(server, "/api/auth/token", null, headers), 200)).headers.get("gn-access-token");

// ---- what the workloads send

const bearer = token => ({ headers: { Authorization: `Bearer ${token}` } });
const freshToken = () => tokenOf(server, { Cookie: person.cookie });
const once = make => { let made; return () => made ??= make(); };
const file = (name, lines) => { const path = join(folder, name); writeFileSync(path, lines.join("\n") + "\n"); return path; };

async function oldToken() {
  const age = Date.now() - firstToken.at;
  if (age < 62_000) await sleep(62_000 - age); // Tokens:RenewAfter is a minute
  return firstToken.text;
}

/** A server of its own: what it remembers of so many tokens is no part of the memory that is measured. */
const distinctTokens = once(async () => {
  const verifying = await startServer("verifying", {});
  const owner = await joinUp(verifying, "verify@example.com");
  const token = await tokenOf(verifying, { Cookie: owner.cookie });
  const { stdout } = await run("dotnet", [Benchmarks, "tokens", verifying.url, token, String(DistinctTokens)],
    { cwd: verifying.cwd, maxBuffer: 1 << 30 });
  const lines = stdout.trim().split("\n").map(text => `GET /api/auth/session|Authorization: Bearer ${text}|`);
  return { server: verifying, requests: file("tokens.txt", lines) };
});

/**
 * A server of its own, on which every token is too old at once. Many sessions: one session's renewals wait for each other,
 * because in life they share what the first of them signs.
 */
const forced = once(async () => {
  const renewing = await startServer("renewing", { "Gatehouse:Tokens:RenewAfter": "00:00:00.0000001" });
  const lines = [];
  for (let person = 0; person < 10; person++) {
    const owner = await joinUp(renewing, `renewal${person}@example.com`);
    for (let count = 0; count < 48; count++) { // an account keeps 50 sessions
      const login = await expect(await post(renewing, "/account/login", { email: owner.email, password: Password }), 200);
      lines.push(`GET /api/auth/session|Authorization: Bearer ${login.headers.get("gn-access-token")}|`);
    }
  }
  return { server: renewing, requests: file("renewing.txt", lines) };
});

const logins = once(async () => {
  const lines = [];
  for (let count = 0; count < 32; count++) {
    const { email } = await joinUp(server, `login${count}@example.com`);
    lines.push(`POST /api/auth/login|Content-Type: application/json|${JSON.stringify({ email, password: Password })}`);
  }
  return file("logins.txt", lines);
});

let signUpRound = 0;
function signUps() {
  signUpRound++;
  const body = number => JSON.stringify({ email: `new${signUpRound}.${number}@example.com`, password: Password });
  return file("sign-ups.txt", Array.from({ length: 1000 * Math.ceil(seconds) }, (_, number) =>
    `POST /api/auth/signup|Content-Type: application/json|${body(number)}`));
}

// ---- measuring

async function load(url, { path = "/api/auth/session", connections = 64, headers = {}, requests, duration = seconds }) {
  const args = [`-t${Threads}`, `-c${connections}`, `-d${duration}s`, "--latency", "--timeout", "10s"];
  for (const [name, value] of Object.entries(headers)) args.push("-H", `${name}: ${value}`);
  if (requests) args.push("-s", "bench/requests.lua");
  args.push(url + path);
  if (requests) args.push("--", requests, String(Threads));
  const { stdout } = await run("wrk", args);
  const failures = stdout.match(/Non-2xx or 3xx responses: (\d+)/) ?? stdout.match(/Socket errors: (.*)/);
  if (failures) throw new Error(`wrk ${args.join(" ").slice(0, 200)}: ${failures[0]}`);
  const [, p99, unit] = stdout.match(/99%\s+([\d.]+)(us|ms|s)/);
  return {
    rate: Number(stdout.match(/Requests\/sec:\s+([\d.]+)/)[1]),
    total: Number(stdout.match(/(\d+) requests in/)[1]),
    p99: Number(p99) * { us: 0.001, ms: 1, s: 1000 }[unit],
  };
}

const status = (server, field) => Number(readFileSync(`/proc/${server.child.pid}/status`, "utf8").match(new RegExp(`${field}:\\s+(\\d+)`))[1]) / 1024;

/** Processor time of a process so far, in microseconds; the clock ticks a hundred times a second. */
const processorTime = child => {
  const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
};

async function measureLimit(name) {
  if (name === "hashing") {
    const { stdout } = await run("dotnet", [Benchmarks, "hash", String(seconds)]);
    const [rate, cpu] = stdout.split(" ").map(Number);
    return { rate, cpu };
  }
  return measureLoad(hello, { path: name === "hello" ? "/" : `/${name}` });
}

/** Requests a second, and the server's processor time for each. */
async function measureLoad(target, work) {
  const before = processorTime(target.child);
  const { rate, total } = await load(target.url, work);
  return { rate, cpu: (processorTime(target.child) - before) / total };
}

async function measureRatio(name) {
  const { against, target, prepare, ...fixed } = workloads[name];
  const results = [];
  for (let round = 0; round < rounds; round++) {
    let work = { server, ...fixed, ...await prepare() };
    if (round === 0) { // compiles what is hot
      await load(work.server.url, { ...work, duration: 2 });
      work = { ...work, ...await prepare() };
    }
    const limit = await measureLimit(against);
    results.push({ limit, ours: await measureLoad(work.server, work) });
  }
  const of = pick => median(results.map(pick));
  const ratio = of(({ ours, limit }) => ours.rate / limit.rate);
  print(name, `${Math.round(of(({ ours }) => ours.rate))}/s`, `${ratio.toFixed(2)} × ${against}`, `≥ ${target.toFixed(2)}`,
    ratio >= target, `${against} ${Math.round(of(({ limit }) => limit.rate))}/s; CPU per request `
    + `${of(({ ours }) => ours.cpu).toFixed(1)} µs, ${against} ${of(({ limit }) => limit.cpu).toFixed(1)} µs`);
}

async function measureP99() {
  const requests = await logins();
  const results = [];
  for (let round = 0; round < rounds; round++) {
    const busy = load(server.url, { path: "/api/auth/login", connections: 16, requests, duration: seconds + 1 });
    await sleep(500);
    results.push((await load(server.url, { headers: { Cookie: person.cookie } })).p99);
    await busy;
  }
  const p99 = median(results);
  print("p99 beside logins", `${p99.toFixed(1)} ms`, "", "< 50 ms", p99 < 50, "64 connections check a session, 16 log in");
}

async function measureMemory() {
  const megabytes = status(server, "VmRSS");
  await sleep(RestMilliseconds);
  const rested = status(server, "VmRSS");
  print("memory", `${Math.round(rested)} MiB`, "", "≤ 140 MiB", rested <= 140,
    `${RestMilliseconds / 1000} s after the last request; at it ${Math.round(megabytes)}, highest ${Math.round(status(server, "VmHWM"))}, `
    + `hello ${Math.round(status(hello, "VmRSS"))}`);
}

async function measureStart() {
  const times = { server: [], hello: [] };
  for (let count = 0; count < 5; count++) {
    for (const [name, begin] of [["hello", () => start(Hello, "/", folder)], ["server", () => startServer("starts", {})]]) {
      const started = await begin();
      times[name].push(started.startSeconds);
      await stop(started);
    }
  }
  // The server's first start made its database and is not counted.
  const [first, ...again] = times.server;
  print("cold start", `${median(again).toFixed(2)} s`, "", "≤ 0.60 s", median(again) <= 0.6,
    `first of all ${first.toFixed(2)} s, hello ${median(times.hello).toFixed(2)} s`);
}

const print = (name, figure, ratio, target, good, note) => console.log(
  [name.padEnd(18), figure.padStart(10), ratio.padEnd(24), target.padEnd(10), (good ? "ok" : "below").padEnd(6), note].join("  "));

let hello, server, person, firstToken;
try {
  hello = await start(Hello, "/", folder);
  await load(hello.url, { path: "/", duration: 3 });
  server = await startServer("server", {});
  person = await joinUp(server, "alice@example.com");
  firstToken = { text: await freshToken(), at: Date.now() };
  console.log(`${rounds} rounds of ${seconds} s each, ${process.arch}, ${new Date().toISOString().slice(0, 10)}`);
  for (const name of only) await (single[name] ?? (() => measureRatio(name)))();
} finally {
  killAll();
  rmSync(folder, { recursive: true, force: true });
}

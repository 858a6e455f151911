// bench/nodes builds and calls this. One node and three nodes on the same PostgreSQL and Redis, loaded in turn in short rounds by
// the same number of connections; then how long after a log-out was answered by one node the session still opens the others.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { Password, Server, expect, joinUp, killAll, median, percentile, post, sessionCookie, start } from "./house.mjs";

const { values: options } = parseArgs({ options: {
  seconds: { type: "string", default: "4" }, rounds: { type: "string", default: "3" }, revocations: { type: "string", default: "200" },
} });
const [seconds, rounds, revocations] = [options.seconds, options.rounds, options.revocations].map(Number);
const run = promisify(execFile);
const Nodes = 3;
const Connections = 48; // in all
const folder = mkdtempSync(join(tmpdir(), "gatehouse-nodes."));
const key = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");

const startNode = () => start(Server, "/healthz", folder, {
  "Gatehouse:PublicUrl": "http://127.0.0.1:8080", "Gatehouse:Database": process.env.GATEHOUSE_BENCH_POSTGRES,
  "Gatehouse:Redis": process.env.GATEHOUSE_BENCH_REDIS, "Gatehouse:Secrets:Key": key, "Gatehouse:RateLimits:Enabled": "false",
  "Gatehouse:Passwords:MemoryKiB": "8", "Gatehouse:Passwords:Iterations": "1", "Logging:LogLevel:Default": "Warning",
});

async function load(nodes, cookie, duration = seconds) {
  const rates = await Promise.all(nodes.map(async node => {
    const { stdout } = await run("wrk", ["-t1", `-c${Connections / nodes.length}`, `-d${duration}s`, "--timeout", "10s",
      "-H", `Cookie: ${cookie}`, `${node.url}/api/auth/session`]);
    const failures = stdout.match(/Non-2xx or 3xx responses: (\d+)/) ?? stdout.match(/Socket errors: (.*)/);
    if (failures) throw new Error(failures[0]);
    return Number(stdout.match(/Requests\/sec:\s+([\d.]+)/)[1]);
  }));
  return rates.reduce((sum, rate) => sum + rate, 0);
}

const status = async (node, cookie) => {
  const answer = await fetch(`${node.url}/api/auth/session`, { headers: { Cookie: cookie } });
  await answer.arrayBuffer();
  return answer.status;
};

/** Milliseconds from the log-out's answer to the first refusal; below nothing when the refusal came first. */
async function revoke(here, others, email) {
  const login = await expect(await post(here, "/api/auth/login", { email, password: Password }), 200);
  const cookie = sessionCookie(login);
  for (const node of others) if (await status(node, cookie) !== 200) throw new Error("A session of one node is none at another.");
  const refused = others.map(async node => {
    for (;;) {
      if (await status(node, cookie) === 401) return performance.now();
      await sleep(1);
    }
  });
  await expect(await post(here, "/api/auth/logout", null, { Cookie: cookie }), 200);
  const answered = performance.now();
  return (await Promise.all(refused)).map(at => at - answered);
}

try {
  const nodes = [];
  for (let count = 0; count < Nodes; count++) nodes.push(await startNode());
  const { email, cookie } = await joinUp(nodes[0], "alice@example.com");
  await load(nodes, cookie, 2); // compiles what is hot
  const rates = [];
  for (let round = 0; round < rounds; round++) rates.push({ one: await load(nodes.slice(0, 1), cookie), three: await load(nodes, cookie) });
  console.log(`session checks   one node ${Math.round(median(rates.map(rate => rate.one)))}/s, three ${Math.round(median(rates.map(rate => rate.three)))}/s: `
    + `${median(rates.map(rate => rate.three / rate.one)).toFixed(2)} ×`);
  const times = [];
  for (let count = 0; count < revocations; count++) {
    const here = nodes[count % Nodes];
    times.push(...await revoke(here, nodes.filter(node => node !== here), email));
  }
  console.log(`log-out at one node, refused by the others after   p50 ${median(times).toFixed(1)} ms   p99 ${percentile(times, 0.99).toFixed(1)} ms   `
    + `max ${Math.max(...times).toFixed(1)} ms   (${times.length} looks)`);
} finally {
  killAll();
  rmSync(folder, { recursive: true, force: true });
}

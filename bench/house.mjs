// What the measuring scripts share: starting programs, making customers by the front door, and statistics.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export const Password = "correct horse battery staple";
export const dll = (project, name) => resolve(project, "bin/Release/net10.0", name);
export const Server = dll("src/Gatehouse.Server", "Gatehouse.Server.dll");
export const Benchmarks = dll("bench/Gatehouse.Benchmarks", "Gatehouse.Benchmarks.dll");
const children = new Set();

export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise(done => probe.once("listening", done));
  const { port } = probe.address();
  await new Promise(done => probe.close(done));
  return port;
}

/** Starts a program of ours and waits until it answers 200 at a path. */
export async function start(program, path, cwd, settings = {}) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const args = [program, "--urls", url, ...Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value])];
  const began = performance.now();
  const child = spawn("dotnet", args, {
    cwd, stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, DOTNET_ENVIRONMENT: "Development" },
  });
  children.add(child);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}.`);
    try {
      const answer = await fetch(url + path);
      await answer.arrayBuffer();
      if (answer.status === 200) return { url, child, cwd, startSeconds: (performance.now() - began) / 1000 };
    } catch {
      await sleep(5);
    }
  }
}

export async function stop(server) {
  const ended = new Promise(done => server.child.once("exit", done));
  server.child.kill("SIGTERM");
  await ended;
  children.delete(server.child);
}

export function killAll() {
  for (const child of children) child.kill("SIGKILL");
}

export const post = (server, path, body, headers = {}) => fetch(server.url + path, {
  method: "POST", body: body && JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers },
});

export const expect = async (answer, status) => {
  if (answer.status !== status) throw new Error(`${answer.url} answered ${answer.status}: ${await answer.text()}`);
  return answer;
};

export const sessionCookie = answer => answer.headers.getSetCookie().find(text => text.includes("gatehouse=")).split(";")[0];

/** Signs up, takes the link out of the mail, verifies: through the front door, as a customer does. */
export async function joinUp(server, email) {
  await expect(await post(server, "/api/auth/signup", { email, password: Password }), 202);
  let mails = [];
  while (mails.length === 0) {
    await sleep(20);
    mails = (await (await fetch(`${server.url}/dev/mail.json?to=${encodeURIComponent(email)}`)).json()).mails;
  }
  const token = new URL(mails[0].links[0]).href.match(/[A-Za-z0-9_-]{43}/)[0];
  const verified = await expect(await post(server, `/api/auth/mail/verify/${token}`, { password: Password, user_name: "Bench" }), 200);
  return { email, cookie: sessionCookie(verified) };
}

export const median = list => percentile(list, 0.5);

export const percentile = (list, part) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))];

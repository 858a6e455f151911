import assert from "node:assert/strict";
import type { Loader } from "../../web/client/types";
import { ada, type Answer, guest, problem } from "./support/server";
import { beLateAtOnce, count, gate, listen, refused, settled, test, until } from "./support/test";

const Info = "GET /api/auth/info";

test("constructing asks the server once", async ({ server, tab }) => {
  const auth = tab();
  await auth.get();
  await settled();
  assert.equal(server.calls(Info).length, 1);
});

test("without initFetch nothing is asked until the page does", async ({ server, tab }) => {
  const auth = tab({ initFetch: false });
  await settled();
  assert.equal(server.seen.length, 0);
  assert.deepEqual((await auth.get()).user, {});
  assert.equal(server.calls(Info).length, 1);
});

test("sixteen gets at once are one request", async ({ server, tab }) => {
  const { opens, open } = gate();
  server.when(Info, { body: ada, after: opens });
  const auth = tab();
  const all = Array.from({ length: 16 }, () => auth.get());
  open();
  for (const global of await Promise.all(all))
    assert.equal(global.user["key"], "a1");
  await auth.get();
  assert.equal(server.calls(Info).length, 1);
});

test("what a page does with its global changes nobody else's", async ({ server, tab }) => {
  server.when(Info, { body: ada });
  const auth = tab();
  auth.on("update", (global) => void (global.user["displayname"] = "changed by a listener"));
  const [one, two] = await Promise.all([auth.get(), auth.get()]);
  one.user["displayname"] = "changed by a page";
  assert.equal(two.user["displayname"], "Ada");
  assert.equal((await auth.get()).user["displayname"], "Ada");
});

const failures: [string, Answer, number?][] = [
  ["a 503", problem(503, "unavailable", 1007)],
  ["a bug", problem(500, "internal", 1025)],
  ["a page instead of JSON", { body: "<h1>Welcome to our wireless network</h1>" }],
  ["a proxy's page", { status: 502, body: "<h1>Bad gateway</h1>" }],
  ["JSON that is no global", { body: { hello: 1 } }],
  ["JSON that is no object", { body: "[1" }],
  ["a connection that breaks", { cut: true }],
  ["a refusal", problem(429, "too_many_requests", 1024), 1024],
];
for (const [name, answer, id = 1007] of failures) {
  test(`${name} rejects ${id}, and the next get tries again`, async ({ server, tab }) => {
    server.when(Info, answer, { body: ada });
    const auth = tab({ initFetch: false });
    const heard = listen(auth);
    await refused(auth.get(), id);
    assert.deepEqual(heard.map(([event]) => event), id === 1007 ? ["server-down", "error"] : ["error"]);
    assert.equal((heard.at(-1)![1] as { id: number }).id, id);
    assert.equal((await auth.get()).user["key"], "a1");
  });
}

test("a server that is not there rejects 1007", async ({ tab }) => {
  await refused(tab({ api: "http://127.0.0.1:9/api/auth" }).get(), 1007);
});

test("a server that never answers rejects 1007, tells the visitor twice, and the next get tries again", async ({ server, tab }) => {
  server.when(Info, { hang: true }, { body: ada });
  let told = 0;
  const auth = tab({ initFetch: false, timeout: { failed: 40 }, ui: { timeout: () => told++ } });
  const heard = listen(auth);
  await refused(auth.get(), 1007);
  assert.equal(count(heard, "server-down"), 1);
  assert.equal(count(heard, "error"), 1);
  auth.timeout.failed = 30_000;
  assert.equal((await auth.get()).user["key"], "a1");
  assert.ok(told >= 1);
});

test("the visitor is told again when the server stays away", async ({ server, tab }) => {
  server.when(Info, { hang: true });
  let told = 0;
  const auth = tab({ initFetch: false, ui: { timeout: () => Promise.reject(new Error(`${++told}`)) } });
  beLateAtOnce(auth);
  await refused(auth.get(), 1007);
  await until(() => told === 2);
});

test("an answer that comes late still counts", async ({ server, tab }) => {
  const { opens, open } = gate();
  server.when(Info, { body: ada, after: opens });
  const auth = tab({ initFetch: false });
  const heard = listen(auth);
  beLateAtOnce(auth);
  await refused(auth.get(), 1007);
  open();
  await until(() => count(heard, "update") === 1);
  assert.equal((await auth.get()).user["key"], "a1");
  assert.equal(server.calls(Info).length, 1);
});

test("an older answer that comes after a newer one is dropped", async ({ server, tab }) => {
  const { opens, open } = gate();
  server.when(Info, { body: guest, after: opens }, { body: ada }).when("POST /api/auth/login", {});
  const auth = tab({ initFetch: false });
  const old = auth.fetch();
  await until(() => server.calls(Info).length === 1);
  assert.equal((await auth.login({ username: "ada", password: "x" })).user["key"], "a1");
  open();
  assert.equal((await old).user["key"], "a1");
  assert.equal((await auth.get()).user["key"], "a1");
});

const loaders: [string, (log: string[]) => Loader][] = [
  ["ldloader", (log) => ({ on: () => log.push("on"), off: () => log.push("off"), cancel: () => log.push("cancel") })],
  ["a loader that only toggles", (log) => ({ toggle: (on) => log.push(on ? "on" : "off") })],
];
for (const [name, make] of loaders) {
  test(`${name} appears when it takes long, and goes away`, async ({ server, tab }) => {
    const { opens, open } = gate();
    server.when(Info, { body: guest, after: opens });
    const log: string[] = [];
    const auth = tab({ loader: make(log), timeout: { loader: 5 } });
    const asked = auth.get();
    await until(() => log.length > 0);
    open();
    await asked;
    await until(() => log.length > 1);
    assert.deepEqual(log, ["on", "off"]);
  });
}

test("a loader goes away when the server fails", async ({ server, tab }) => {
  const { opens, open } = gate();
  server.when(Info, { cut: true, after: opens });
  const log: string[] = [];
  const asked = tab({ loader: loaders[0]![1](log), timeout: { loader: 5 } }).get();
  await until(() => log.length > 0);
  open();
  await refused(asked, 1007);
  await until(() => log.includes("off"));
});

test("a loader that fails keeps nobody out", async ({ server, tab }) => {
  const { opens, open } = gate();
  server.when(Info, { body: ada, after: opens });
  let tried = false;
  const asked = tab({
    timeout: { loader: 5 },
    loader: {
      on: () => {
        tried = true;
        throw new Error("no stylesheet");
      },
    },
  }).get();
  await until(() => tried);
  open();
  assert.equal((await asked).user["key"], "a1");
});

test("no loader appears for a server that is quick", async ({ tab }) => {
  const log: string[] = [];
  await tab({ loader: loaders[0]![1](log), timeout: { loader: 30_000 } }).get();
  assert.deepEqual(log, []);
});

test("the cookie is enough where the page says so", async ({ server, page, tab }) => {
  page.document.cookie = `a=1; global=${encodeURIComponent(JSON.stringify(ada))}; b=2`;
  const auth = tab({ initFetch: false });
  assert.equal((await auth.fetch({ renew: false })).user["key"], "a1");
  assert.equal(server.seen.length, 0);
  assert.deepEqual((await auth.fetch()).user, {});
});

test("who wants the server's word gets it, though another is content with the cookie just then", async ({ server, page, tab }) => {
  page.document.cookie = `global=${encodeURIComponent(JSON.stringify(ada))}`;
  const auth = tab({ initFetch: false });
  const [content, newest] = await Promise.all([auth.fetch({ renew: false }), auth.fetch()]);
  assert.equal(content.user["key"], "a1");
  assert.deepEqual(newest.user, {});
  assert.deepEqual((await auth.get()).user, {});
  await Promise.all([auth.fetch(), auth.fetch({ renew: false }), auth.get()]);
  assert.equal(server.calls(Info).length, 2);
});

test("a get is content with the cookie where the page's fetch is", async ({ server, page, tab }) => {
  page.document.cookie = `global=${encodeURIComponent(JSON.stringify(ada))}`;
  const auth = tab({ initFetch: false });
  void auth.fetch({ renew: false });
  assert.equal((await auth.get()).user["key"], "a1");
  assert.equal(server.seen.length, 0);
});

for (const cookie of ["", "global=%7B", "global=%", "global=null", "global=", "notglobal=1"]) {
  test(`the cookie '${cookie}' sends to the server`, async ({ server, page, tab }) => {
    page.document.cookie = cookie;
    await tab({ initFetch: false }).fetch({ renew: false });
    assert.equal(server.calls(Info).length, 1);
  });
}

test("ld$.fetch carries a token only where the server gives one", async ({ server, tab }) => {
  const ld$ = { fetch: { headers: undefined as Record<string, unknown> | undefined } };
  Object.assign(globalThis, { ld$ });
  server.when(Info, { body: guest }, { body: { ...guest, csrfToken: "t" } });
  const auth = tab({ initFetch: false });
  await auth.fetch();
  assert.equal(ld$.fetch.headers, undefined);
  await auth.fetch();
  assert.deepEqual(ld$.fetch.headers, { "X-CSRF-Token": "t" });
});

test("what inject answers is ext, as it is", async ({ tab }) => {
  const auth = tab({ initFetch: false });
  assert.deepEqual((await auth.get()).ext, {});
  const theirs = { speak: () => "moo" };
  auth.inject = () => theirs;
  assert.equal((await auth.fetch()).ext, theirs);
});

test("an inject that fails is an error event, and get goes on", async ({ tab }) => {
  const auth = tab({ initFetch: false });
  auth.inject = () => {
    throw new Error("theirs");
  };
  const heard = listen(auth);
  await auth.get();
  assert.deepEqual(heard.map(([event]) => event), ["error", "update", "change"]);
});

for (const api of ["/other", "/other/"]) {
  test(`the api may be ${api}`, async ({ server, tab }) => {
    server.when("GET /other/info", { body: ada });
    const auth = tab({ api });
    assert.equal(auth.apiRoot(), "/other/");
    assert.equal(auth["api-root"](), "/other/");
    assert.equal((await auth.get()).user["key"], "a1");
  });
}

test("the server hears which language is wanted, where one is", async ({ server, tab }) => {
  const auth = tab({ initFetch: false, lng: "zh-TW" });
  await auth.get();
  auth.lng = "de";
  await auth.fetch();
  assert.deepEqual(server.seen.map(({ headers }) => headers["accept-language"]), ["zh-TW", "de"]);
});

test("the default waits are one second and ten", async ({ tab }) => {
  const { Auth } = await import("../../web/client/index");
  const auth = new Auth({ initFetch: false });
  assert.equal(auth.timeout.loader, 1000);
  assert.equal(auth.timeout.failed, 10_000);
  auth.close();
  tab({ initFetch: false });
});

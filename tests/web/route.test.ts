import assert from "node:assert/strict";
import type { Global, RouteOptions } from "../../web/client/types";
import { ada, guest, problem } from "./support/server";
import { gate, refused, test } from "./support/test";

const Info = "GET /api/auth/info";

/** Where a visitor was shown to. */
function places(): { shown: string[]; options: RouteOptions } {
  const shown: string[] = [];
  return {
    shown,
    options: {
      home: (global?: Global) => shown.push(`home of ${global?.user["key"]}`),
      landing: (global?: Global) => shown.push(`landing of ${global ? "a guest" : "nobody knows whom"}`),
      after: 30_000,
    },
  };
}

test("who is logged in is led home, a guest to the landing", async ({ server, tab }) => {
  server.when(Info, { body: ada }, { body: guest });
  const { shown, options } = places();
  assert.equal((await tab().route(options) as Global).user["key"], "a1");
  await tab().route(options);
  assert.deepEqual(shown, ["home of a1", "landing of a guest"]);
});

test("a server that fails means the landing", async ({ server, tab }) => {
  server.when(Info, problem(503, "unavailable", 1007));
  const { shown, options } = places();
  await tab().route(options);
  assert.deepEqual(shown, ["landing of nobody knows whom"]);
});

test("a server that takes too long means the landing, and the page still hears who it was", async ({ server, tab }) => {
  const { opens, open } = gate();
  server.when(Info, { body: ada, after: opens });
  const { shown, options } = places();
  const auth = tab();
  const update = new Promise<Global>((resolve) => auth.on("update", resolve));
  await auth.route({ ...options, after: 10 });
  open();
  assert.equal((await update).user["key"], "a1");
  assert.deepEqual(shown, ["landing of nobody knows whom"]);
});

test("places may be addresses, and said once when the object is made", async ({ server, page, tab }) => {
  server.when(Info, { body: ada }, { body: guest });
  await tab({ home: "/home", landing: "/welcome" }).route({ after: 30_000 });
  await tab({ home: "/home", landing: "/welcome" }).route({ after: 30_000 });
  await tab().route({ after: 30_000 });
  assert.deepEqual(page.visited, ["/home", "/welcome"]);
});

for (const [bid, name] of [[undefined, "auth"], [{ name: "@servebase/auth" }, "@servebase/auth"]] as const) {
  test(`the block ${name} for the address's action is put where the page wants it`, async ({ tab }) => {
    location.search = "?passwd-reset";
    const made: [unknown, Record<string, unknown>][] = [];
    const auth = tab({ manager: { from: async (...all) => ({ interface: made.push(all) }) } });
    await auth.route({ root: "#here", ...(bid && { bid }) });
    assert.deepEqual(made[0]![0], { name, path: "passwd-reset" });
    assert.equal(made[0]![1]["root"], "#here");
    assert.deepEqual(made[0]![1]["data"], { auth });
  });
}

test("an address without an action shows the panel", async ({ server, tab }) => {
  server.when(Info, { body: guest }, { body: ada });
  let lock: unknown;
  const auth = tab({ ui: { authpanel: async (_, options) => void (lock = options?.lock) } });
  await auth.route({ root: "#here" });
  assert.equal(lock, true);
});

test("a block that can't be had is an lderror", async ({ tab }) => {
  location.search = "?mail-expire=1";
  await refused(tab().route({ root: "#here" }), 1027);
  await refused(tab({ manager: { from: () => Promise.reject(new TypeError("scope")) } }).route({ root: "#here" }), 1022);
});

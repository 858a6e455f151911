import assert from "node:assert/strict";
import { register } from "node:module";
import type { AuthPanel } from "../../web/client/types";
import { ada, guest } from "./support/server";
import { refused, test } from "./support/test";

const Info = "GET /api/auth/info";

// Node imports no addresses of the web by itself: this fetches them, as a browser does.
register(`data:text/javascript,${encodeURIComponent(`
  export const resolve = (name, context, next) => name.startsWith("http:") ? { url: name, shortCircuit: true } : next(name, context);
  export async function load(url, context, next) {
    if (!url.startsWith("http:"))
      return next(url, context);
    const answer = await fetch(url);
    if (!answer.ok)
      throw new TypeError("Failed to fetch dynamically imported module");
    return { format: "module", source: await answer.text(), shortCircuit: true };
  }`)}`);

test("a panel of the page's own is a function, and hears what the page asks of it", async ({ tab }) => {
  const asked: unknown[] = [];
  const authpanel: AuthPanel = async (toggle, options) => {
    asked.push(toggle, options);
    return ada;
  };
  assert.equal(await tab({ ui: { authpanel } }).prompt({ tab: "signup", lock: true }), ada);
  assert.deepEqual(asked, [true, { tab: "signup", lock: true }]);
});

test("a panel may be an object with an interface, or a block whose interface makes one", async ({ tab }) => {
  const auth = tab({ ui: { authpanel: { interface: async () => ada } } });
  assert.equal(await auth.prompt(), ada);
  auth["set-ui"]({ authpanel: { interface: () => async () => guest } });
  assert.equal(await auth.prompt(), guest);
});

test("a panel that is none is an lderror", async ({ tab }) => {
  const auth = tab();
  auth.setUi({ authpanel: {} as never });
  await refused(auth.prompt(), 1025);
});

for (const [given, asked] of [[undefined, { name: "auth" }], ["@servebase/auth", "@servebase/auth"]] as const) {
  test(`with a manager the panel is the block ${given ?? "auth"}, made once`, async ({ page, tab }) => {
    const made: unknown[] = [];
    const manager = {
      from: async (...all: unknown[]) => {
        made.push(...all);
        return { interface: async (_: boolean, options: unknown) => options };
      },
    };
    const auth = tab({ manager, zmgr: "z", ...(given && { authpanel: given }) });
    assert.deepEqual(await Promise.all([auth.prompt({ tab: "login" }), auth.prompt({ tab: "signup" })]), [{ tab: "login" }, { tab: "signup" }]);
    const [block, { root, data }] = made as [unknown, { root: unknown; data: { auth: unknown; zmgr: unknown } }];
    assert.deepEqual(block, asked);
    assert.equal(root, page.document.body);
    assert.equal(data.auth, auth);
    assert.equal(data.zmgr, "z");
    assert.equal(made.length, 2);
  });
}

test("a block that could not be made is an lderror, and the next prompt makes it", async ({ tab }) => {
  const failures: unknown[] = [new TypeError("undefined (reading 'scope')"), { name: "lderror", id: 404 }, { interface: 1 }];
  const manager = {
    from: async () => {
      const next = failures.shift() ?? { interface: async () => ada };
      if (typeof (next as { interface?: unknown }).interface === "undefined")
        throw next;
      return next as { interface: unknown };
    },
  };
  const auth = tab({ manager });
  await refused(auth.prompt(), 1022);
  await refused(auth.prompt(), 404);
  await refused(auth.prompt(), 1022);
  assert.equal(await auth.prompt(), ada);
});

test("without a manager the panel is the server's element, made once", async ({ server, page, tab }) => {
  server.when("GET /auth/panel.mjs", { body: "export {}", headers: { "Content-Type": "text/javascript" } });
  const auth = tab();
  assert.equal(await auth.prompt({ tab: "signup" }), undefined);
  await auth.prompt();
  await (auth.ui.authpanel as AuthPanel)(false);
  const [panel, ...others] = page.elements;
  assert.equal(others.length, 0);
  assert.equal(panel!.name, "gatehouse-panel");
  assert.equal(panel!.auth, auth);
  assert.deepEqual(panel!.attributes, { modal: "" });
  assert.deepEqual(panel!.opened, [{ tab: "signup" }, {}]);
  assert.equal(panel!.shut, 1);
});

test("a panel that can't be loaded is 1007", async ({ tab }) => {
  await refused(tab().prompt(), 1007);
});

test("a panel that could not be loaded is asked for again, at an address that no engine has given up", async ({ server, page, tab }) => {
  const panel = "GET /auth/panel.mjs";
  server.when(panel, { status: 503 }, { cut: true }, { body: "export {}", headers: { "Content-Type": "text/javascript" } });
  const auth = tab();
  await refused(auth.prompt(), 1007);
  await refused(auth.prompt(), 1007);
  await auth.prompt();
  await auth.prompt();
  assert.deepEqual(server.calls(panel).map(({ path }) => path), ["/auth/panel.mjs", "/auth/panel.mjs?again=1", "/auth/panel.mjs?again=2"]);
  assert.equal(page.elements.length, 1);
});

test("ensure shows no panel to who is logged in", async ({ server, tab }) => {
  server.when(Info, { body: ada });
  const auth = tab({ ui: { authpanel: () => assert.fail("shown") } });
  assert.equal((await auth.ensure()).user["key"], "a1");
});

for (const [name, options] of [["authedOnly", { authedOnly: true }], ["authed-only", { "authed-only": true }]] as const) {
  test(`get with ${name} shows the panel, and answers who logged in there`, async ({ server, tab }) => {
    server.when(Info, { body: guest }, { body: ada }).when("POST /api/auth/login", {});
    const shown: unknown[] = [];
    const auth = tab({
      ui: {
        authpanel: async (_, asked) => {
          shown.push(asked);
          return auth.login({ username: "ada", password: "x" });
        },
      },
    });
    assert.equal((await auth.get({ ...options, tab: "signup", lock: true, redirect: "/next" })).user["key"], "a1");
    assert.deepEqual(shown, [{ tab: "signup", lock: true, redirect: "/next" }]);
    assert.equal(server.calls(Info).length, 2);
  });
}

test("a panel that logs in by a call of its own counts", async ({ server, tab }) => {
  server.when(Info, { body: guest }, { body: ada });
  assert.equal((await tab({ ui: { authpanel: async () => undefined } }).ensure()).user["key"], "a1");
});

test("ensure rejects 1000 when the panel is dismissed", async ({ tab }) => {
  await refused(tab({ ui: { authpanel: async () => undefined } }).ensure(), 1000);
  await refused(tab({ ui: { authpanel: () => Promise.reject(Object.assign(new Error(), { name: "lderror", id: 999 })) } }).ensure(), 1000);
});

test("ensure rejects with what broke the panel", async ({ tab }) => {
  await refused(tab({ ui: { authpanel: () => Promise.reject(new Error("theirs")) } }).ensure(), 1025);
});

test("a get that any guest may have shows no panel", async ({ tab }) => {
  assert.deepEqual((await tab({ ui: { authpanel: () => assert.fail("shown") } }).get()).user, {});
});

test("ensureVerified wants somebody verified", async ({ server, tab }) => {
  server.when(Info, { body: ada });
  assert.equal((await tab().ensureVerified()).user["key"], "a1");
  server.when(Info, { body: { ...ada, user: { ...ada.user, verified: null } } });
  await refused(tab().ensureVerified(), 1021);
  const shown: unknown[] = [];
  const auth = tab({ ldcvmgr: { get: async (id) => void shown.push(id) } });
  await auth.ensureVerified();
  assert.deepEqual(shown, [{ name: "@servebase/auth", path: "ensure-verified" }]);
});

import assert from "node:assert/strict";
import type { Auth } from "../../web/client/auth";
import type { LdError } from "../../web/client/types";
import { ada, type Answer, guest, problem } from "./support/server";
import { beLateAtOnce, count, gate, listen, refused, settled, test, until } from "./support/test";

const Info = "GET /api/auth/info";
const Login = "POST /api/auth/login";
const Logout = "POST /api/auth/logout";
const credentials = { username: "ada", password: "correct horse" };

test("both generations of events come, with the global, and this is the auth object", async ({ tab }) => {
  const auth = tab({ initFetch: false });
  const heard: unknown[] = [];
  auth.on(["update", "change"], function (global) {
    heard.push(this, global.user);
  });
  await auth.fetch();
  assert.deepEqual(heard.map((each) => each === auth ? "auth" : each), ["auth", {}, "auth", {}]);
});

test("off ends the listening", async ({ tab }) => {
  const auth = tab({ initFetch: false });
  let heard = 0;
  const listener = () => heard++;
  auth.on("update", listener);
  auth.off(["update", "unheard-of"], listener);
  await auth.fetch();
  assert.equal(heard, 0);
});

test("what a listener throws is an error event; the others hear, and fetch goes on", async ({ tab }) => {
  const auth = tab({ initFetch: false });
  const thrown = new Error("theirs");
  auth.on("update", () => {
    throw thrown;
  });
  const heard = listen(auth);
  await auth.fetch();
  assert.deepEqual(heard.map(([name]) => name), ["error", "update", "change"]);
  assert.equal(heard[0]![1], thrown);
});

test("an error listener that throws is not asked what it thinks of that", async ({ tab }) => {
  const auth = tab({ initFetch: false });
  let heard = 0;
  auth.on("error", () => {
    heard++;
    throw new Error("again");
  });
  auth.fire("error", new Error("one"));
  assert.equal(heard, 1);
});

test("a page may fire events of its own", async ({ tab }) => {
  const auth = tab({ initFetch: false });
  const heard: unknown[] = [];
  auth.on("theirs", (...values: unknown[]) => void heard.push(...values));
  auth.fire("theirs", 1, 2);
  assert.deepEqual(heard, [1, 2]);
});

test("logging in answers the new global", async ({ server, tab }) => {
  server.when(Info, { body: guest }, { body: ada }).when(Login, {});
  const auth = tab();
  await auth.get();
  const heard = listen(auth);
  assert.equal((await auth.login(credentials)).user["key"], "a1");
  assert.deepEqual(server.calls(Login)[0]!.body, credentials);
  assert.match(server.calls(Login)[0]!.headers["content-type"]!, /^application\/json/);
  assert.deepEqual(heard.map(([name]) => name), ["update", "change"]);
});

test("a refusal says what the server said", async ({ server, tab }) => {
  server.when(Login, { ...problem(429, "too_many_requests", 1024, { detail: "Zu viele Versuche." }), headers: { "Retry-After": "42" } });
  const error = await refused(tab().login(credentials), 1024);
  assert.deepEqual(
    { code: error.code, status: error.status, detail: error.detail, message: error.message, retryAfter: error.retryAfter },
    { code: "too_many_requests", status: 429, detail: "Zu viele Versuche.", message: "Zu viele Versuche.", retryAfter: 42 });
});

test("a refusal names the fields that are to blame", async ({ server, tab }) => {
  const errors = { email: ["is not an email address"] };
  server.when("POST /api/auth/signup", problem(422, "invalid_input", 1015, { errors }));
  assert.deepEqual((await refused(tab().signup({ email: "x", password: "y" }), 1015)).errors, errors);
});

for (const [code, id] of [["invalid_credentials", 1012], ["account_unverified", 1021]] as const) {
  test(`${code} is ${id}, and no event: the panel tells`, async ({ server, tab }) => {
    server.when(Login, problem(401, code, id));
    const auth = tab();
    const heard = listen(auth);
    await refused(auth.login(credentials), id);
    assert.equal(count(heard, "error"), 0);
  });
}

const oddities: [string, Answer, number][] = [
  ["a status without a problem is its own number", { status: 418, body: "<p>teapot" }, 418],
  ["a proxy's 5xx is 1007", { status: 504, body: "<p>late" }, 1007],
  ["a page instead of JSON is 1007", { body: "<p>welcome" }, 1007],
  ["a broken connection is 1007", { cut: true }, 1007],
  ["a bug keeps its number", problem(500, "internal", 1025), 1025],
];
for (const [name, answer, id] of oddities) {
  test(`${name}`, async ({ server, tab }) => {
    server.when("GET /api/auth/users", answer);
    await refused(tab().users(), id);
  });
}

test("a call that gets no answer is 1006", async ({ server, tab }) => {
  server.when("GET /api/auth/users", { hang: true });
  await refused(tab({ initFetch: false, timeout: { failed: 20 } }).users(), 1006);
});

test("a call that the page gave up is 999", async ({ server, tab }) => {
  server.when("GET /api/auth/users", { hang: true });
  const stop = new AbortController();
  const asked = refused(tab().request("GET", "users", undefined, { signal: stop.signal }), 999);
  stop.abort();
  await asked;
  await refused(tab().request("GET", "users", undefined, { signal: stop.signal }), 999);
});

test("a call answers the server's JSON, or nothing where there is none", async ({ server, tab }) => {
  server.when("GET /account", { body: { id: "a1" } }).when("DELETE /api/auth/account/sessions/s1", { status: 204 });
  const auth = tab();
  assert.deepEqual(await auth.request("GET", "/account"), { id: "a1" });
  assert.equal(await auth.request("DELETE", "account/sessions/s1", undefined, { headers: { "Account-Grant": "g" } }), undefined);
  assert.equal(server.calls("DELETE /api/auth/account/sessions/s1")[0]!.headers["account-grant"], "g");
});

test("a call leaves for no other origin", async ({ tab }) => {
  await refused(tab().request("GET", "https://elsewhere.example/info"), 1019);
  await refused(tab().request("GET", "//elsewhere.example/info"), 1019);
});

for (const [name, path, attempt] of [
  ["login", Login, (auth: Auth) => auth.login(credentials)],
  ["signup", "POST /api/auth/signup", (auth: Auth) => auth.signup({ email: "a@b.example", password: "x" })],
] as const) {
  test(`cookies in a mess are cleared, and ${name} tried again`, async ({ server, tab }) => {
    server.when(path, problem(403, "cross_origin", 1005), {}).when("POST /api/auth/reset", {});
    await attempt(tab({ initFetch: false }));
    assert.equal(server.calls(path).length, 2);
    assert.deepEqual(server.seen.slice(0, 4).map((seen) => `${seen.method} ${seen.path}`), [path, "POST /api/auth/reset", Info, path]);
  });

  test(`a ${name} that is another site's call in earnest stays refused`, async ({ server, tab }) => {
    server.when(path, problem(403, "cross_origin", 1005)).when("POST /api/auth/reset", {});
    await refused(attempt(tab({ initFetch: false })), 1005);
    assert.equal(server.calls(path).length, 2);
  });
}

const calls: [string, string, unknown, (auth: Auth) => Promise<unknown>][] = [
  ["signup", "POST /api/auth/signup", { email: "a@b.example", password: "x", invite: "i" },
    (auth) => auth.signup({ email: "a@b.example", password: "x", invite: "i" })],
  ["resend", "POST /api/auth/mail/verify", { email: "a@b.example" }, (auth) => auth.resend("a@b.example")],
  ["resend with an object", "POST /api/auth/mail/verify", { email: "a@b.example" }, (auth) => auth.resend({ email: "a@b.example" })],
  ["recover", "POST /api/auth/passwd", { username: "ada" }, (auth) => auth.recover("ada")],
  ["recover with an object", "POST /api/auth/passwd", { email: "a@b.example" }, (auth) => auth.recover({ email: "a@b.example" })],
  ["addUser", "POST /api/auth/users", { name: "Bo", password: "x" }, (auth) => auth.addUser({ name: "Bo", password: "x" })],
];
for (const [name, path, body, call] of calls) {
  test(`${name} says to the server what it was told`, async ({ server, tab }) => {
    server.when(path, { status: 202, body: { status: "check_email" } });
    assert.deepEqual(await call(tab()), { status: "check_email" });
    assert.deepEqual(server.calls(path)[0]!.body, body);
  });
}

test("users answers the list; choosing one answers the new global", async ({ server, tab }) => {
  const users = [{ id: "u1", name: "Ada", preferences: {} }];
  server.when("GET /api/auth/users", { body: { users } }).when("PATCH /api/auth/session", {}).when(Info, { body: guest }, { body: ada });
  const auth = tab();
  await auth.get();
  assert.deepEqual(await auth.users(), users);
  assert.equal((await auth.selectUser("u1")).user["user_id"], "u1");
  await auth.selectUser(null);
  assert.deepEqual(server.calls("PATCH /api/auth/session").map(({ body }) => body), [{ user_id: "u1" }, { user_id: null }]);
});

test("logging out tells so once, after the new global", async ({ server, tab }) => {
  server.when(Info, { body: ada }, { body: guest }).when(Logout, {});
  const auth = tab();
  await auth.get();
  const heard = listen(auth);
  await auth.logout();
  assert.deepEqual(heard.map(([name]) => name), ["update", "change", "logout"]);
  assert.equal(server.calls(Logout)[0]!.path, "/api/auth/logout");
  assert.deepEqual((await auth.get()).user, {});
});

test("a guest who logs out hears of it too", async ({ server, tab }) => {
  server.when(Logout, {});
  const auth = tab({ initFetch: false });
  const heard = listen(auth);
  await auth.logout();
  assert.equal(count(heard, "logout"), 1);
});

test("a logout that fails is an error event and a rejection; nobody is logged out", async ({ server, tab }) => {
  server.when(Info, { body: ada }).when(Logout, problem(503, "unavailable", 1007));
  const log: string[] = [];
  const auth = tab({ loader: { on: () => log.push("on"), off: () => log.push("off") }, timeout: { loader: 0 } });
  await auth.get();
  const heard = listen(auth);
  await refused(auth.logout(), 1007);
  assert.deepEqual(heard.map(([name]) => name), ["server-down", "error"]);
  assert.equal((heard[1]![1] as LdError).id, 1007);
  await settled();
  assert.equal(log.filter((each) => each === "on").length, log.filter((each) => each === "off").length);
  assert.equal((await auth.get()).user["key"], "a1");
});

test("a logout that the server never answers is 1007", async ({ server, tab }) => {
  server.when(Logout, { hang: true });
  let told = 0;
  await refused(tab({ initFetch: false, timeout: { failed: 20 }, ui: { timeout: () => told++ } }).logout(), 1007);
  await until(() => told >= 1);
});

test("a logout that the server answers late is a rejection, and then a logout all the same, in every tab", async ({ server, tab }) => {
  const { opens, open } = gate();
  server.when(Info, { body: ada }).when(Logout, { after: opens });
  const [auth, other] = [tab(), tab()];
  await Promise.all([auth.get(), other.get()]);
  const [heard, heardThere] = [listen(auth), listen(other)];
  beLateAtOnce(auth);
  await refused(auth.logout(), 1007);
  assert.deepEqual(heard.map(([name]) => name), ["server-down", "error"]);
  server.when(Info, { body: guest });
  open();
  await until(() => count(heard, "logout") === 1 && count(heardThere, "logout") === 1);
  assert.deepEqual(heard.map(([name]) => name).slice(2), ["update", "change", "logout"]);
  assert.deepEqual((await auth.get()).user, {});
});

test("a guest's logout that the server answers late is told of once", async ({ server, tab }) => {
  const { opens, open } = gate();
  server.when(Logout, { after: opens });
  const auth = tab({ initFetch: false });
  const heard = listen(auth);
  beLateAtOnce(auth);
  await refused(auth.logout(), 1007);
  open();
  await until(() => count(heard, "logout") === 1);
});

test("who has logged out is a guest, though the server goes down just then", async ({ server, tab }) => {
  server.when(Info, { body: ada }, { cut: true }).when(Logout, {});
  const auth = tab();
  await auth.get();
  const heard = listen(auth);
  await auth.logout();
  assert.equal(count(heard, "logout"), 1);
  assert.deepEqual((await auth.get()).user, {});
});

test("reset goes to the page that clears everything", async ({ server, page, tab }) => {
  tab({ initFetch: false }).reset();
  const { Auth } = await import("../../web/client/index");
  Auth.reset();
  assert.deepEqual(page.visited, [`${server.origin}/auth/reset`, "/auth/reset"]);
});

import assert from "node:assert/strict";
import { ada, type Answer, guest, problem, type Seen } from "./support/server";
import { beLateAtOnce, count, gate, listen, refused, settled, test, until, type Stage } from "./support/test";

const Info = "GET /api/auth/info";
const Login = "POST /account/login";
const Own = "GET /own";
const Key = "gatehouse-token";
const credentials = { username: "ada", password: "x" };

const token = (sid: string, iat: number, note = "") =>
  `h.${Buffer.from(JSON.stringify({ sid, iat, note, pad: "ÿ~?" })).toString("base64url")}.s`;
const carries = (text: string, answer: Answer = {}): Answer => ({ ...answer, headers: { ...answer.headers, "GN-Access-Token": text } });
const tokenOf = (seen: Seen) => seen.headers.authorization?.replace("Bearer ", "");
const invalid = problem(401, "invalid_token", 1000);

/** Takes these tokens, and answers who they belong to. */
function takes({ server }: Stage, ...good: string[]): void {
  const judge = (answer: Answer) => (seen: Seen): Answer => {
    const given = tokenOf(seen);
    return given === undefined ? { body: guest } : good.includes(given) ? answer : invalid;
  };
  server.when(Info, judge({ body: ada })).when(Own, judge({ body: { mine: true } }));
}

async function loggedIn(stage: Stage, options: Parameters<Stage["tab"]>[0] = {}, first = token("s", 100)) {
  takes(stage, first);
  stage.server.when(Login, carries(first));
  const auth = stage.tab({ bearer: true, initFetch: false, ...options });
  await auth.login(credentials);
  return { auth, first };
}

test("a login brings a token, and every call carries it", async (stage) => {
  const { auth, first } = await loggedIn(stage);
  assert.deepEqual(stage.server.calls(Login)[0]!.body, credentials);
  assert.equal((await auth.get()).user["key"], "a1");
  await auth.request("GET", "/own");
  assert.equal(tokenOf(stage.server.calls(Own)[0]!), first);
  assert.equal(stage.page.storage.size, 0);
});

test("a login carries no token of before", async (stage) => {
  const { auth } = await loggedIn(stage);
  await auth.login(credentials);
  assert.deepEqual(stage.server.calls(Login).map(tokenOf), [undefined, undefined]);
});

test("a login without a readable token says what is wrong", async ({ server, tab }) => {
  server.when(Login, {});
  assert.match((await refused(tab({ bearer: true }).login(credentials), 1027)).message, /GN-Access-Token/);
});

test("a login that is refused keeps the token in hand", async (stage) => {
  const { auth, first } = await loggedIn(stage);
  stage.server.when(Login, problem(401, "invalid_credentials", 1012));
  await refused(auth.login(credentials), 1012);
  await auth.request("GET", "/own");
  assert.equal(tokenOf(stage.server.calls(Own)[0]!), first);
});

test("the header may have another name", async (stage) => {
  takes(stage, token("s", 1));
  stage.server.when(Login, { headers: { "X-Token": token("s", 1) } });
  assert.equal((await stage.tab({ bearer: { header: "X-Token" } }).login(credentials)).user["key"], "a1");
});

test("no cookie goes with a token, and no redirect is followed", async (stage) => {
  const { auth } = await loggedIn(stage);
  const real = globalThis.fetch;
  const sent: RequestInit[] = [];
  globalThis.fetch = (url, init) => {
    sent.push(init!);
    return real(url, init);
  };
  try {
    await auth.request("GET", "/own");
    await auth.fetchApi("/own", { credentials: "include", redirect: "follow" });
  } finally {
    globalThis.fetch = real;
  }
  assert.deepEqual(sent.map(({ credentials, redirect }) => [credentials, redirect]), [["omit", "error"], ["omit", "error"]]);
});

test("an answer's token is the next call's", async (stage) => {
  const { auth, first } = await loggedIn(stage);
  const second = token("s", 200);
  stage.server.when(Own, carries(second));
  await auth.fetchApi("/own");
  await auth.fetchApi("/own");
  assert.deepEqual(stage.server.calls(Own).map(tokenOf), [first, second]);
});

test("answers may come in any order: the newest token stays", async (stage) => {
  const { auth } = await loggedIn(stage);
  const { opens, open } = gate();
  const newest = token("s", 300);
  stage.server.when(Own, { ...carries(token("s", 200)), after: opens }, carries(newest));
  const slow = auth.fetchApi("/own");
  await until(() => stage.server.calls(Own).length === 1);
  await auth.fetchApi("/own");
  open();
  await slow;
  await auth.fetchApi("/own");
  assert.equal(tokenOf(stage.server.calls(Own)[2]!), newest);
});

test("an answer that is lost loses nothing: the token in hand is still good", async (stage) => {
  const { auth, first } = await loggedIn(stage);
  stage.server.when(Own, { ...carries(token("s", 200)), cut: true }, { body: {} });
  await refused(auth.request("GET", "/own"), 1007);
  await auth.request("GET", "/own");
  assert.deepEqual(stage.server.calls(Own).map(tokenOf).slice(-1), [first]);
});

test("an answer that comes after the logout brings nobody back", async (stage) => {
  const { auth } = await loggedIn(stage);
  const { opens, open } = gate();
  stage.server.when(Own, { ...carries(token("s", 200)), after: opens }, {}).when("POST /api/auth/logout", {});
  const slow = auth.fetchApi("/own");
  await until(() => stage.server.calls(Own).length === 1);
  await auth.logout();
  open();
  await slow;
  await auth.fetchApi("/own");
  assert.equal(tokenOf(stage.server.calls(Own)[1]!), undefined);
});

test("an answer of the session before is no token of this one", async (stage) => {
  const { auth } = await loggedIn(stage);
  const { opens, open } = gate();
  const other = token("other", 100);
  stage.server.when(Own, { ...carries(token("s", 900)), after: opens }, {}).when(Login, carries(other));
  const slow = auth.fetchApi("/own");
  await until(() => stage.server.calls(Own).length === 1);
  takes(stage, other);
  await auth.login(credentials);
  open();
  await slow;
  await auth.fetchApi("/own");
  assert.equal(tokenOf(stage.server.calls(Own)[1]!), other);
});

test("a clock that is wrong by years ends no token", async (stage) => {
  const { auth, first } = await loggedIn(stage, {}, token("s", 1));
  await auth.request("GET", "/own");
  assert.equal(tokenOf(stage.server.calls(Own)[0]!), first);
});

test("a token that the server ends is given up, told of once, and what follows is a guest's", async (stage) => {
  const { auth } = await loggedIn(stage);
  const heard = listen(auth);
  takes(stage);
  await refused(auth.request("GET", "/own"), 1000);
  assert.equal(count(heard, "logout"), 1);
  assert.deepEqual((await auth.fetch()).user, {});
  assert.equal(count(heard, "logout"), 1);
  assert.equal(tokenOf(stage.server.calls(Info).at(-1)!), undefined);
});

test("an info of before the end brings nobody back", async (stage) => {
  const { auth, first } = await loggedIn(stage);
  const { opens, open } = gate();
  stage.server.when(Info, { body: ada, after: opens }, { body: guest }).when(Own, invalid);
  const asked = stage.server.calls(Info).length;
  const slow = auth.fetch();
  await until(() => stage.server.calls(Info).length > asked);
  assert.equal(tokenOf(stage.server.calls(Info).at(-1)!), first);
  await auth.fetchApi("/own");
  open();
  assert.deepEqual((await slow).user, {});
  assert.deepEqual((await auth.get()).user, {});
});

test("info with a token that the server ended is asked again, as a guest", async (stage) => {
  const { auth } = await loggedIn(stage);
  takes(stage);
  const heard = listen(auth);
  assert.deepEqual((await auth.fetch()).user, {});
  assert.equal(count(heard, "logout"), 1);
  assert.equal(count(heard, "error"), 0);
});

test("a 401 that is not about the token ends nothing", async (stage) => {
  const { auth, first } = await loggedIn(stage);
  stage.server.when(Own, { status: 401, body: "<p>not for you" }, problem(401, "invalid_credentials", 1012), {});
  assert.equal((await auth.fetchApi("/own")).status, 401);
  await refused(auth.request("GET", "/own"), 1012);
  await auth.fetchApi("/own");
  assert.equal(tokenOf(stage.server.calls(Own)[2]!), first);
});

test("a token that the header alone calls invalid is given up", async (stage) => {
  const { auth } = await loggedIn(stage);
  stage.server.when(Own, { status: 401, headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' } }, {});
  await auth.fetchApi("/own");
  await auth.fetchApi("/own");
  assert.equal(tokenOf(stage.server.calls(Own)[1]!), undefined);
});

test("a 401 for an older token is tried again with the newest", async (stage) => {
  const { auth, first } = await loggedIn(stage);
  const { opens, open } = gate();
  const second = token("s", 200);
  stage.server.when(Own, { ...invalid, after: opens }, carries(second), { body: { mine: true } });
  const heard = listen(auth);
  const slow = auth.request("GET", "/own");
  await until(() => stage.server.calls(Own).length === 1);
  await auth.fetchApi("/own");
  open();
  assert.deepEqual(await slow, { mine: true });
  assert.deepEqual(stage.server.calls(Own).map(tokenOf), [first, first, second]);
  assert.equal(count(heard, "logout"), 0);
});

test("the token leaves for no other origin", async (stage) => {
  const { auth } = await loggedIn(stage);
  const { ScriptedServer } = await import("./support/server");
  const elsewhere = await ScriptedServer.start();
  try {
    elsewhere.when(Own, carries(token("s", 999)));
    await auth.fetchApi(`${elsewhere.origin}/own`);
    assert.equal(elsewhere.seen[0]!.headers.authorization, undefined);
    await refused(auth.request("GET", `${elsewhere.origin}/own`), 1019);
    assert.equal(elsewhere.seen.length, 1);
    await auth.fetchApi("/own");
    assert.notEqual(tokenOf(stage.server.calls(Own)[0]!), token("s", 999));
  } finally {
    await elsewhere.stop();
  }
});

test("a redirect leads the token nowhere", async (stage) => {
  const { auth } = await loggedIn(stage);
  const { ScriptedServer } = await import("./support/server");
  const elsewhere = await ScriptedServer.start();
  try {
    stage.server.when(Own, { status: 302, headers: { Location: `${elsewhere.origin}/own` } });
    await refused(auth.request("GET", "/own"), 1007);
    await assert.rejects(auth.fetchApi("/own"));
    assert.equal(elsewhere.seen.length, 0);
  } finally {
    await elsewhere.stop();
  }
});

test("logging out forgets the token even where the server can't be reached", async (stage) => {
  const { auth, first } = await loggedIn(stage, { bearer: { store: "local" } });
  assert.equal(stage.page.storage.get(Key), first);
  stage.server.when("POST /api/auth/logout", { cut: true });
  const heard = listen(auth);
  await refused(auth.logout(), 1007);
  assert.equal(count(heard, "logout"), 1);
  assert.deepEqual((await auth.get()).user, {});
  assert.equal(stage.page.storage.size, 0);
  assert.equal(tokenOf(stage.server.calls("POST /api/auth/logout")[0]!), first);
});

test("a logout that succeeds late ends nothing of who has logged in since", async (stage) => {
  const { auth } = await loggedIn(stage);
  const { opens, open } = gate();
  const next = token("next", 200);
  stage.server.when("POST /api/auth/logout", { after: opens });
  const inTime = beLateAtOnce(auth);
  await refused(auth.logout(), 1007);
  takes(stage, next);
  stage.server.when(Login, carries(next));
  inTime();
  await auth.login(credentials);
  const heard = listen(auth);
  stage.server.when(Info, { cut: true });
  const asked = stage.server.calls(Info).length;
  open();
  await until(() => stage.server.calls(Info).length > asked);
  await settled();
  assert.equal(count(heard, "logout"), 0);
  assert.equal((await auth.get()).user["key"], "a1");
});

test("logging out with a token that has ended is no failure", async (stage) => {
  const { auth } = await loggedIn(stage);
  stage.server.when("POST /api/auth/logout", invalid);
  const heard = listen(auth);
  assert.deepEqual((await auth.logout())?.user, {});
  assert.equal(count(heard, "logout"), 1);
  assert.equal(count(heard, "error"), 0);
});

test("kept in localStorage, the session is there for the next page and the next tab", async (stage) => {
  const { first } = await loggedIn(stage, { bearer: { store: "local" } });
  const next = stage.tab({ bearer: { store: "local" } });
  assert.equal((await next.get()).user["key"], "a1");
  assert.equal(tokenOf(stage.server.calls(Info).at(-1)!), first);
});

test("the name in localStorage may be another", async (stage) => {
  await loggedIn(stage, { bearer: { store: "local", key: "mine" } });
  assert.deepEqual([...stage.page.storage.keys()], ["mine"]);
});

test("two tabs: the one that renews later with an older token changes nothing", async (stage) => {
  const local = { bearer: { store: "local" as const } };
  const { auth: one } = await loggedIn(stage, local);
  const two = stage.tab({ ...local, initFetch: false });
  const { opens, open } = gate();
  const newest = token("s", 300);
  stage.server.when(Own, { ...carries(token("s", 200)), after: opens }, carries(newest), {});
  const slow = one.fetchApi("/own");
  await until(() => stage.server.calls(Own).length === 1);
  await two.fetchApi("/own");
  open();
  await slow;
  assert.equal(stage.page.storage.get(Key), newest);
  await one.fetchApi("/own");
  assert.equal(tokenOf(stage.server.calls(Own)[2]!), newest);
});

test("two tabs: the later login stays, whichever answer comes last", async (stage) => {
  const local = { bearer: { store: "local" as const }, initFetch: false };
  const [one, two] = [stage.tab(local), stage.tab(local)];
  const { opens, open } = gate();
  const [older, newer] = [token("a", 100), token("b", 200)];
  takes(stage, older, newer);
  stage.server.when(Login, { ...carries(older), after: opens }, carries(newer));
  const slow = one.login(credentials);
  await until(() => stage.server.calls(Login).length === 1);
  await two.login(credentials);
  open();
  await slow;
  assert.equal(stage.page.storage.get(Key), newer);
});

test("another tab's login or logout in localStorage is noticed, its renewals are not", async (stage) => {
  const { auth, first } = await loggedIn(stage, { bearer: { store: "local" } });
  const asked = () => stage.server.calls(Info).length;
  const heard = listen(auth);
  const before = asked();
  takes(stage, first, token("s", 200), token("t", 300));
  stage.page.wrote(Key, token("s", 200));
  stage.page.wrote("something-else", "1");
  await settled();
  assert.equal(asked(), before);
  stage.page.wrote(Key, token("t", 300));
  await until(() => asked() === before + 1);
  await until(() => count(heard, "update") === 1);
  stage.page.wrote(Key, null);
  await until(() => count(heard, "logout") === 1);
});

test("a browser that keeps nothing still logs in", async (stage) => {
  const denied = () => {
    throw new DOMException("denied", "SecurityError");
  };
  Object.assign(globalThis, { localStorage: { getItem: denied, setItem: denied, removeItem: denied } });
  const { auth } = await loggedIn(stage, { bearer: { store: "local" } });
  assert.equal((await auth.get()).user["key"], "a1");
  stage.server.when("POST /api/auth/logout", {});
  await auth.logout();
  assert.deepEqual((await auth.get()).user, {});
});

test("a browser that has no room keeps the token as long as the page", async (stage) => {
  stage.page.storage.set(Key, token("s", 50)); // of another day
  localStorage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const { auth, first } = await loggedIn(stage, { bearer: { store: "local" } });
  assert.equal((await auth.get()).user["key"], "a1");
  const second = token("s", 200);
  stage.server.when(Own, carries(second), {});
  await auth.fetchApi("/own");
  await auth.fetchApi("/own");
  assert.deepEqual(stage.server.calls(Own).map(tokenOf), [first, second]);
  stage.server.when("POST /api/auth/logout", {});
  await auth.logout();
  assert.equal(stage.page.storage.size, 0);
  assert.deepEqual((await auth.get()).user, {});
});

test("a token that is none of ours is carried, and any newer one takes its place", async (stage) => {
  const { auth } = await loggedIn(stage, {}, "opaque");
  stage.server.when(Own, carries("opaque-2"), {});
  await auth.fetchApi("/own");
  await auth.fetchApi("/own");
  assert.deepEqual(stage.server.calls(Own).map(tokenOf), ["opaque", "opaque-2"]);
});

test("the cookie's global means nothing where there is a token", async ({ server, page, tab }) => {
  page.document.cookie = `global=${encodeURIComponent(JSON.stringify(ada))}`;
  assert.deepEqual((await tab({ bearer: true, initFetch: false }).fetch({ renew: false })).user, {});
  assert.equal(server.calls(Info).length, 1);
});

test("sixteen calls at once, each renewed, end with the newest token", async (stage) => {
  const { auth } = await loggedIn(stage);
  let n = 0;
  stage.server.when(Own, () => carries(token("s", 1000 + (n++ * 7) % 16)));
  await Promise.all(Array.from({ length: 16 }, () => auth.fetchApi("/own")));
  stage.server.when(Own, {});
  await auth.fetchApi("/own");
  assert.equal(tokenOf(stage.server.calls(Own).at(-1)!), token("s", 1015));
});

test("with the cookie, the page's own calls go as they are", async ({ server, tab }) => {
  server.when(Own, { body: { mine: true } });
  const auth = tab();
  assert.deepEqual(await (await auth.fetchApi("/own")).json(), { mine: true });
  assert.equal(server.calls(Own)[0]!.headers.authorization, undefined);
});

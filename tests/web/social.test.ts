import assert from "node:assert/strict";
import { ada, guest } from "./support/server";
import { count, listen, refused, settled, test, until } from "./support/test";

const Info = "GET /api/auth/info";
const tell = (message: object) => {
  const channel = new BroadcastChannel("gatehouse");
  channel.postMessage(message);
  channel.close();
};

test("a social login is a window at the provider's start, and answers who came out of it", async ({ server, page, tab }) => {
  const auth = tab();
  await auth.get();
  server.when(Info, { body: ada });
  const login = auth.oauth({ name: "google", inviteToken: "i/1" });
  const [popup] = page.windows;
  assert.equal(popup!.url, `${server.origin}/api/auth/google/login?return=%2Fauth%2Fdone&invite=i%2F1`);
  assert.equal(popup!.name, "social-login");
  assert.match(popup!.features, /height=640,width=560/);
  tell({ type: "done" });
  assert.equal((await login).user["key"], "a1");
  assert.ok(popup!.closed);
});

test("an identity of one's own is asked for on a page of the server's", async ({ server, page, tab }) => {
  const login = tab().social({ name: "jlinx", inviteToken: "i/1" });
  assert.equal(page.windows[0]!.url, `${server.origin}/auth/jlinx?return=%2Fauth%2Fdone&invite=i%2F1`);
  server.when(Info, { body: ada });
  tell({ type: "done" });
  assert.equal((await login).user["key"], "a1");
});

test("a name leads to no other call", async ({ server, page, tab }) => {
  const login = tab().social({ name: "../logout?x" });
  assert.equal(page.windows[0]!.url, `${server.origin}/api/auth/..%2Flogout%3Fx/login?return=%2Fauth%2Fdone`);
  page.windows[0]!.close();
  await refused(login, 1000);
});

test("a window that the browser blocks rejects 1000, with an error event", async ({ page, tab }) => {
  page.popups = false;
  const auth = tab();
  const heard = listen(auth);
  assert.equal((await refused(auth.social({ name: "google" }), 1000)).message, "The browser blocked the window");
  assert.equal(count(heard, "error"), 1);
});

test("a window that is closed before anybody logged in rejects 1000", async ({ page, tab }) => {
  const auth = tab();
  const login = refused(auth.social({ name: "google" }), 1000);
  page.windows[0]!.closed = true;
  assert.equal((await login).message, "The window was closed");
});

test("a window that is closed after a login which nobody told of resolves", async ({ server, page, tab }) => {
  const auth = tab();
  await auth.get();
  server.when(Info, { body: ada });
  const login = auth.social({ name: "google" });
  page.windows[0]!.closed = true;
  assert.equal((await login).user["key"], "a1");
});

test("a window that only looks closed, from here, is waited for until the visitor is back", async ({ page, tab }) => {
  page.document.focused = false;
  let over = false;
  const login = refused(tab().social({ name: "google" }), 1000).finally(() => over = true);
  page.windows[0]!.closed = true;
  await new Promise((resolve) => setTimeout(resolve, 700)); // two looks
  assert.ok(!over);
  page.document.focused = true;
  await login;
});

test("a provider's refusal is the rejection", async ({ page, tab }) => {
  const login = refused(tab().social({ name: "google" }), 1042);
  await settled();
  tell({ type: "failed", id: 1042, code: "signup_closed" });
  assert.equal((await login).code, "signup_closed");
  assert.ok(page.windows[0]!.closed);
});

test("a refusal that the page says no more of is 1000", async ({ tab }) => {
  const login = refused(tab().social({ name: "google" }), 1000);
  await settled();
  tell({ type: "failed" });
  assert.ok(!("code" in await login));
});

test("a login in another tab ends the waiting", async ({ server, page, tab }) => {
  const auth = tab();
  await auth.get();
  server.when(Info, { body: ada });
  const login = auth.social({ name: "google" });
  tell({ type: "changed" });
  assert.equal((await login).user["key"], "a1");
  assert.ok(page.windows[0]!.closed);
});

test("who is logged in already gets no window", async ({ server, page, tab }) => {
  server.when(Info, { body: ada });
  const auth = tab();
  await auth.get();
  assert.equal((await auth.social({ name: "google" })).user["key"], "a1");
  assert.equal(page.windows.length, 0);
});

test("the other tabs hear of a social login", async ({ server, tab }) => {
  const [one, two] = [tab(), tab()];
  await Promise.all([one.get(), two.get()]);
  server.when(Info, { body: ada });
  const heard = listen(two);
  const login = one.social({ name: "google" });
  tell({ type: "done" });
  await login;
  await until(() => count(heard, "update") >= 1);
  assert.equal((await two.get()).user["key"], "a1");
});

test("nobody waits for a social login that leads to a guest", async ({ server, tab }) => {
  server.when(Info, { body: guest });
  const login = refused(tab().social({ name: "google" }), 1000);
  await settled();
  tell({ type: "done" });
  await login;
});

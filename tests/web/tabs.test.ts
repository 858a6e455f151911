import assert from "node:assert/strict";
import { ada, guest } from "./support/server";
import { count, listen, refused, settled, test, until } from "./support/test";

const Info = "GET /api/auth/info";

test("who logs in in one tab is logged in in all, and nobody goes on about it", async ({ server, tab }) => {
  const tabs = [tab(), tab(), tab()];
  await Promise.all(tabs.map((each) => each.get()));
  server.when(Info, { body: ada }).when("POST /api/auth/login", {});
  const heard = tabs.map(listen);
  await tabs[0]!.login({ username: "ada", password: "x" });
  await until(() => heard.every((each) => count(each, "update") === 1));
  assert.equal((await tabs[2]!.get()).user["key"], "a1");
  await settled();
  assert.equal(server.calls(Info).length, 6);
});

test("who logs out in one tab is logged out in all", async ({ server, tab }) => {
  server.when(Info, { body: ada }).when("POST /api/auth/logout", {});
  const [one, two] = [tab(), tab()];
  await Promise.all([one.get(), two.get()]);
  server.when(Info, { body: guest });
  const heard = listen(two);
  await one.logout();
  await until(() => count(heard, "logout") === 1);
  assert.deepEqual(heard.map(([name]) => name), ["update", "change", "logout"]);
});

test("who is chosen in one tab is chosen in all", async ({ server, tab }) => {
  server.when(Info, { body: ada }).when("PATCH /api/auth/session", {});
  const [one, two] = [tab(), tab()];
  await Promise.all([one.get(), two.get()]);
  server.when(Info, { body: { ...ada, user: { ...ada.user, user_id: "u2" } } });
  const heard = listen(two);
  await one.selectUser("u2");
  await until(() => count(heard, "update") === 1);
  assert.equal((await two.get()).user["user_id"], "u2");
});

test("a tab asks once, however much the others tell it", async ({ server, tab }) => {
  const auth = tab({ timeout: { jitter: 200 } });
  await auth.get();
  const channel = new BroadcastChannel("gatehouse");
  for (let i = 0; i < 10; i++)
    channel.postMessage({ type: "changed" });
  channel.postMessage("nonsense");
  channel.postMessage(null);
  await until(() => server.calls(Info).length === 2);
  await settled();
  channel.close();
  assert.ok(server.calls(Info).length <= 6); // a few more where the messages came in several turns
});

test("a tab that can't reach the server after another's change bothers nobody with it", async ({ server, tab }) => {
  server.when(Info, { body: ada }, { body: ada }, { cut: true }).when("PATCH /api/auth/session", {});
  const [one, two] = [tab(), tab()];
  await one.get();
  await two.get();
  const heard = listen(two);
  await refused(one.selectUser("u2"), 1007);
  await until(() => server.calls(Info).length === 4);
  await settled();
  assert.deepEqual(heard, []);
  assert.equal((await two.get()).user["key"], "a1");
});

test("a tab that comes to the front asks again when what it knows is old", async ({ server, page, tab }) => {
  const auth = tab({ timeout: { stale: -1 } });
  await auth.get();
  page.document.visibilityState = "hidden";
  page.document.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(server.calls(Info).length, 1);
  page.document.visibilityState = "visible";
  page.document.dispatchEvent(new Event("visibilitychange"));
  await until(() => server.calls(Info).length === 2);
});

test("a tab that comes to the front soon asks nothing, and neither does one that never asked", async ({ server, page, tab }) => {
  await tab({ timeout: { stale: 60_000 } }).get();
  tab({ initFetch: false, timeout: { stale: -1 } });
  page.document.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(server.calls(Info).length, 1);
});

test("a page that the browser brings back asks again", async ({ server, page, tab }) => {
  await tab().get();
  page.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  await settled();
  assert.equal(server.calls(Info).length, 1);
  page.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await until(() => server.calls(Info).length === 2);
});

test("a closed auth object hears nothing any more", async ({ server, page, tab }) => {
  const [one, two] = [tab({ timeout: { stale: 60_000 } }), tab({ timeout: { stale: -1 } })];
  await Promise.all([one.get(), two.get()]);
  two.close();
  server.when("PATCH /api/auth/session", {});
  await one.selectUser(null);
  page.document.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(server.calls(Info).length, 3);
  await two.selectUser(null); // it still works by itself
  await settled();
  assert.equal(server.calls(Info).length, 4);
});

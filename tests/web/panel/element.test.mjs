// <gatehouse-panel> in a real Chromium, under a policy that allows nothing but the page's own files.
import { strict as assert } from "node:assert";
import { after, afterEach, beforeEach, test } from "node:test";
import { assertAccessible, assertQuiet, closeBrowser, openPage, picture } from "./browser.mjs";
import { problem, Server } from "./server.mjs";

let server;
let page;
beforeEach(async () => {
  server = await new Server().start();
  server.add("ana@example.com", "correct horse", "Ana");
  server.add("family@example.com", "correct horse", "Ana Lovelace", "Ben", "محمد");
});
afterEach(async () => {
  await page?.context().close();
  page = undefined;
  await server.stop();
});
after(closeBrowser);

const inline = async (query = "", options) => {
  page = await openPage(`${server.url}/pages/inline.html${query}`, options);
  await page.waitForSelector(".gatehouse-form");
};
const modal = async (query = "", options) => {
  page = await openPage(`${server.url}/pages/modal.html${query}`, options);
  await page.waitForSelector("html[data-ready]");
};
const heard = () => page.evaluate(() => globalThis.heard);
const answer = async (expected) => assert.equal(await (await page.waitForFunction(() => globalThis.answer)).jsonValue(), expected);
const focused = () => page.evaluate(() => {
  const node = document.activeElement;
  return node.name || node.dataset.part || node.id || node.tagName;
});
const see = (view) => page.waitForSelector(`.gatehouse[data-view=${view}]`);
const logIn = async (who = "ana@example.com", password = "correct horse") => {
  await page.fill("[name=username]", who);
  await page.fill("[name=password]", password);
  await page.press("[name=password]", "Enter");
};

test("three lines make a panel that logs in, under a strict policy", async () => {
  await inline();
  await assertAccessible(page, "login");
  await logIn();
  await see("done");
  assert.deepEqual(await heard(), [["gatehouse-done", "Ana"]]);
  assert.deepEqual(server.body("POST login"), { username: "ana@example.com", password: "correct horse" });
  await assertAccessible(page, "done");
  await page.click("[data-part=log-out]");
  await see("login");
  await logIn();
  await see("done");
  assertQuiet(page);
});

test("password managers find what they look for", async () => {
  await inline();
  const fields = () => page.$$eval("form input", (all) => all.map(({ name, type, autocomplete }) => [name, type, autocomplete]));
  assert.deepEqual(await fields(), [["username", "text", "username"], ["password", "password", "current-password"]]);
  await page.click("[data-part=tab][data-name=signup]");
  assert.deepEqual(await fields(), [
    ["username", "email", "username"], ["displayname", "text", "name"], ["password", "password", "new-password"]]);
  assert.equal(await page.$eval("form", (form) => form.method), "post");
});

test("a sign up waits for the mail and ends when another tab has verified", async () => {
  await inline("?tab=signup");
  await assertAccessible(page, "signup");
  await page.fill("[name=username]", "new@example.com");
  await page.fill("[name=displayname]", "Nia");
  await page.fill("[name=password]", "correct horse");
  await page.click("[data-part=submit]");
  await see("mail");
  assert.deepEqual(server.body("POST signup"), { email: "new@example.com", password: "correct horse", displayname: "Nia" });
  await page.click("[data-part=resend]");
  await page.waitForSelector("[data-part=notice]:not([hidden])");
  assert.deepEqual(server.body("POST mail/verify"), { email: "new@example.com" });
  await assertAccessible(page, "mail");
  server.add("new@example.com", "correct horse", "Nia");
  server.logIn("new@example.com");
  await page.evaluate(() => new BroadcastChannel("gatehouse").postMessage({ type: "changed" }));
  await see("done");
  assert.deepEqual(await heard(), [["gatehouse-done", "Nia"]]);
  assertQuiet(page);
});

test("an account with several users chooses one", async () => {
  await inline();
  await logIn("family@example.com");
  await see("users");
  await assertAccessible(page, "users");
  await page.click("[data-part=user] >> text=Ben");
  await see("done");
  assert.deepEqual(await heard(), [["gatehouse-done", "Ben"]]);
  assertQuiet(page);
});

test("a wrong password is said, announced, and the field is at hand again", async () => {
  await inline();
  await logIn("ana@example.com", "wrong password");
  await page.waitForSelector("[role=alert]:not([hidden]) >> text=not right");
  await assertAccessible(page, "refused");
  assert.equal(await page.getAttribute("[data-part=submit]", "aria-disabled"), null);
  assert.equal(await focused(), "username");
  assertQuiet(page, /401/);
});

test("the errors of fields are tied to them and take the focus", async () => {
  await inline("?tab=signup");
  await page.fill("[name=username]", "nobody");
  await page.fill("[name=password]", "short");
  await page.press("[name=password]", "Enter");
  await page.waitForSelector("[name=username][aria-invalid=true]");
  assert.equal(await focused(), "username");
  for (const name of ["username", "password"]) {
    const told = await page.$eval(`[name=${name}]`, (input) => input.getAttribute("aria-describedby").split(" ")
      .map((id) => document.getElementById(id)).filter((node) => node.role === "alert").map((node) => node.textContent).join());
    assert.match(told, name === "username" ? /email address/ : /8 characters/);
  }
  await assertAccessible(page, "errors");
  assert.equal(server.count("POST signup"), 0);
});

test("too many tries say when to try again, and a server out of reach is told", async () => {
  server.instead["POST login"] = problem(429, 1024, "too_many_requests", "Slow down.");
  server.instead["POST login"].headers = { "Retry-After": "240" };
  await inline();
  await logIn();
  await page.waitForSelector("[role=alert] >> text=in 4 minutes");
  server.instead["POST login"] = "cut";
  await page.click("[data-part=submit]");
  await page.waitForSelector("[role=alert] >> text=reach the server");
  server.instead = {};
  await page.click("[data-part=submit]");
  await see("done");
});

test("two quick clicks send one login", async () => {
  let open;
  const gate = new Promise((resolve) => open = resolve);
  server.instead["POST login"] = async () => void await gate;
  await inline();
  await page.fill("[name=username]", "ana@example.com");
  await page.fill("[name=password]", "correct horse");
  await page.dblclick("[data-part=submit]");
  await page.waitForSelector("[data-part=submit][aria-disabled=true]");
  await page.press("[name=password]", "Enter");
  assert.equal(await page.textContent("[data-part=busy]"), "Please wait…");
  assert.equal(await page.$("[aria-busy=true] [data-part=busy]"), null);
  await picture(page, "busy");
  open();
  await see("done");
  assert.equal(await page.textContent("[data-part=busy]"), "");
  assert.equal(server.count("POST login"), 1);
});

test("a forgotten password asks for a link", async () => {
  await inline();
  await page.fill("[name=username]", "ana@example.com");
  await page.click("[data-part=forgot]");
  await see("forgot");
  assert.equal(await page.inputValue("[name=username]"), "ana@example.com");
  await assertAccessible(page, "forgot");
  await page.click("[data-part=submit]");
  await see("mail");
  assert.equal(await focused(), "title");
  assert.deepEqual(server.body("POST passwd"), { username: "ana@example.com" });
});

test("only what the server offers is shown", async () => {
  server.config.social = ["google", "line"];
  await inline();
  assert.deepEqual(await page.$$eval("[data-part=provider]", (all) => all.map((one) => one.textContent)), ["Continue with Google", "Continue with LINE"]);
  await assertAccessible(page, "social");
  await page.context().close();
  server.config = { ...server.config, social: [], jlinx: true };
  await inline();
  assert.deepEqual(await page.$$eval("[data-part=provider]", (all) => all.map((one) => one.textContent)), ["Continue with your own identity"]);
  await page.context().close();
  server.config = { ...server.config, social: [], jlinx: false, signup: "closed" };
  await inline("?tab=signup");
  await see("login");
  assert.equal(await page.isVisible("[data-part=tabs]"), false);
  assert.equal(await page.$("[data-part=provider]"), null);
});

test("a password can be looked at", async () => {
  await inline();
  await page.fill("[name=password]", "correct horse");
  await page.click("[data-part=show-password]");
  assert.equal(await page.getAttribute("[name=password]", "type"), "text");
  assert.equal(await page.getAttribute("[data-part=show-password]", "aria-pressed"), "true");
  await page.click("[data-part=show-password]");
  assert.equal(await page.getAttribute("[name=password]", "type"), "password");
});

test("by keyboard alone: open, switch, log in, and the focus is where it was", async () => {
  await modal();
  await page.focus("#open");
  await page.keyboard.press("Enter");
  await see("login");
  await page.waitForFunction(() => document.activeElement?.name === "username");
  await assertAccessible(page, "dialog");
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(), "tab");
  await page.keyboard.press("ArrowRight");
  await see("signup");
  await page.keyboard.press("ArrowLeft");
  await see("login");
  await page.keyboard.press("Tab");
  await page.keyboard.type("ana@example.com");
  await page.keyboard.press("Tab");
  await page.keyboard.type("correct horse");
  await page.keyboard.press("Enter");
  await answer("Ana");
  assert.equal(await focused(), "open");
  assertQuiet(page);
});

test("Tab stays inside the dialog", async () => {
  await modal();
  await page.click("#open");
  await see("login");
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("dialog") !== null), true);
  }
});

test("Escape, the cross and a click outside close it with nobody", async () => {
  await modal("", { viewport: { width: 900, height: 900 } });
  for (const close of [() => page.keyboard.press("Escape"), () => page.click("[data-part=close]"), () => page.mouse.click(10, 10)]) {
    await page.evaluate(() => delete globalThis.answer);
    await page.click("#open");
    await see("login");
    await page.waitForSelector("dialog[open]");
    await close();
    await answer("nobody");
    assert.equal(await page.$("dialog[open]"), null);
    assert.equal(await focused(), "open");
  }
  assert.deepEqual((await heard()).map(([name]) => name), ["gatehouse-closed", "gatehouse-closed", "gatehouse-closed"]);
});

test("a locked one closes by logging in only", async () => {
  await modal("?lock");
  await page.click("#open");
  await see("login");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  assert.equal(await page.isVisible("[data-part=close]"), false);
  assert.equal(await page.isVisible("dialog[open]"), true);
  await logIn();
  await answer("Ana");
});

test("an invitation fills the address in and keeps it", async () => {
  await modal();
  await page.evaluate(() => globalThis.options = { tab: "signup", email: "guest@example.com", invite: "secret" });
  await page.click("#open");
  await see("signup");
  assert.equal(await page.getAttribute("[name=username]", "readonly"), "");
  await page.waitForFunction(() => document.activeElement?.name === "displayname");
  await page.fill("[name=password]", "correct horse");
  await assertAccessible(page, "invited");
  await page.click("[data-part=submit]");
  await see("mail");
  assert.deepEqual(server.body("POST signup"), { email: "guest@example.com", password: "correct horse", invite: "secret" });
});

test("afterwards it goes where the page wants, on this site only", async () => {
  await inline("?redirect=/pages/modal.html");
  await logIn();
  await page.waitForURL("**/pages/modal.html");
  await page.context().close();
  server.session = null;
  await inline("?redirect=https://elsewhere.example/");
  await logIn();
  await see("done");
  assert.equal(new URL(page.url()).origin, server.url);
});

for (const [language, direction] of [["ar", "rtl"], ["de", "ltr"], ["es", "ltr"], ["ja", "ltr"], ["zh-TW", "ltr"]])
  test(`it speaks ${language}`, async () => {
    server.config.social = ["google"];
    await inline(`?lng=${language}&tab=signup`, { viewport: { width: 320, height: 760 } });
    assert.deepEqual(await page.$eval(".gatehouse", ({ lang, dir }) => [lang, dir]), [language, direction]);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    await assertAccessible(page, `signup-${language}`);
    await page.click("[data-part=tab][data-name=login]");
    await logIn("family@example.com");
    await see("users");
    await assertAccessible(page, `users-${language}`);
  });

test("what is pressed is large enough for a thumb", async () => {
  server.config.social = ["google"];
  await modal();
  await page.click("#open");
  await see("login");
  const small = await page.$$eval(".gatehouse button, .gatehouse input", (all) => all.map((node) => [node.dataset.part, node.getBoundingClientRect()])
    .filter(([, box]) => box.height < 44 || box.width < 44).map(([part]) => part));
  assert.deepEqual(small, []);
});

test("it can be seen in forced colours and on a desk", async () => {
  await modal("", { viewport: { width: 1280, height: 800 }, forcedColors: "active" });
  await page.click("#open");
  await see("login");
  await picture(page, "forced-colours");
  await page.emulateMedia({ forcedColors: "none" });
  await assertAccessible(page, "desktop-dialog");
});

const panelIs = (act) => page.evaluate(`(() => { const panel = globalThis.panel ??= document.querySelector("gatehouse-panel"); ${act} })()`);

test("one in its place logs in also after it was closed, taken away or put elsewhere", async () => {
  await inline();
  for (const act of [
    "panel.close();",
    "panel.remove(); setTimeout(() => document.querySelector('main').append(panel), 200);",
    "document.querySelector('main').prepend(panel);",
  ]) {
    const before = (await heard()).length;
    await panelIs(act);
    if (!act.includes("prepend"))
      await page.waitForFunction((count) => globalThis.heard.length > count, before);
    await page.waitForFunction(() => globalThis.panel.isConnected);
    await logIn();
    await see("done");
    assert.deepEqual((await heard()).at(-1), ["gatehouse-done", "Ana"]);
    await page.click("[data-part=log-out]");
    await see("login");
  }
  assertQuiet(page);
});

test("one that says who is logged in asks again when they log out elsewhere", async () => {
  await inline();
  await logIn();
  await see("done");
  await page.evaluate(() => document.body.tabIndex = -1);
  await page.evaluate(() => document.body.focus());
  server.session = null;
  await page.evaluate(() => new BroadcastChannel("gatehouse").postMessage({ type: "changed" }));
  await see("login");
  assert.equal(await focused(), "BODY");
  await logIn();
  await see("done");
  assert.deepEqual(await heard(), [["gatehouse-done", "Ana"], ["gatehouse-done", "Ana"]]);
  assertQuiet(page);
});

test("what was opened again stays locked", async () => {
  await modal();
  await page.evaluate(() => globalThis.options = { lock: true });
  await page.click("#open");
  await see("login");
  await page.fill("[name=password]", "correct");
  await panelIs("void panel.open({ lock: false });");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  assert.equal(await page.isVisible("dialog[open]"), true);
  assert.equal(await page.isVisible("[data-part=close]"), false);
  assert.equal(await page.inputValue("[name=password]"), "correct");
  assert.equal(await focused(), "password");
});

test("a later one locks what is open", async () => {
  await modal();
  await page.click("#open");
  await see("login");
  assert.equal(await page.isVisible("[data-part=close]"), true);
  await panelIs("void panel.open({ lock: true });");
  await page.waitForSelector("[data-part=close]", { state: "hidden" });
});

test("an ended session is told where the user was to be chosen", async () => {
  await inline();
  await logIn("family@example.com");
  await see("users");
  server.session = null;
  server.instead["PATCH session"] = problem(401, 1000, "unauthenticated", "Please log in first.");
  await page.click("[data-part=user] >> text=Ben");
  await see("login");
  await page.waitForSelector("[role=alert] >> text=Please log in first.");
  await logIn();
  await see("done");
});

for (const [name, open] of [["in its place", inline], ["as a dialog", modal]])
  test(`another language keeps what was typed and the focus, ${name}`, async () => {
    await open("?tab=signup");
    if (open === modal)
      await page.click("#open");
    await see("signup");
    await page.fill("[name=username]", "new@example.com");
    await page.fill("[name=password]", "correct horse");
    await page.focus("[name=displayname]");
    await panelIs("panel.setAttribute('lng', 'de');");
    await page.waitForSelector(".gatehouse[lang=de]");
    assert.equal(await focused(), "displayname");
    assert.deepEqual(await page.$$eval("form input", (all) => all.map(({ value }) => value)), ["new@example.com", "", "correct horse"]);
  });

test("without its auth object it says so, and tries again", async () => {
  await inline();
  await page.route("**/auth/index.mjs", (route) => route.abort());
  await page.reload();
  await page.waitForSelector("gatehouse-panel [role=alert] >> text=reach the server");
  await assertAccessible(page, "unreachable");
  assert.deepEqual(await page.evaluate(() => document.querySelector("gatehouse-panel").open().catch(({ name, id }) => [name, id])), ["lderror", 1007]);
  assert.equal(page.complaints.some((text) => !/ERR_FAILED/.test(text)), false);
  await page.unroute("**/auth/index.mjs");
  await page.click("[data-part=again]");
  await see("login");
  assert.equal(await focused(), "username");
  await logIn();
  await see("done");
});

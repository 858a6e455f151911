// The block in a real page of @plotdb/block: by its own name and plotdb's, with the seed's markup and with others'.
import { strict as assert } from "node:assert";
import { after, afterEach, beforeEach, test } from "node:test";
import { assertAccessible, assertQuiet, closeBrowser, openPage } from "./browser.mjs";
import { problem, Server, strictForBlocks } from "./server.mjs";

let server;
let page;
beforeEach(async () => {
  server = await new Server().start();
  server.policy = "default-src 'self' 'unsafe-inline' 'unsafe-eval'";
  server.add("ana@example.com", "correct horse", "Ana");
  server.add("family@example.com", "correct horse", "Ana", "Ben");
});
afterEach(async () => {
  await page?.context().close();
  page = undefined;
  await server.stop();
});
after(closeBrowser);

const load = async (query = "", file = "block.html", options) => {
  page = await openPage(`${server.url}/pages/${file}${query}`, options);
  await page.waitForSelector("html[data-ready]");
};
const open = async (options) => {
  await page.evaluate((o) => globalThis.options = o, options);
  await page.evaluate(() => delete globalThis.answer);
  await page.click("#open");
  await page.waitForSelector("[name=username]:visible");
};
const answer = async (expected) => assert.equal(await (await page.waitForFunction(() => globalThis.answer)).jsonValue(), expected);
const logIn = async (who = "ana@example.com", password = "correct horse") => {
  await page.fill("[name=username]", who);
  await page.fill("[type=password]:visible", password);
  await page.press("[type=password]:visible", "Enter");
};
const shown = (ld) => page.$$eval(`[ld~="${ld}"]`, (all) => all.filter((node) => node.checkVisibility()).map((node) => node.dataset.name ?? node.textContent));

for (const name of ["auth", "@servebase/auth"])
  for (const folder of ["block", "lib"])
    test(`${name} is loaded from assets/${folder} and logs in`, async () => {
      await load(`?name=${encodeURIComponent(name)}&in=${folder}`);
      assert.equal(await page.isVisible("[name=username]"), false);
      await open();
      assert.equal(await page.evaluate(() => document.activeElement.name), "username");
      await assertAccessible(page, `block-${folder}`);
      await logIn();
      await answer("Ana");
      assert.equal(await page.isVisible("[name=username]"), false);
      assert.equal(await page.inputValue("[name=username]"), "");
      assertQuiet(page);
    });

for (const name of ["auth", "@servebase/auth"])
  test(`${name} is registered in advance and evaluates nothing`, async () => {
    server.policy = strictForBlocks;
    await load(`?set&name=${encodeURIComponent(name)}`);
    await open({ tab: "signup" });
    await assertAccessible(page, "block-signup");
    await page.click("[ld=switch][data-name=login]");
    await logIn();
    await answer("Ana");
    assertQuiet(page);
    assert.equal(server.calls.every(({ call }) => !call.includes("assets")), true);
  });

test("without data it makes its auth object of the page's", async () => {
  await load("?own");
  await open();
  await logIn();
  await answer("Ana");
});

test("plotdb's class names follow the tab", async () => {
  await load();
  await open();
  const classes = () => page.$$eval("[ld=switch]", (all) => all.map((node) => node.classList.contains("btn-primary")));
  assert.deepEqual(await classes(), [true, false]);
  assert.equal(await page.$eval("[ld=displayname]", (node) => node.classList.contains("d-none")), true);
  await page.click("[ld=switch][data-name=signup]");
  assert.deepEqual(await classes(), [false, true]);
  assert.equal(await page.isVisible("[ld=displayname]"), true);
  assert.equal(await page.getAttribute("[ld=password]", "autocomplete"), "new-password");
});

test("an identity of one's own is a way in by its own words", async () => {
  server.config.jlinx = true;
  await load();
  await open();
  assert.deepEqual(await shown("social"), ["jlinx"]);
  assert.equal(await page.textContent("[ld=social][data-name=jlinx]"), "Continue with your own identity");
});

for (const custom of ["custom-seed", "custom-wrapped"])
  test(`the seed's markup works as ${custom}`, async () => {
    server.config.social = ["google"];
    await load(`?name=${custom}`);
    await open();
    assert.deepEqual(await shown("info"), ["default"]);
    assert.deepEqual(await shown("social"), ["google"]);
    await logIn("ana@example.com", "wrong password");
    await page.waitForSelector("[ld=info][data-name=login-failed]:visible");
    assert.equal(await page.inputValue("[name=password]"), "");
    server.instead["POST login"] = problem(429, 1024, "too_many_requests", "Slow down.");
    await page.fill("[name=password]", "correct horse");
    await page.click("[ld=submit]");
    await page.waitForSelector("[ld=info][data-name=login-exceeded]:visible");
    server.instead = {};
    await page.fill("[name=password]", "correct horse");
    await page.click("[ld=submit]");
    await answer("Ana");
    await page.waitForFunction(() => !document.querySelector("[ld=info][data-name=default]").hidden);
    assertQuiet(page, /401|429/);
  });

test("what the seed's markup has no nodes for is shown in its place", async () => {
  await load("?name=custom-wrapped");
  await open({ tab: "signup" });
  await page.fill("[name=username]", "new@example.com");
  await page.fill("[name=displayname]", "Nia");
  await page.fill("[name=password]", "correct horse");
  await page.click("[ld=submit]");
  await page.waitForSelector(".gatehouse[data-view=mail]:visible");
  assert.equal(await page.isVisible("[ld=submit]"), false);
  await assertAccessible(page, "block-mail");
  await page.click("[data-part=back]");
  await page.waitForSelector("[ld=submit]:visible");
  await logIn("family@example.com");
  await page.click("[data-part=user] >> text=Ben");
  await answer("Ben");
});

test("a forgotten password is handled inside", async () => {
  await load();
  await open();
  await page.click("[ld=forgot-password]");
  await page.fill(".gatehouse[data-view=forgot] [name=username]", "ana@example.com");
  await page.click(".gatehouse[data-view=forgot] [data-part=submit]");
  await page.waitForSelector(".gatehouse[data-view=mail]:visible");
  assert.deepEqual(server.body("POST passwd"), { username: "ana@example.com" });
});

test("only some of the nodes will do", async () => {
  await load("?name=custom-partial");
  await open();
  await page.fill("[name=username]", "ana@example.com");
  await page.fill("[ld=password]", "wrong password");
  await page.click("[ld=submit]");
  await page.waitForSelector("[role=alert]:visible >> text=not right");
  await page.fill("[ld=password]", "correct horse");
  await page.click("[ld=submit]");
  await answer("Ana");
});

test("a block that extends it has the last word", async () => {
  await load("?name=custom-child");
  await open();
  await logIn();
  await answer("Ana");
  assert.equal(await page.evaluate(() => globalThis.consent), true);
});

test("an info is shown on demand", async () => {
  await load("?name=custom-wrapped");
  await open({ info: "token", email: "guest@example.com" });
  assert.deepEqual(await shown("info"), ["token"]);
  assert.equal(await page.inputValue("[name=username]"), "guest@example.com");
});

test("Escape closes it with nobody, unless it is locked", async () => {
  await load();
  await open();
  await page.keyboard.press("Escape");
  await answer("nobody");
  assert.equal(await page.evaluate(() => document.activeElement.id), "open");
  await open({ lock: true });
  await page.keyboard.press("Escape");
  assert.equal(await page.isVisible("[name=username]"), true);
  await logIn();
  await answer("Ana");
});

test("the page's ldcover opens and closes it where there is one", async () => {
  await load("", "block-ldcover.html");
  await open();
  await page.waitForSelector(".ldcv.active");
  await page.waitForFunction(() => document.activeElement.name === "username");
  await page.keyboard.press("Escape");
  await answer("nobody");
  await page.waitForSelector(".ldcv:not(.active)", { state: "attached" });
  await page.waitForSelector("[name=username]", { state: "hidden" });
  await open();
  await logIn();
  await answer("Ana");
});

test("toggled off it answers with who is here now", async () => {
  await load();
  await open();
  const global = await page.evaluate(() => globalThis.prompt(false));
  assert.deepEqual(global.user, {});
  await answer("nobody");
});

test("the auth object finds it by its manager", async () => {
  await load("?set");
  const name = page.evaluate(async () => {
    const manager = new block.manager({ registry: () => "/nowhere" });
    await manager.init();
    await gatehouseBlock(manager);
    return (await new auth({ manager }).get({ authedOnly: true })).user.displayname;
  });
  await page.waitForSelector("[name=username]:visible");
  await page.locator("[name=username]:visible").fill("ana@example.com");
  await page.locator("[type=password]:visible").fill("correct horse");
  await page.locator("[ld=submit]:visible").click();
  assert.equal(await name, "Ana");
});

for (const [language, direction, text] of [["ar", "rtl", "تسجيل الدخول"], ["zh-TW", "ltr", "登入"]])
  test(`it speaks ${language}, as the page's blocks do`, async () => {
    await load(`?lng=${language}`);
    await open();
    assert.equal(await page.textContent("[ld=switch][data-name=login]"), text);
    assert.equal(await page.$eval(".gatehouse-block", (node) => node.dir), direction);
    await assertAccessible(page, `block-${language}`);
  });

test("Enter in our own panel is its own, also in a block without a scope", async () => {
  await load("?name=custom-noscope");
  await open();
  await page.fill("[name=password]", "correct horse");
  await page.click("[ld=forgot-password]");
  const forgot = ".gatehouse[data-view=forgot] [name=username]";
  await page.fill(forgot, "ana@example.com");
  await page.press(forgot, "Enter");
  await page.waitForSelector(".gatehouse[data-view=mail]:visible");
  assert.deepEqual([server.count("POST passwd"), server.count("POST login")], [1, 0]);
});

test("another language reaches what we added to the block", async () => {
  server.config.signup = "invite";
  await load();
  await open({ tab: "signup", invite: "secret" });
  await page.click("[data-part=show-password]:visible");
  assert.equal(await page.textContent("[data-part=field] label:visible"), "Invite");
  await page.evaluate(() => block.i18n.changeLanguage("de"));
  await page.waitForFunction(() => document.querySelector("[data-part=field] label").textContent === "Einladung");
  const button = await page.$eval("[data-part=show-password]", (node) => [node.ariaLabel, node.title, node.ariaPressed]);
  assert.deepEqual(button, ["Passwort anzeigen", "Passwort anzeigen", "true"]);
});

test("that something is under way is said beside the form that is busy", async () => {
  let go;
  const gate = new Promise((resolve) => go = resolve);
  server.instead["POST login"] = async () => void await gate;
  await load();
  await open();
  await logIn();
  const told = () => page.$$eval("[data-part=busy]", (all) => all.filter((node) => node.checkVisibility()).map((node) => node.textContent));
  await page.waitForSelector("form[aria-busy=true]");
  assert.deepEqual(await told(), ["Please wait…"]);
  assert.equal(await page.$("[aria-busy=true] [data-part=busy]"), null);
  go();
  await answer("Ana");
  assert.deepEqual(await page.$$eval("[data-part=busy]", (all) => all.map((node) => node.textContent)), ["", ""]);
});

test("a stylesheet that does not come keeps nobody from logging in", async () => {
  await load();
  await page.route("**/auth/block.css", () => undefined); // neither answered nor refused
  await page.evaluate(async () => {
    document.querySelectorAll("link[href*='block.css']").forEach((link) => link.remove());
    const manager = new block.manager({ registry: ({ name }) => `/assets/block/${name}/main/index.html` });
    await manager.init();
    const { interface: prompt } = await manager.from({ name: "auth" }, { root: document.body, data: { auth: globalThis.user } });
    void prompt(true);
  });
  await page.waitForSelector("[name=username]:visible");
});

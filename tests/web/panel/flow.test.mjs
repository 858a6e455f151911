// The panel's course, without a page, against an `auth` that does what the test says.
import { strict as assert } from "node:assert";
import { afterEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { build } from "../../../web/node_modules/esbuild/lib/main.js";
import { texts } from "../../../web/texts.mjs";

const root = join(import.meta.dirname, "../../..");
const { Flow, languageOf, wordsIn, fill } = await bundled();

const guest = { user: {}, config: { signup: "open", social: [], password_min_length: 8 } };
const ana = { user: { key: "1", user_id: "a", displayname: "Ana", users: [{ id: "a", name: "Ana" }] } };
const family = { user: { key: "1", user_id: null, displayname: "Ana", users: [{ id: "a", name: "Ana" }, { id: "b", name: "Ben" }] } };
const typed = { username: "ana@example.com", displayname: "", password: "correct horse", invite: "" };
const refusal = (id, more = {}) => Object.assign(new Error("refused"), { name: "lderror", id }, more);

let flows = [];
afterEach(() => {
  flows.forEach((flow) => flow.close());
  flows = [];
});

test("a login ends the panel with who is logged in", async () => {
  const { flow, auth } = given({ login: () => auth.now = ana });
  const opened = flow.open();
  await flow.logIn(typed);
  assert.equal((await opened).user.displayname, "Ana");
  assert.equal(flow.state.view, "done");
  assert.deepEqual(auth.asked.login, [{ username: "ana@example.com", password: "correct horse" }]);
});

test("an account with several users is asked who it is", async () => {
  const { flow, auth } = given({ login: () => auth.now = family, selectUser: (id) => auth.now = { user: { ...family.user, user_id: id } } });
  const opened = flow.open();
  await flow.logIn(typed);
  assert.equal(flow.state.view, "users");
  assert.equal(flow.isOpen, true);
  await flow.choose("b");
  assert.equal((await opened).user.user_id, "b");
});

test("a submit while one is under way does nothing", async () => {
  const gate = withResolvers();
  const { flow, auth } = given({ login: () => gate.promise });
  void flow.open();
  const first = flow.logIn(typed);
  await flow.logIn(typed);
  flow.show("signup");
  assert.equal(flow.state.view, "login");
  auth.now = ana;
  gate.resolve();
  await first;
  assert.equal(auth.asked.login.length, 1);
});

test("an empty field is said beside it and nothing is sent", async () => {
  const { flow, auth } = given();
  void flow.open();
  await flow.logIn({ ...typed, password: "" });
  assert.deepEqual(flow.state.errors, { password: "Please fill this in." });
  assert.equal(auth.asked.login, undefined);
});

test("a sign up is told what the server would refuse anyway", async () => {
  const { flow, auth } = given();
  void flow.open({ tab: "signup" });
  await flow.signUp({ ...typed, username: "ana", password: "short" });
  assert.deepEqual(Object.keys(flow.state.errors).sort(), ["password", "username"]);
  assert.match(flow.state.errors.password, /8/);
  assert.equal(auth.asked.signup, undefined);
});

test("after a sign up the panel waits for the mail and ends by itself", async () => {
  const { flow, auth } = given();
  const opened = flow.open({ tab: "signup" });
  await flow.signUp({ ...typed, displayname: " Ana " });
  assert.equal(flow.state.view, "mail");
  assert.deepEqual(auth.asked.signup, [{ email: "ana@example.com", password: "correct horse", displayname: "Ana" }]);
  await flow.resend();
  assert.deepEqual(auth.asked.resend, ["ana@example.com"]);
  assert.notEqual(flow.state.notice, "");
  auth.fire(guest);
  assert.equal(flow.isOpen, true);
  auth.fire(ana);
  assert.equal((await opened).user.key, "1");
});

test("whoever is not verified yet is shown the way to the mail", async () => {
  const { flow } = given({ login: () => { throw refusal(1021, { code: "account_unverified", status: 403 }); } });
  void flow.open();
  await flow.logIn(typed);
  assert.deepEqual([flow.state.view, flow.state.mail, flow.state.message], ["mail", "unverified", ""]);
});

test("who logged in by username has the mail sent again by username", async () => {
  const { flow, auth } = given({ login: () => { throw refusal(1021); } });
  void flow.open();
  await flow.logIn({ ...typed, username: "ana" });
  await flow.resend();
  assert.deepEqual([auth.asked.resend, auth.asked.recover], [undefined, ["ana"]]);
});

test("a forgotten password sends a link, and sends it again", async () => {
  const { flow, auth } = given();
  void flow.open();
  flow.show("forgot");
  await flow.recover(typed);
  assert.deepEqual([flow.state.view, flow.state.mail], ["mail", "forgot"]);
  await flow.resend();
  assert.equal(auth.asked.recover.length, 2);
});

const refusals = [
  ["the server's own words", refusal(1012, { detail: "No." }), { message: "No.", info: "login-failed" }],
  ["our words where it has none", refusal(1012), { message: "The email or the password is not right.", info: "login-failed" }],
  ["when it was too often, when to try again", refusal(1024, { retryAfter: 90, detail: "Slow." }),
    { message: "Too many tries. Please try again in 2 minutes.", info: "login-exceeded" }],
  ["plotdb's own number for too often", refusal(1004), { message: "Too many tries. Please try again in 1 minute.", info: "login-exceeded" }],
  ["that the server can't be reached", refusal(1007), { message: "We can’t reach the server. Please try again in a moment.", info: "login-failed" }],
  ["something that is no answer of ours", new TypeError("x"), { message: "Something went wrong on our side. Please try again.", info: "login-failed" }],
  ["the errors of fields at the fields", refusal(1015, { detail: "Bad.", errors: { email: ["Not so."], other: [] } }),
    { message: "", errors: { username: "Not so." } }],
  ["the errors of fields that are not here", refusal(1015, { errors: { config: ["Too deep."] } }), { message: "Too deep." }],
];
for (const [name, error, expected] of refusals)
  test(`a refusal says ${name}`, async () => {
    const { flow } = given({ login: () => { throw error; } });
    void flow.open();
    await flow.logIn(typed);
    for (const [part, value] of Object.entries(expected))
      assert.deepEqual(flow.state[part], value);
    assert.equal(flow.state.busy, false);
  });

test("the next try takes the last refusal away", async () => {
  let tries = 0;
  const { flow, auth } = given({ login: () => { if (++tries === 1) throw refusal(1012); auth.now = ana; } });
  const opened = flow.open();
  await flow.logIn(typed);
  await flow.logIn(typed);
  assert.equal((await opened).user.key, "1");
  assert.equal(flow.state.message, "");
});

test("a closed window of another login is no refusal", async () => {
  const { flow } = given({ social: () => { throw refusal(1000); } });
  void flow.open();
  await flow.logInWith("google");
  assert.deepEqual([flow.state.message, flow.state.view, flow.state.info], ["", "login", "default"]);
});

test("the invite that the page came with goes along to the provider", async () => {
  const { flow, auth } = given({});
  void flow.open({ tab: "signup", invite: "i-1" });
  await flow.logInWith("google");
  flow.close();
  void flow.open();
  await flow.logInWith("line");
  assert.deepEqual(auth.asked.social, [{ name: "google", inviteToken: "i-1" }, { name: "line" }]);
});

test("an identity of one's own is offered where the server takes it", async () => {
  const { flow, auth } = given({});
  auth.now = { ...guest, config: { ...guest.config, social: ["line"], jlinx: true } };
  void flow.open();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(flow.social, ["line", "jlinx"]);
  await flow.logInWith("jlinx");
  assert.deepEqual(auth.asked.social, [{ name: "jlinx" }]);
});

test("a window that the browser blocked is told", async () => {
  const { flow } = given({ social: () => { throw Object.assign(refusal(1000), { message: "The browser blocked the window" }); } });
  void flow.open();
  await flow.logInWith("google");
  assert.match(flow.state.message, /browser blocked the window/);
});

test("a login that the provider refused is told", async () => {
  const { flow } = given({ social: () => { throw Object.assign(refusal(1000), { code: "invite_invalid" }); } });
  void flow.open();
  await flow.logInWith("google");
  assert.notEqual(flow.state.message, "");
});

test("whoever chooses after the session has ended is told, and logs in again", async () => {
  const { flow, auth } = given({
    selectUser: () => { auth.now = guest; throw refusal(1000, { status: 401, detail: "Please log in first." }); },
  });
  auth.now = family;
  const opened = flow.open();
  await settled();
  assert.equal(flow.state.view, "users");
  await flow.choose("b");
  assert.deepEqual([flow.state.view, flow.state.message, flow.state.busy], ["login", "Please log in first.", false]);
  assert.equal(auth.asked.fetch.length, 1);
  auth.does.login = () => auth.now = ana;
  await flow.logIn(typed);
  assert.equal((await opened).user.key, "1");
});

test("a sign up that needs an invitation asks for one", async () => {
  const { flow, auth } = given({ signup: (body) => { if (!body.invite) throw refusal(1043, { detail: "Invited only." }); } });
  void flow.open({ tab: "signup" });
  await flow.signUp(typed);
  assert.deepEqual([flow.state.invited, flow.state.message], [true, "Invited only."]);
  await flow.signUp({ ...typed, invite: "abc" });
  assert.equal(flow.state.view, "mail");
  assert.equal(auth.asked.signup[1].invite, "abc");
});

test("a closed sign up has no tab", async () => {
  const { flow, auth } = given();
  auth.now = { user: {}, config: { ...guest.config, signup: "closed" } };
  void flow.open({ tab: "signup" });
  await settled();
  assert.equal(flow.state.view, "login");
  flow.show("signup");
  assert.equal(flow.state.view, "login");
});

test("closing answers with nobody, and what comes later changes nothing", async () => {
  const gate = withResolvers();
  const { flow } = given({ login: () => gate.promise });
  const opened = flow.open();
  const trying = flow.logIn(typed);
  flow.close();
  assert.equal(await opened, undefined);
  gate.reject(refusal(1012));
  await trying;
  assert.deepEqual([flow.state.message, flow.state.busy], ["", false]);
});

test("all who open it at once get the same answer", async () => {
  const { flow, auth } = given({ login: () => auth.now = ana });
  const all = [flow.open(), flow.open({ tab: "signup" }), flow.open({ tab: "login" })];
  await flow.logIn(typed);
  for (const global of await Promise.all(all))
    assert.equal(global.user.key, "1");
});

test("who opens it while something is under way changes nothing", async () => {
  const gate = withResolvers();
  const { flow, auth } = given({ login: () => gate.promise });
  const opened = flow.open({ lock: true });
  const trying = flow.logIn(typed);
  void flow.open({ tab: "signup", info: "token" });
  assert.deepEqual([flow.state.busy, flow.state.view, flow.state.info, flow.state.lock], [true, "login", "default", true]);
  auth.now = ana;
  gate.resolve();
  await trying;
  assert.equal((await opened).user.key, "1");
});

test("who opens it again may turn to the other tab, bring an invitation and lock it, but not unlock it", async () => {
  const { flow } = given();
  void flow.open();
  void flow.open({ tab: "signup", info: "token", email: "guest@example.com", invite: "secret", lock: true });
  const { view, info, email, fixed, invite, invited } = flow.state;
  assert.deepEqual([view, info, email, fixed, invite, invited], ["signup", "token", "guest@example.com", true, "secret", true]);
  void flow.open({ lock: false });
  assert.deepEqual([flow.state.view, flow.state.email, flow.state.lock], ["signup", "guest@example.com", true]);
});

test("who opens it again takes nobody away from the mail they wait for", async () => {
  const { flow } = given();
  void flow.open({ tab: "signup" });
  await flow.signUp(typed);
  void flow.open({ tab: "login", info: "token" });
  assert.deepEqual([flow.state.view, flow.state.info], ["mail", "default"]);
});

test("when it is done it hears of a logout elsewhere", async () => {
  const { flow, auth } = given({ login: () => auth.now = ana });
  const opened = flow.open();
  await flow.logIn(typed);
  await opened;
  auth.fire(ana);
  assert.equal(flow.state.view, "done");
  auth.fire(guest);
  assert.deepEqual([flow.state.view, auth.heard.length], ["login", 0]);
});

test("left for good it hears nothing any more", async () => {
  const { flow, auth } = given();
  auth.now = ana;
  await flow.open();
  flow.leave();
  assert.deepEqual([flow.state.view, auth.heard.length], ["login", 0]);
});

test("it opens where it was left, unless told", async () => {
  const { flow } = given();
  void flow.open();
  flow.show("signup");
  flow.close();
  void flow.open();
  assert.equal(flow.state.view, "signup");
  flow.close();
  void flow.open({ tab: "login", info: "token", email: "ben@example.com", lock: true });
  assert.deepEqual([flow.state.view, flow.state.info, flow.state.email, flow.state.fixed, flow.state.lock], ["login", "token", "ben@example.com", true, true]);
});

test("whoever is logged in already is not asked again", async () => {
  const { flow, auth } = given();
  auth.now = ana;
  assert.equal((await flow.open()).user.key, "1");
});

test("a server that is down when it opens is told, and the panel stays usable", async () => {
  const { flow, auth } = given({ get: () => { throw refusal(1007); } });
  void flow.open();
  await settled();
  assert.match(flow.state.message, /reach the server/);
  auth.does.get = undefined;
  auth.does.login = () => auth.now = ana;
  await flow.logIn(typed);
  assert.equal(flow.state.view, "done");
});

test("languages are found by their first part, and unknown ones are English", () => {
  const found = [["de-AT"], ["zh-Hant-HK"], ["pt", "es-MX"], ["xx"], [null, undefined, "AR"], []].map(languageOf);
  assert.deepEqual(found, ["de", "zh-TW", "es", "en", "ar", "en"]);
  assert.equal(wordsIn("ar").direction, "rtl");
});

test("what fills a text does not turn its direction around", () => {
  assert.equal(fill("to {email}, {count}", { email: "a@b", count: 3 }), "to a@b, 3");
  assert.equal(fill("إلى {email}، {count}", { email: "a@b", count: 3 }), "إلى \u2068a@b\u2069، 3");
  assert.equal(fill("You are {name}.", { name: "محمد" }), "You are \u2068محمد\u2069.");
  assert.equal(fill("{unknown}", {}), "{unknown}");
});

for (const language of ["ar", "de", "en", "es", "ja", "zh-TW"])
  test(`every text of ${language} is a text with the holes of the English one`, async () => {
    const { default: all } = await catalogue();
    for (const [key, text] of Object.entries(all.en)) {
      const holes = (sentence) => [...sentence.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();
      assert.deepEqual(holes(all[language][key]), holes(text), key);
      assert.notEqual(all[language][key].trim(), "", key);
    }
  });

function given(does = {}) {
  const auth = {
    does, now: guest, asked: {}, heard: [],
    on: (_, listener) => auth.heard.push(listener),
    off: (_, listener) => auth.heard = auth.heard.filter((one) => one !== listener),
    fire: (global) => auth.heard.forEach((listener) => listener(global)),
  };
  for (const name of ["get", "fetch", "login", "signup", "resend", "recover", "selectUser", "social", "logout"])
    auth[name] = async (body) => {
      (auth.asked[name] ??= []).push(body);
      return await auth.does[name]?.(body) ?? auth.now;
    };
  const words = wordsIn("en");
  const flow = new Flow(auth, () => words, () => {});
  flows.push(flow);
  return { flow, auth };
}

async function settled() {
  for (let turn = 0; turn < 20; turn++)
    await Promise.resolve();
}

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

function bundled() {
  return bundle('export * from "./flow"; export * from "./texts";', "flow");
}

function catalogue() {
  return bundle('export { default } from "gatehouse:texts/panel";', "texts");
}

async function bundle(contents, name) {
  const outfile = join(root, `.run/web/panel-${name}.mjs`);
  await build({
    stdin: { contents, resolveDir: join(root, "web/panel"), loader: "ts" }, bundle: true, format: "esm", outfile, plugins: [texts],
  });
  return import(pathToFileURL(outfile).href);
}

// What a page's author writes: who is here, a way in, a way out.
import { Auth } from "http://localhost:8080/auth/index.mjs";

const at = (id) => document.getElementById(id);

const auth = new Auth({
  api: "http://localhost:8080/api/auth",
});
const panel = document.querySelector("gatehouse-panel");
panel.auth = auth;

auth.on("update", show);
auth.on("error", (error) => at("said").textContent = error.detail ?? "The server can’t be reached.");
at("log-in").addEventListener("click", () => panel.open({ tab: "login" }));
at("sign-up").addEventListener("click", () => panel.open({ tab: "signup" }));
at("log-out").addEventListener("click", () => auth.logout().catch(() => undefined)); // an error was told already

function show(global) {
  const here = "key" in global.user; // guests have no key
  at("greeting").textContent = here ? `Hello, ${global.user.displayname}` : "Hello, stranger";
  at("said").textContent = here ? "" : "Log in, and your books are where you left them.";
  at("log-in").hidden = here;
  at("sign-up").hidden = here || global.config.signup === "closed";
  at("log-out").hidden = !here;
  at("door").hidden = false;
  at("facts").replaceChildren(...facts(global).flatMap(([name, value]) => [node("dt", name), node("dd", value)]));
}

/** For display only: the server asks again on every call of yours. */
function facts({ user, config, version }) {
  return [
    ["Logged in", "key" in user ? "yes" : "no"],
    ..."key" in user ? [
      ["Name", user.displayname],
      ["Account", user.key],
      ["Email proven", new Date(user.verified.date).toLocaleDateString(document.documentElement.lang)],
      ["Users of this account", user.users.map(({ name }) => name).join(", ")],
    ] : [],
    ["Sign-up is", config.signup],
    ["Server", version],
  ];
}

function node(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

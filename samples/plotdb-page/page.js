// As an author of a plotdb page writes it: a manager of blocks, `new auth`, the panel as a block, a view.
const server = "http://localhost:8080";
const isServers = (name) => name === "auth" || name === "@servebase/auth";

const manager = new block.manager({
  registry: ({ name, version, path }) => isServers(name)
    ? `${server}/assets/block/${name}/${version || "main"}/${path || "index.html"}`
    : `blocks/${name}/${path || "index.html"}`,
});
const user = new auth({
  manager,
  api: `${server}/api/auth`,
  loader: new ldloader({ className: "ldld full", autoZ: true }),
});

let here = { user: {} };
let said = "";
const isLoggedIn = () => "key" in here.user;
const say = (text) => {
  said = text;
  view.render();
};
const told = (error) =>
  say(lderror.id(error) === 1000 ? "The shelf is for members." : error.detail || lderror.message(error));

const panelOf = (name) => manager.from({ name }, { root: document.body, data: { auth: user } });
const panels = manager.init()
  .then(() => Promise.all([panelOf("auth"), panelOf("house-panel")]))
  .then(([{ interface: authpanel }, { interface: ours }]) => {
    user.setUi({ authpanel }); // what prompt() and ensure() show
    return { ours };
  });
const withPanels = (work) => panels.then(work).catch(told);

const view = new ldview({
  root: document.querySelector("main"),
  text: {
    greeting: () => isLoggedIn() ? `Hello, ${here.user.displayname}` : "Hello, stranger",
    said: () => said,
  },
  handler: {
    "log-in": ({ node }) => node.hidden = isLoggedIn(),
    "log-in-here": ({ node }) => node.hidden = isLoggedIn(),
    "log-out": ({ node }) => node.hidden = !isLoggedIn(),
  },
  action: {
    click: {
      "log-in": () => withPanels(() => user.prompt({ tab: "login" })),
      "log-in-here": () => withPanels(({ ours }) => ours(true, { tab: "login" })),
      shelf: () => withPanels(async () => say(`The shelf of ${(await user.ensure()).user.displayname} is open.`)),
      "log-out": () => user.logout().catch(told),
    },
  },
});

user.on("update", (global) => {
  here = global;
  view.render();
});
user.on("logout", () => say("Good-bye."));
user.on("server-down", () => say("The server can’t be reached."));

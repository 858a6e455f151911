// ?name=auth | @servebase/auth · &set: registered in advance · &use=seed|wrapped|partial|…: another block that extends it
const wanted = new URLSearchParams(location.search);
const registry = ({ ns, name, version, path }) => `/assets/${wanted.get("in") ?? "block"}/${name}/${version || "main"}/${path || "index.html"}`;

globalThis.ready = (async () => {
  if (wanted.has("lng"))
    block.i18n.changeLanguage(wanted.get("lng"));
  const manager = new block.manager({ registry: (wish) => wish.name.startsWith("custom-")
    ? `/pages/blocks/${wish.name}.html` : registry(wish) });
  await manager.init();
  if (wanted.has("set"))
    await gatehouseBlock(manager);
  globalThis.user = new auth();
  const { interface: prompt, instance } = await manager.from(
    { name: wanted.get("name") ?? "auth" },
    { root: document.body, ...wanted.has("own") ? {} : { data: { auth: globalThis.user } } });
  globalThis.instance = instance;
  document.querySelector("#open").addEventListener("click", async () => {
    const global = await prompt(true, globalThis.options);
    globalThis.answer = global?.user.displayname ?? "nobody";
  });
  globalThis.prompt = prompt;
  document.documentElement.dataset.ready = "";
})();

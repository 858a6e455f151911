const panel = document.querySelector("gatehouse-panel");
const wanted = new URLSearchParams(location.search);
for (const [name, value] of wanted)
  panel.setAttribute(name, value);
globalThis.heard = [];
for (const name of ["gatehouse-done", "gatehouse-closed"])
  panel.addEventListener(name, (event) => globalThis.heard.push([name, event.detail?.user?.displayname ?? null]));
document.querySelector("#open")?.addEventListener("click", async () => {
  const global = await panel.open(globalThis.options);
  globalThis.answer = global?.user.displayname ?? "nobody";
});
document.documentElement.dataset.ready = "";

// /auth/block.js: gives a page's manager the block without loading or evaluating text, for pages with a strict policy.
import { useStyles } from "../styles";
import { definition } from "./definition";
import { grow, markup } from "./markup";

interface Manager {
  set(classes: unknown[]): Promise<unknown>;
}

interface Page {
  block: { class: new (options: Record<string, unknown>) => unknown };
  gatehouseBlock?: (manager: Manager) => Promise<unknown>;
}

const page = globalThis as unknown as Page;
const here = (document.currentScript as HTMLScriptElement).src;
const names = ["auth", "@servebase/auth"];
const paths = ["index.html", "base.html"]; // plotdb's own sites extend base.html

page.gatehouseBlock = (manager) => {
  void useStyles("block.css", here);
  return manager.set(names.flatMap((name) => paths.map((path) => new page.block.class({
    manager, name, version: "main", path,
    code: { dom: grow(markup), style: "", script: () => ({ ...definition, pkg: { ...definition.pkg, name } }) },
  }))));
};

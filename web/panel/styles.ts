import { h } from "./dom";

/**
 * Loads the stylesheet that stands beside the script, unless the page names it already. Resolves when it is there, and
 * also when it can't be had: a plain panel is better than none.
 */
export function useStyles(name: string, script: string | URL): Promise<void> {
  const address = new URL(name, script);
  const links = [...document.querySelectorAll<HTMLLinkElement>("link[rel~=stylesheet]")];
  if (links.some((link) => link.href.split("?")[0] === address.href))
    return Promise.resolve();
  return new Promise((resolve) => document.head.append(
    h("link", { rel: "stylesheet", href: address.href, load: () => resolve(), error: () => resolve() })));
}

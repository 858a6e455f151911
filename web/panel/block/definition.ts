// The block as @plotdb/block knows it: `auth`, also `@servebase/auth`.
import texts from "gatehouse:texts/panel";
import type { AuthPanel, Global } from "../../client/types";
import type { PanelAuth } from "../auth";
import { Flow, type State } from "../flow";
import { goTo } from "../redirect";
import { useStyles } from "../styles";
import { languageOf, wordsIn, type Words } from "../texts";
import { coverOf, type Cover, type LdCoverClass } from "./cover";
import { BlockView } from "./view";

interface BlockInit {
  root: HTMLElement;
  ctx: { ldcover?: LdCoverClass };
  data?: { auth?: PanelAuth; zmgr?: unknown };
  i18n: { language?: string; on(event: string, listener: () => void): void };
}

type AuthClass = new () => PanelAuth;

const missingConfiguration = 1027;
const patience = 2000; // milliseconds for the stylesheet: a plain panel is better than none

/** One for each block in the page: what @plotdb/block makes of the definition below. */
interface Instance {
  panel: AuthPanel;
}

export const definition = {
  pkg: {
    name: "auth", version: "0.0.1", license: "MIT", description: "log in, sign up and all that belongs to it",
    i18n: texts, dependencies: [],
  },
  init(this: Instance, options: BlockInit): void {
    this.panel = panelOf(options);
  },
  interface(this: Instance): AuthPanel {
    return this.panel;
  },
};

function panelOf({ root, ctx, data, i18n }: BlockInit): AuthPanel {
  const page = globalThis as { auth?: AuthClass; ldcover?: LdCoverClass };
  const auth = data?.auth ?? (page.auth === undefined ? undefined : new page.auth());
  if (auth === undefined)
    return () => Promise.reject(
      Object.assign(new Error("The block needs `data: {auth}`"), { name: "lderror", id: missingConfiguration }));
  const speaking = (): Words => wordsIn(languageOf([i18n.language]));
  let words = speaking();
  const changed = (state: State, before: State): void => view.update(state, before);
  const flow = new Flow(auth, () => words, changed);
  const view = new BlockView(root, flow, words);
  const cover = coverOf({
    block: root, LdCover: ctx?.ldcover ?? page.ldcover, zmgr: data?.zmgr,
    shown: () => flow.isOpen && view.focus(), closed: () => flow.close(),
  });
  const speak = (): void => {
    words = speaking();
    root.lang = words.language;
    root.dir = words.direction;
    view.speak(words);
    cover.name(words("log_in"));
  };
  i18n.on("languageChanged", speak);
  speak();
  const styled = Promise.race([
    useStyles("/auth/block.css", new URL(auth.apiRoot?.() ?? "", location.href)),
    new Promise<void>((resolve) => setTimeout(resolve, patience)),
  ]);
  return panelFunction(auth, flow, view, cover, styled);
}

function panelFunction(auth: PanelAuth, flow: Flow, view: BlockView, cover: Cover, styled: Promise<void>): AuthPanel {
  return async (toggle = true, options = {}): Promise<Global | undefined> => {
    if (!toggle) {
      flow.close();
      return auth.fetch();
    }
    const asked = flow.isOpen;
    const opened = flow.open(options);
    await styled;
    cover.open(flow.state.lock);
    if (!asked)
      view.focus();
    const global = await opened;
    if (!asked) {
      cover.close();
      view.clear();
      if (global && options.redirect !== undefined)
        goTo(options.redirect);
    }
    return global;
  };
}

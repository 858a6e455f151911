import type { Auth } from "./auth";
import { asLdError, ServerDown } from "./errors";
import type { AuthOptions, AuthPanel, Global, PromptOptions, Ui } from "./types";

const BrokenBlock = 1022;

interface PanelElement extends HTMLElement {
  auth: Auth;
  open(options: PromptOptions): Promise<Global | undefined>;
  close?(): void;
}

/** The panel of a page that brings none: its block, else the server's own element. Made once, when first needed. */
export class Panel {
  private made: Promise<AuthPanel> | undefined;
  private failures = 0;

  constructor(private readonly auth: Auth, private readonly options: AuthOptions) {}

  get(): Promise<AuthPanel> {
    if (this.made === undefined) {
      const making = this.options.manager ? this.block(this.options.manager) : this.element();
      this.made = making;
      making.catch(() => this.made = undefined); // the next one tries again
    }
    return this.made;
  }

  private async block(manager: NonNullable<AuthOptions["manager"]>): Promise<AuthPanel> {
    try {
      const block = await manager.from(this.options.authpanel ?? { name: "auth" }, {
        root: document.body,
        autoTransform: "i18n",
        data: { auth: this.auth, zmgr: this.options.zmgr },
      });
      return panelOf(block as Ui["authpanel"]);
    } catch (thrown) {
      throw asLdError(thrown, BrokenBlock);
    }
  }

  private async element(): Promise<AuthPanel> {
    try {
      // Browsers remember the failure of an address for as long as the page lives.
      await import(this.auth.url(`/auth/panel.mjs${this.failures ? `?again=${this.failures}` : ""}`).href);
    } catch (thrown) {
      this.failures++;
      throw asLdError(thrown, ServerDown);
    }
    const element = document.createElement("gatehouse-panel") as PanelElement;
    element.auth = this.auth;
    element.setAttribute("modal", "");
    document.body.append(element);
    return async (toggle = true, options = {}) => toggle ? element.open(options) : element.close?.();
  }
}

/** A panel is a function, or what has one as its `interface`, or what makes one there. */
export function panelOf(panel: Ui["authpanel"]): AuthPanel {
  if (typeof panel === "function")
    return panel;
  if (typeof panel?.interface !== "function")
    throw new TypeError("A panel needs an interface");
  return (toggle, options) => {
    const made: unknown = (panel.interface as AuthPanel)(toggle, options);
    return typeof made === "function" ? (made as AuthPanel)(toggle, options) : made as ReturnType<AuthPanel>;
  };
}

// <gatehouse-panel>: the panel as an element of any page, in its place or as a dialog.
import type { Global } from "../client/types";
import { known, type OpenOptions, type PanelAuth } from "./auth";
import { h } from "./dom";
import { Flow, type State } from "./flow";
import { Panel } from "./panel";
import { goTo } from "./redirect";
import { useStyles } from "./styles";
import { languageOf, wordsIn, type Words } from "./texts";
import { troubleOf, unreachable } from "./trouble";

/**
 * Promises: lives in the page's own tree (password managers and the page's styles reach it); as a dialog it takes the
 * focus when opened, keeps it, and gives it back. Must never: write HTML, styles or scripts as text.
 */
export class GatehousePanel extends HTMLElement {
  static readonly observedAttributes = ["lng"];

  #auth: PanelAuth | undefined;
  #words: Words = wordsIn("en");
  #started: Promise<Flow> | undefined;
  #flow: Flow | undefined;
  #panel: Panel | undefined;
  #dialog: HTMLDialogElement | undefined;
  #pressed: EventTarget | null = null;

  /** The page's own `auth` object; without one the panel makes its own. Set it before the panel is used. */
  get auth(): PanelAuth | undefined {
    return this.#auth;
  }

  set auth(auth: PanelAuth | undefined) {
    this.#auth = auth;
  }

  get modal(): boolean {
    return this.hasAttribute("modal");
  }

  set modal(modal: boolean) {
    this.toggleAttribute("modal", modal);
  }

  connectedCallback(): void {
    if (Object.hasOwn(this, "auth")) { // set before the element was known: hand it to the setter
      const auth = this.auth;
      delete (this as { auth?: unknown }).auth;
      this.auth = auth;
    }
    if (!this.modal)
      whenPageIsThere(() => this.#showInPlace());
  }

  attributeChangedCallback(): void {
    if (this.#flow)
      this.#speak(this.#flow);
  }

  disconnectedCallback(): void {
    void this.#started?.then((flow) => this.isConnected || flow.leave(), () => undefined);
  }

  /** Resolves with `global` once somebody is logged in, with nothing when the panel is closed before. */
  open(options: OpenOptions = {}): Promise<Global | undefined> {
    return this.#show(options, true);
  }

  /** One in its place is as new afterwards: there is nothing that it could close. */
  close(): void {
    void this.#started?.then((flow) => flow.close(), () => undefined);
  }

  async #show(options: OpenOptions, take: boolean): Promise<Global | undefined> {
    const flow = await (this.#started ??= this.#start());
    const wanted = { ...this.#attributes(), ...options };
    const asked = flow.isOpen;
    const opened = flow.open(asked ? options : wanted);
    if (this.#dialog && !this.#dialog.open)
      this.#dialog.showModal();
    if ((take || this.modal) && !(asked && this.contains(document.activeElement)))
      this.#panel!.focus();
    const global = await opened;
    if (!asked) // of several who asked, one tells
      this.#tell(global, wanted.redirect);
    return global;
  }

  #tell(global: Global | undefined, redirect: string | undefined): void {
    this.#dialog?.close();
    const event = global
      ? new CustomEvent("gatehouse-done", { detail: global, bubbles: true })
      : new Event("gatehouse-closed", { bubbles: true });
    this.dispatchEvent(event);
    if (global && redirect !== undefined && !event.defaultPrevented)
      goTo(redirect);
    if (!global)
      this.#showInPlace();
  }

  /** Somebody who is logged in stays so. What fails is said in place. */
  #showInPlace(take = false): void {
    if (!this.modal && this.isConnected && !this.#flow?.isOpen && this.#flow?.state.view !== "done")
      this.#show({}, take).catch(() => undefined);
  }

  async #start(): Promise<Flow> {
    void useStyles("panel.css", import.meta.url);
    try {
      this.#auth ??= await this.#ownAuth();
    } catch (thrown) {
      this.#started = undefined; // the next one tries again
      this.#apologise();
      throw unreachable(thrown);
    }
    const flow = new Flow(this.#auth, () => this.#words, (state, before) => this.#changed(state, before));
    this.#flow = flow;
    this.#dialog = this.modal ? this.#dialogOf(flow) : undefined;
    this.#speak(flow);
    this.replaceChildren(this.#dialog ?? this.#panel!.node);
    return flow;
  }

  #speak(flow: Flow): void {
    this.#words = wordsIn(this.#language());
    const before = this.#panel;
    this.#panel = new Panel(flow, this.#words, this.modal ? { close: () => flow.close() } : {});
    this.#dialog?.setAttribute("aria-labelledby", this.#panel.headingId);
    if (before)
      this.#panel.replace(before);
    else
      this.#dialog?.append(this.#panel.node);
  }

  #changed(state: State, before: State): void {
    this.#panel?.update(state, before);
    if (before.view === "done" && state.view === "login" && !known(state.global)) // logged out: whoever is next
      queueMicrotask(() => this.#showInPlace());
  }

  #apologise(): void {
    if (this.modal)
      return;
    const held = this.contains(document.activeElement);
    const trouble = troubleOf(wordsIn(this.#language()), () => this.#showInPlace(true));
    this.replaceChildren(trouble);
    if (held)
      trouble.querySelector("button")?.focus();
  }

  async #ownAuth(): Promise<PanelAuth> {
    const { Auth } = await import("../client/index");
    const api = this.getAttribute("api") ?? new URL("../api/auth", import.meta.url).href;
    return new Auth({ api, lng: this.#language() }) as unknown as PanelAuth;
  }

  #attributes(): OpenOptions {
    const names = ["tab", "redirect", "info", "email", "invite"].filter((name) => this.hasAttribute(name));
    const given = Object.fromEntries(names.map((name) => [name, this.getAttribute(name)])) as OpenOptions;
    return { ...given, lock: this.hasAttribute("lock") };
  }

  #language(): string {
    const page = this.closest("[lang]")?.getAttribute("lang");
    return languageOf([this.getAttribute("lng"), this.#auth?.lng, page, ...navigator.languages]);
  }

  #dialogOf(flow: Flow): HTMLDialogElement {
    const outside = (event: Event): boolean => event.target === dialog;
    const dialog: HTMLDialogElement = h("dialog", {
      class: "gatehouse-dialog", "data-part": "dialog",
      pointerdown: (event) => this.#pressed = event.target,
      click: (event) => {
        if (outside(event) && this.#pressed === dialog && !flow.state.lock)
          flow.close();
      },
      keydown: (event) => {
        if ((event as KeyboardEvent).key === "Escape" && flow.state.lock)
          event.preventDefault();
      },
      cancel: (event) => {
        if (outside(event) && flow.state.lock)
          event.preventDefault();
      },
      close: () => {
        if (flow.isOpen && flow.state.lock) // a browser lets Escape through when it is pressed twice
          dialog.showModal();
        else
          flow.close();
      },
    });
    return dialog;
  }
}

/** After all scripts of the page had their turn to set `auth` or attributes. */
function whenPageIsThere(then: () => void): void {
  if (document.readyState === "complete") {
    queueMicrotask(then);
    return;
  }
  const once = new AbortController();
  const there = (): void => {
    once.abort();
    then();
  };
  document.addEventListener("DOMContentLoaded", there, once);
  window.addEventListener("load", there, once); // for a script that came between the two
}

// The panel as nodes: heading, tabs, the view's screen. The element and the block put it where it belongs.
import { busyStatus, freshId, h, mark } from "./dom";
import type { Flow, State, Tab } from "./flow";
import { screenKey, screenOf, type Screen } from "./screens";
import type { Words } from "./texts";

export interface PanelOptions {
  /** A button to close it: of a dialog. */
  close?: () => void;
}

/** Promises: moves the focus only when it was inside, or when told to; says every refusal where the customer is. */
export class Panel {
  readonly node: HTMLElement;
  readonly headingId = freshId("title");
  #flow: Flow;
  #words: Words;
  #heading: HTMLElement;
  #tabs: HTMLElement;
  #body = h("div", { class: "gatehouse-body", "data-part": "body" });
  #close: HTMLElement | null;
  #busy = busyStatus();
  #screen: Screen | undefined;
  #key = "";

  constructor(flow: Flow, words: Words, options: PanelOptions = {}) {
    this.#flow = flow;
    this.#words = words;
    this.#body.id = freshId("body");
    this.#heading = h("h2", { id: this.headingId, class: "gatehouse-title", "data-part": "title", tabindex: "-1" });
    this.#tabs = h("div", {
      class: "gatehouse-tabs", "data-part": "tabs", role: "tablist",
      keydown: (event) => this.#steer(event as KeyboardEvent),
    }, ...(["login", "signup"] as const).map((tab) => this.#tab(tab)));
    this.#close = options.close === undefined ? null : h("button", {
      type: "button", class: "gatehouse-close", "data-part": "close", 
      "aria-label": words("close"), title: words("close"), click: options.close,
    }, "×");
    this.node = h("section", {
      class: "gatehouse", "data-part": "panel", lang: words.language, dir: words.direction,
      "aria-labelledby": this.headingId,
    },
    h("header", { class: "gatehouse-header", "data-part": "header" }, this.#heading, this.#close),
    this.#tabs, this.#body, this.#busy);
    this.update(flow.state, flow.state);
  }

  update(state: State, before: State): void {
    const held = this.#body.contains(document.activeElement) || this.#heading === document.activeElement;
    const key = screenKey(state);
    const rebuilt = key !== this.#key;
    if (rebuilt) {
      this.#key = key;
      this.#build(state, state.view === before.view);
    }
    this.#screen!.update(state);
    this.#busy.textContent = state.busy ? this.#words("busy") : "";
    if (this.#close)
      this.#close.hidden = state.lock;
    const refused = state.message !== "" || Object.keys(state.errors).length > 0;
    if (held && (rebuilt || refused && (before.busy && !state.busy || state.errors !== before.errors)))
      this.focus();
  }

  /** Takes the place of the same panel in another language: with what was typed, and with the focus. */
  replace(before: Panel): void {
    for (const input of this.#body.querySelectorAll("input"))
      input.value = before.#body.querySelector<HTMLInputElement>(`[name="${input.name}"]`)?.value ?? input.value;
    const held = partsOf(before.node).indexOf(document.activeElement as HTMLElement);
    before.node.replaceWith(this.node);
    partsOf(this.node)[held]?.focus();
  }

  /** To the first field; where there is none, to the heading, so that the view is read from its beginning. */
  focus(): void {
    const { view } = this.#flow.state;
    const text = view === "mail" || view === "users" || view === "done";
    (text ? this.#heading : this.#screen?.first() ?? this.#heading).focus();
  }

  #build(state: State, same: boolean): void {
    const tabbed = (state.view === "login" || state.view === "signup") && !this.#flow.signUpIsClosed;
    const typed = this.#typed(same);
    this.#screen = screenOf(this.#flow, this.#words);
    this.#body.replaceChildren(this.#screen.node);
    for (const input of this.#body.querySelectorAll("input"))
      if (input.value === "")
        input.value = typed.get(input.name) ?? "";
    this.#heading.textContent = this.#screen.title;
    this.node.dataset["view"] = state.view;
    this.#tabs.hidden = !tabbed;
    mark(this.#body, "role", tabbed && "tabpanel");
    for (const tab of this.#tabs.querySelectorAll<HTMLElement>("[role=tab]")) {
      const here = tab.dataset["name"] === state.view;
      mark(tab, "aria-selected", `${here}`);
      tab.tabIndex = here ? 0 : -1;
      if (here && tabbed)
        mark(this.#body, "aria-labelledby", tab.id);
    }
    if (!tabbed)
      this.#body.removeAttribute("aria-labelledby");
  }

  /** What was typed goes along to the next view; a password stays in its own. */
  #typed(same: boolean): Map<string, string> {
    const inputs = [...this.#body.querySelectorAll("input")].filter((input) => same || input.name !== "password");
    return new Map(inputs.map((input) => [input.name, input.value]));
  }

  #tab(tab: Tab): HTMLElement {
    return h("button", {
      type: "button", role: "tab", id: freshId("tab"), class: "gatehouse-tab", "data-part": "tab", "data-name": tab,
      "aria-controls": this.#body.id, click: () => this.#flow.show(tab),
    }, this.#words(tab === "login" ? "log_in" : "sign_up"));
  }

  /** Arrow keys go from tab to tab; two tabs, so either arrow means the other. */
  #steer(event: KeyboardEvent): void {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight")
      return;
    event.preventDefault();
    this.#flow.show(this.#flow.state.view === "login" ? "signup" : "login");
    this.#tabs.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }
}

/** What can have the focus. The same state has the same parts in every language. */
const partsOf = (node: HTMLElement): HTMLElement[] =>
  [...node.querySelectorAll<HTMLElement>("button, input, [tabindex]")];

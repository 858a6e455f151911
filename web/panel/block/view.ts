// Drives an author's markup by the panel's state. Log in and sign up are the author's; what plotdb's markup has no
// nodes for ("check your mail", "who is it today?", a forgotten password) is shown by our own panel in their place.
import { busyStatus, freshId, h, mark } from "../dom";
import { fieldOf, reveal } from "../fields";
import type { Fields, Flow, State } from "../flow";
import { Panel } from "../panel";
import { providerName } from "../screens";
import type { Words } from "../texts";
import { formOf, Nodes, show } from "./nodes";

const inputs: (keyof Fields)[] = ["username", "displayname", "password", "invite"];
const calm = 350; // milliseconds until a panel that has closed shows its first info again

export class BlockView {
  #flow: Flow;
  #words: Words;
  #nodes: Nodes;
  #panel: Panel;
  #errors = new Map<string, HTMLElement>();
  #hint: HTMLElement;
  #hintText: HTMLElement;
  #busy = busyStatus();

  constructor(block: HTMLElement, flow: Flow, words: Words) {
    this.#flow = flow;
    this.#words = words;
    this.#nodes = new Nodes(block);
    this.#hint = this.#nodes.one("signin-failed-hint") ?? this.#ownHint();
    this.#hintText = this.#nodes.one("signin-failed-hint-text") ?? this.#hint;
    this.#panel = new Panel(flow, words);
    this.#panel.node.hidden = true;
    if (this.#nodes.root === block)
      block.append(this.#panel.node);
    else
      this.#nodes.root.after(this.#panel.node);
    this.#panel.node.after(this.#busy);
    this.#tie();
    this.#listen();
    this.speak(words);
  }

  speak(words: Words): void {
    this.#words = words;
    for (const node of this.#nodes.all("close"))
      mark(node, "aria-label", words("close"));
    for (const button of this.#nodes.root.querySelectorAll("[data-part=show-password]"))
      ["aria-label", "title"].forEach((name) => mark(button, name, words("show_password")));
    const invite = this.#nodes.input("invite")?.closest("[data-part=field]")?.querySelector("label");
    if (invite)
      invite.textContent = words("invite");
    const fresh = new Panel(this.#flow, words);
    fresh.replace(this.#panel);
    this.#panel = fresh;
    this.update(this.#flow.state, this.#flow.state);
  }

  /** Gives each field of the markup its label, and ours the button that shows a password. */
  #tie(): void {
    for (const name of inputs) {
      const input = this.#nodes.input(name);
      const label = input?.closest("[data-field]")?.querySelector("label");
      if (input && label && label.control === null) {
        input.id ||= freshId(name);
        label.htmlFor = input.id;
      }
      if (name === "password" && input?.parentElement?.matches(".gatehouse-secret"))
        input.after(reveal(input, this.#words));
    }
  }

  /** The first field that is empty or to be mended, the username first of all. */
  focus(): void {
    const { view } = this.#flow.state;
    if (view !== "login" && view !== "signup") {
      this.#panel.focus();
      return;
    }
    const all = inputs.map((name) => this.#nodes.input(name))
      .filter((input) => input?.checkVisibility() && !input.readOnly);
    (all.find((input) => input!.ariaInvalid === "true") ?? all[0])?.focus();
  }

  update(state: State, before: State): void {
    const held = this.#nodes.root.contains(document.activeElement) || this.#panel.node.contains(document.activeElement);
    this.#panel.update(state, before);
    this.#choose(state);
    this.#busy.textContent = state.busy && this.#panel.node.hidden ? this.#words("busy") : "";
    if (state.view === "login" || state.view === "signup")
      this.#form(state);
    if (before.busy && !state.busy && (state.message !== "" || Object.keys(state.errors).length > 0))
      this.#clear("password");
    if (held && (state.view !== before.view || state.errors !== before.errors && Object.keys(state.errors).length > 0))
      this.focus();
  }

  /** After a login: the next who opens it finds it as new. */
  clear(): void {
    inputs.forEach((name) => this.#clear(name));
    setTimeout(() => this.#flow.isOpen || this.#infos("default"), calm);
  }

  #choose(state: State): void {
    const theirs = state.view === "login" || state.view === "signup" || state.view === "done";
    const parts = this.#panel.node.parentElement === this.#nodes.root
      ? [...this.#nodes.root.children].filter((node) => node !== this.#panel.node) as HTMLElement[]
      : [this.#nodes.root];
    for (const part of parts)
      if (theirs !== (part.dataset["gatehouseAside"] === undefined)) {
        mark(part, "data-gatehouse-aside", !theirs);
        show(part, theirs);
      }
    this.#panel.node.hidden = theirs;
  }

  #form(state: State): void {
    const signUp = state.view === "signup";
    const words = this.#words;
    this.#switches(state);
    this.#infos(state.info);
    for (const node of this.#nodes.root.querySelectorAll<HTMLElement>("[data-tab]"))
      show(node, node.dataset["tab"] === state.view);
    this.#displayName(signUp);
    this.#invite(signUp && state.invited);
    this.#social();
    this.#nodes.all("title").forEach((node) => node.textContent = words(signUp ? "welcome" : "welcome_back"));
    this.#nodes.all("submit-text").forEach((node) => node.textContent = words(signUp ? "sign_up" : "log_in"));
    for (const node of this.#nodes.all("submit")) {
      ["disabled", "running"].forEach((name) => node.classList.toggle(name, state.busy));
      mark(node, "aria-disabled", state.busy && "true");
    }
    const form = formOf(this.#nodes.root);
    if (form)
      mark(form, "aria-busy", state.busy && "true");
    if (this.#hintText.textContent !== state.message)
      this.#hintText.textContent = state.message;
    show(this.#hint, state.message !== "");
    this.#fields(state, signUp);
    this.#nodes.all("close").forEach((node) => show(node, !state.lock));
  }

  #fields(state: State, signUp: boolean): void {
    const password = this.#nodes.input("password");
    if (password)
      password.autocomplete = signUp ? "new-password" : "current-password";
    const username = this.#nodes.input("username");
    if (username) {
      username.readOnly = state.fixed;
      if (state.email !== "" && (username.value === "" || state.fixed))
        username.value = state.email;
    }
    for (const name of inputs)
      this.#refuse(name, state.errors[name] ?? "");
  }

  #refuse(name: keyof Fields, error: string): void {
    const input = this.#nodes.input(name);
    if (!input || error === "" && !this.#errors.has(name))
      return;
    const node = this.#errors.get(name) ?? this.#errorOf(name, input);
    node.textContent = error;
    show(node, error !== "");
    node.classList.toggle("d-block", error !== "");
    input.classList.toggle("is-invalid", error !== "");
    mark(input, "aria-invalid", error !== "" && "true");
  }

  /** Beside the label, not in it: else the error were part of the field's name. */
  #errorOf(name: string, input: HTMLInputElement): HTMLElement {
    const error = this.#nodes.all("error").find((node) => node.dataset["name"] === name)
      ?? h("div", { class: "gatehouse-error invalid-feedback" });
    if (!error.isConnected)
      (input.closest("label") ?? input.closest(".input-group, .gatehouse-secret") ?? input).after(error);
    error.id ||= freshId(`${name}-error`);
    mark(error, "role", "alert");
    mark(input, "aria-describedby", [input.getAttribute("aria-describedby"), error.id].filter(Boolean).join(" "));
    this.#errors.set(name, error);
    return error;
  }

  #switches(state: State): void {
    for (const node of this.#nodes.all("switch")) {
      const here = node.dataset["name"] === state.view;
      node.classList.toggle("btn-primary", here);
      node.classList.toggle("btn-text", !here);
      mark(node, "aria-pressed", `${here}`);
      show(node, !(node.dataset["name"] === "signup" && this.#flow.signUpIsClosed));
    }
  }

  #infos(wanted: string): void {
    for (const node of this.#nodes.all("info"))
      show(node, node.dataset["name"] === wanted);
  }

  #displayName(shown: boolean): void {
    const input = this.#nodes.input("displayname");
    const field = input?.closest<HTMLElement>("[data-field]");
    const around = [...this.#nodes.all("displayname"), ...input?.labels ?? [], field];
    for (const node of around)
      if (node)
        show(node, shown);
  }

  #invite(wanted: boolean): void {
    if (wanted && !this.#nodes.input("invite")) {
      const made = fieldOf({
        name: "invite", label: this.#words("invite"), input: { autocomplete: "off", class: "form-control" },
      }, this.#words);
      const submit = this.#nodes.one("submit");
      if (submit)
        submit.before(made.node);
      else
        this.#nodes.root.append(made.node);
    }
    const input = this.#nodes.input("invite");
    if (input) {
      show(input.closest<HTMLElement>("[data-field]") ?? input, wanted);
      input.value ||= this.#flow.state.invite;
    }
  }

  #social(): void {
    for (const node of this.#nodes.all("social", "oauth"))
      show(node, this.#flow.social.includes(providerOf(node)));
    const any = this.#nodes.all("social", "oauth").some((node) => !node.hidden);
    this.#nodes.all("socials", "oauths").forEach((node) => show(node, any));
  }

  #clear(name: keyof Fields): void {
    const input = this.#nodes.input(name);
    if (input)
      input.value = "";
  }

  #listen(): void {
    const on = (names: string[], act: (node: HTMLElement) => unknown): void => {
      for (const node of this.#nodes.all(...names))
        node.addEventListener("click", (event) => {
          event.preventDefault();
          act(node);
        });
    };
    on(["submit"], () => this.#send());
    on(["switch"], ({ dataset }) => this.#flow.show(dataset["name"] === "signup" ? "signup" : "login"));
    on(["forgot-password", "forget-password"], () => this.#flow.show("forgot"));
    on(["social", "oauth"], (node) => this.#flow.logInWith(providerOf(node)));
    on(["close"], () => this.#flow.close());
    formOf(this.#nodes.root)?.addEventListener("submit", (event) => event.preventDefault());
    this.#nodes.root.addEventListener("keydown", (event) => {
      if (this.#panel.node.contains(event.target as Node)) // has a form of its own
        return;
      if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLInputElement))
        return;
      event.preventDefault();
      this.#send();
    });
    for (const node of this.#nodes.all("social", "oauth"))
      if (node.textContent?.trim() === "")
        node.textContent = providerOf(node) === "jlinx"
          ? this.#words("own_identity")
          : this.#flow.titleOf(providerOf(node)) ?? providerName(providerOf(node));
  }

  #send(): void {
    const value = (name: string): string => this.#nodes.input(name)?.value ?? "";
    const typed = {
      username: value("username"), displayname: value("displayname"),
      password: value("password"), invite: value("invite"),
    };
    void (this.#flow.state.view === "signup" ? this.#flow.signUp(typed) : this.#flow.logIn(typed));
  }

  #ownHint(): HTMLElement {
    const hint = h("div", { class: "gatehouse-alert alert alert-danger", role: "alert", hidden: true });
    const submit = this.#nodes.one("submit");
    if (submit)
      submit.before(hint);
    else
      this.#nodes.root.append(hint);
    return hint;
  }
}

/** plotdb's first markup said `fb`. */
const providerOf = ({ dataset }: HTMLElement): string => dataset["name"] === "fb" ? "facebook" : dataset["name"] ?? "";

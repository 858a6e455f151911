// What each view of the panel is made of. A screen is built once per view and then kept up to date with the state.
import { h, mark, say } from "./dom";
import { fieldOf, type Field, type FieldOptions } from "./fields";
import type { Fields, Flow, State } from "./flow";
import type { Words } from "./texts";

export interface Screen {
  readonly title: string;
  readonly node: HTMLElement;
  update(state: State): void;
  /** Where the customer goes on: the first field that is to be mended, else the first that is empty. */
  first(): HTMLElement | null;
}

/** Two states with the same key are shown by the same screen. */
export const screenKey = (state: State): string =>
  [state.view, state.mail, state.invited, state.fixed && state.email, state.global.config?.signup, state.global.config?.social,
    state.global.config?.jlinx, state.global.user.displayname, (state.global.user.users ?? []).map((user: { id: string }) => user.id)].join("|");

export function screenOf(flow: Flow, words: Words): Screen {
  switch (flow.state.view) {
    case "login": return logIn(flow, words);
    case "signup": return signUp(flow, words);
    case "forgot": return forgot(flow, words);
    case "mail": return checkMail(flow, words);
    case "users": return whoIsIt(flow, words);
    case "done": return done(flow, words);
  }
}

function logIn(flow: Flow, words: Words): Screen {
  return form(words, {
    title: words("welcome_back"), submit: words("log_in"), send: (typed) => flow.logIn(typed),
    before: social(flow, words),
    fields: [
      username(flow, words("email_or_username"), { autocomplete: "username" }),
      { name: "password", label: words("password"), input: { type: "password", autocomplete: "current-password" } },
    ],
    after: link(words("forgot"), "forgot", () => flow.show("forgot")),
  });
}

function signUp(flow: Flow, words: Words): Screen {
  const invite: FieldOptions = {
    name: "invite", label: words("invite"), input: { autocomplete: "off", value: flow.state.invite },
  };
  return form(words, {
    title: words("welcome"), submit: words("sign_up"), send: (typed) => flow.signUp(typed),
    before: social(flow, words),
    fields: [
      username(flow, words("email"), { type: "email", inputmode: "email", autocomplete: "username" }),
      { name: "displayname", label: words("display_name"), input: { autocomplete: "name", autocapitalize: "words" } },
      {
        name: "password", label: words("password"), hint: words("password_hint", { count: flow.shortest }),
        input: { type: "password", autocomplete: "new-password" },
      },
      ...(flow.state.invited ? [invite] : []),
    ],
  });
}

function forgot(flow: Flow, words: Words): Screen {
  return form(words, {
    title: words("forgot"), submit: words("send_link"), send: (typed) => flow.recover(typed),
    before: h("p", { class: "gatehouse-text", "data-part": "text" }, words("forgot_hint")),
    fields: [username(flow, words("email_or_username"), { autocomplete: "username" })],
    after: link(words("back_to_log_in"), "back", () => flow.show("login")),
  });
}

function checkMail(flow: Flow, words: Words): Screen {
  const { mail, email } = flow.state;
  const resend = button(words("resend"), "resend", () => void flow.resend());
  return page(words("check_mail_title"), [
    h("p", { class: "gatehouse-text", "data-part": "text" }, words(`check_mail_${mail}`, { email })), resend,
    link(words("back_to_log_in"), "back", () => flow.show("login")),
  ]);
}

function whoIsIt(flow: Flow, words: Words): Screen {
  const users = (flow.state.global.user.users ?? []) as { id: string; name: string }[];
  const list = users.map(({ id, name }) => h("li", {},
    h("button", { type: "button", class: "gatehouse-user", "data-part": "user", click: () => void flow.choose(id) },
      h("span", { class: "gatehouse-avatar", "aria-hidden": "true", "data-hue": `${hueOf(id)}` }, initialOf(name)),
      h("span", { dir: "auto" }, name))));
  return page(words("who"), [
    h("ul", { class: "gatehouse-users", "data-part": "users", role: "list" }, ...list),
  ]);
}

function done(flow: Flow, words: Words): Screen {
  const { displayname, username } = flow.state.global.user;
  return page(words("logged_in_title"), [
    h("p", { class: "gatehouse-text", "data-part": "text" }, words("logged_in_as", { name: displayname || username || "" })),
    button(words("log_out"), "log-out", () => void flow.logOut()),
  ]);
}

interface FormOptions {
  readonly title: string;
  readonly submit: string;
  readonly fields: readonly FieldOptions[];
  readonly before?: HTMLElement | null;
  readonly after?: HTMLElement;
  send(typed: Fields): Promise<void>;
}

/** A real form, for password managers. Its method keeps a password out of the address should a script ever fail. */
function form(words: Words, options: FormOptions): Screen {
  const fields = new Map<keyof Fields, Field>(
    options.fields.map((field) => [field.name, fieldOf(field, words)]));
  const value = (name: keyof Fields): string => fields.get(name)?.input.value ?? "";
  const told = messages();
  const submit = h("button", { type: "submit", class: "gatehouse-submit", "data-part": "submit" },
    h("span", { class: "gatehouse-spinner", "aria-hidden": "true" }), h("span", {}, options.submit));
  const node = h("form", {
    class: "gatehouse-form", "data-part": "form", method: "post", novalidate: true,
    submit: (event) => {
      event.preventDefault();
      void options.send({
        username: value("username"), displayname: value("displayname"),
        password: value("password"), invite: value("invite"),
      });
    },
  }, options.before ?? null, told.node, ...[...fields.values()].map((field) => field.node), submit, options.after ?? null);
  return {
    title: options.title, node,
    update(state) {
      told.update(state);
      node.ariaBusy = `${state.busy}`;
      mark(submit, "aria-disabled", state.busy && "true"); // not `disabled`: that would take the focus away
      for (const [name, field] of fields)
        field.refuse(state.errors[name] ?? "");
    },
    first() {
      const inputs = [...fields.values()].map((field) => field.input).filter((input) => !input.readOnly);
      return inputs.find((input) => input.ariaInvalid === "true")
        ?? inputs.find((input) => input.value === "") ?? inputs[0] ?? null;
    },
  };
}

function page(title: string, content: readonly HTMLElement[]): Screen {
  const told = messages();
  const node = h("div", { class: "gatehouse-form", "data-part": "page" },
    ...content.slice(0, 1), told.node, ...content.slice(1));
  const buttons = [...node.querySelectorAll("button")];
  return {
    title, node,
    update(state) {
      told.update(state);
      node.ariaBusy = `${state.busy}`;
      buttons.forEach((one) => mark(one, "aria-disabled", state.busy && "true"));
    },
    first: () => buttons[0] ?? null,
  };
}

/** Refusals interrupt, good news waits its turn. */
function messages(): { node: HTMLElement; update(state: State): void } {
  const alert = h("p", { class: "gatehouse-alert", "data-part": "message", role: "alert", hidden: true });
  const notice = h("p", { class: "gatehouse-notice", "data-part": "notice", role: "status", hidden: true });
  return {
    node: h("div", { class: "gatehouse-messages" }, alert, notice),
    update(state) {
      say(alert, state.message);
      say(notice, state.notice);
    },
  };
}

function username(flow: Flow, label: string, input: FieldOptions["input"]): FieldOptions {
  const { email, fixed } = flow.state;
  return { name: "username", label, input: { type: "text", ...input, value: email, readonly: fixed } };
}

function social(flow: Flow, words: Words): HTMLElement | null {
  if (flow.social.length === 0)
    return null;
  return h("div", { class: "gatehouse-social", "data-part": "social" },
    ...flow.social.map((provider) => {
      const text = provider === "jlinx"
        ? words("own_identity")
        : words("continue_with", { name: flow.titleOf(provider) ?? providerName(provider) });
      const one = button(text, "provider", () => void flow.logInWith(provider));
      mark(one, "data-name", provider);
      return one;
    }),
    h("p", { class: "gatehouse-or", "data-part": "or" }, words("or")));
}

const button = (text: string, part: string, click: () => void): HTMLButtonElement =>
  h("button", { type: "button", class: "gatehouse-button", "data-part": part, click }, text);

const link = (text: string, part: string, click: () => void): HTMLButtonElement =>
  h("button", { type: "button", class: "gatehouse-link", "data-part": part, click }, text);

export const providerName = (provider: string): string =>
  ({ google: "Google", facebook: "Facebook", line: "LINE", github: "GitHub" })[provider]
    ?? provider.charAt(0).toUpperCase() + provider.slice(1);

const initialOf = (name: string): string => [...name.trim()][0]?.toLocaleUpperCase() ?? "?";

const hues = 6; // as many as the stylesheet has

/** The same user has the same colour everywhere. */
const hueOf = (id: string): number =>
  [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 9973, 7) % hues;

// One field of a form: label, input, hint, error, tied together for screen readers and password managers.
import { freshId, h, mark, say, type Attributes } from "./dom";
import type { Fields } from "./flow";
import type { Words } from "./texts";

export interface Field {
  readonly node: HTMLElement;
  readonly input: HTMLInputElement;
  refuse(error: string): void;
}

export interface FieldOptions {
  readonly name: keyof Fields;
  readonly label: string;
  readonly hint?: string;
  readonly input: Attributes;
}

export function fieldOf({ name, label, hint, input: attributes }: FieldOptions, words: Words): Field {
  const id = freshId(name);
  const error = h("p", {
    id: `${id}-error`, class: "gatehouse-error", "data-part": "error", role: "alert", hidden: true,
  });
  const about = hint === undefined ? error.id : `${id}-hint ${error.id}`;
  const input = h("input", {
    id, name, "data-part": "input", "aria-describedby": about,
    "aria-required": name === "username" || name === "password" ? "true" : undefined,
    autocapitalize: "none", spellcheck: "false", ...attributes,
  });
  const node = h("div", { class: "gatehouse-field", "data-part": "field", "data-field": name },
    h("label", { for: id, "data-part": "label" }, label),
    name === "password" ? h("div", { class: "gatehouse-secret" }, input, reveal(input, words)) : input,
    hint === undefined ? null : h("p", { id: `${id}-hint`, class: "gatehouse-hint", "data-part": "hint" }, hint),
    error);
  return {
    node, input,
    refuse(text) {
      mark(input, "aria-invalid", text !== "" && "true");
      say(error, text);
    },
  };
}

/** Shows what was typed while it is pressed in. Its name stays, its state says which: screen readers expect it so. */
export function reveal(input: HTMLInputElement, words: Words): HTMLButtonElement {
  const eye = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const draw = (shape: string, attributes: Record<string, string>): void => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", shape);
    for (const [name, value] of Object.entries(attributes))
      part.setAttribute(name, value);
    eye.append(part);
  };
  const size = { viewBox: "0 0 24 24", width: "22", height: "22", "aria-hidden": "true" };
  for (const [name, value] of Object.entries(size))
    eye.setAttribute(name, value);
  draw("path", { d: "M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12z" });
  draw("circle", { cx: "12", cy: "12", r: "3" });
  draw("path", { d: "M4 20 20 4", class: "gatehouse-strike" });
  const button = h("button", {
    type: "button", class: "gatehouse-reveal", "data-part": "show-password", "aria-pressed": "false",
    "aria-label": words("show_password"), title: words("show_password"), "aria-controls": input.id,
    click: () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      mark(button, "aria-pressed", `${shown}`);
    },
  });
  button.append(eye);
  return button;
}

// The block's own markup: plotdb's names (`ld`), our looks. Written once, as a tree: the build writes it as HTML, the
// pre-registered class grows nodes of it, so that neither parses text in a page with a strict policy.

export type Tree = [tag: string, attributes: Record<string, string>, ...children: (Tree | string)[]];

const text = (key: string, attributes: Record<string, string> = {}): Tree => ["span", { ...attributes, t: key }, ""];

/** The view ties label and input together: ids have to be fresh for each block of a page. */
const field = (name: string, labels: Tree[], input: Record<string, string>): Tree =>
  ["div", { class: "gatehouse-field", "data-field": name },
    ["label", {}, ...labels],
    ["div", { class: "gatehouse-secret" }, ["input", { ld: name, name, ...input }]]];

const info = (name: string, text: string): Tree =>
  ["div", { ld: "info", "data-name": name, class: "gatehouse-text", t: text }, ""];

const provider = (name: string, text: string): Tree =>
  ["button", { ld: "social", "data-name": name, type: "button", class: "gatehouse-button" }, text];

const tab = (name: string, text: string): Tree =>
  ["button", { ld: "switch", "data-name": name, type: "button", class: "gatehouse-tab", t: text }, ""];

export const markup: Tree = ["div", { class: "gatehouse-block" },
  ["div", { class: "ldcv gatehouse-cover", "data-name": "authpanel" }, ["div", { class: "base" }, ["div", { class: "inner" },
    ["div", { "ld-scope": "authpanel", class: "gatehouse" },
      ["div", { class: "gatehouse-header" },
        ["div", { ld: "title", class: "gatehouse-title", role: "heading", "aria-level": "2", tabindex: "-1" }, ""],
        ["button", { ld: "close", type: "button", class: "gatehouse-close" }, "×"]],
      ["div", { class: "gatehouse-tabs" }, tab("login", "log_in"), tab("signup", "sign_up")],
      ["form", { class: "gatehouse-form", method: "post", novalidate: "" },
        ["div", { class: "gatehouse-infos" },
          info("default", "info_default"), info("token", "info_token")],
        ["div", { ld: "socials", class: "gatehouse-social" },
          provider("google", "Google"), provider("facebook", "Facebook"), provider("line", "LINE"),
          ["button", { ld: "social", "data-name": "jlinx", type: "button", class: "gatehouse-button", t: "own_identity" }, ""],
          ["div", { class: "gatehouse-or", t: "or" }, ""]],
        ["div", { ld: "signin-failed-hint", class: "gatehouse-alert", role: "alert" },
          ["span", { ld: "signin-failed-hint-text" }, ""]],
        field("username", [
          text("email_or_username", { "data-tab": "login" }), text("email", { "data-tab": "signup" }),
        ], {
          autocomplete: "username", autocapitalize: "none", spellcheck: "false",
        }),
        field("displayname", [text("display_name")], { autocomplete: "name" }),
        field("password", [text("password")], { type: "password", autocomplete: "current-password" }),
        ["button", { ld: "submit", type: "submit", class: "gatehouse-submit" },
          ["span", { class: "gatehouse-spinner", "aria-hidden": "true" }, ""], ["span", { ld: "submit-text" }, ""]],
        ["button", {
          ld: "forgot-password", type: "button", class: "gatehouse-link", "data-tab": "login", t: "forgot",
        }, ""]]]]]]];

export function grow([tag, attributes, ...children]: Tree): HTMLElement {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    node.setAttribute(name, value);
  node.append(...children.map((child) => typeof child === "string" ? child : grow(child)));
  return node;
}

// What stands where the panel would be when its parts can't be loaded.
import type { LdError } from "../client/types";
import { h } from "./dom";
import type { Words } from "./texts";

const serverDown = 1007;

export function troubleOf(words: Words, again: () => void): HTMLElement {
  return h("section", { class: "gatehouse", "data-part": "panel", lang: words.language, dir: words.direction },
    h("div", { class: "gatehouse-form" },
      h("p", { class: "gatehouse-alert", "data-part": "message", role: "alert" }, words("failed_network")),
      h("button", { type: "button", class: "gatehouse-button", "data-part": "again", click: again }, words("again"))));
}

/** As page authors expect what is thrown. */
export function unreachable(thrown: unknown): LdError {
  const given = thrown as Partial<LdError> | undefined;
  return given?.name === "lderror" ? given as LdError
    : Object.assign(new Error("The panel can't be loaded", { cause: thrown }), { name: "lderror" as const, id: serverDown });
}

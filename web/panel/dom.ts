// Makes nodes without innerHTML, inline styles or attributes that run: pages with a strict policy take it as it is.

type Listener = (event: Event) => void;
export type Attributes = Record<string, string | boolean | Listener | undefined>;

/** `true` sets an attribute without a value, `false` and `undefined` set none, a function listens to that event. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: (Node | string | null)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === "function")
      node.addEventListener(name, value);
    else if (value !== undefined && value !== false)
      node.setAttribute(name, value === true ? "" : value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** Sets an attribute, or takes it away. */
export function mark(node: Element, name: string, value: string | boolean): void {
  if (value === false)
    node.removeAttribute(name);
  else
    node.setAttribute(name, value === true ? "" : value);
}

/** Says something in a live region, which tells it to a screen reader only when it is new. */
export function say(node: HTMLElement, text: string): void {
  if (node.textContent !== text)
    node.textContent = text;
  node.hidden = text === "";
}

/**
 * Where a screen reader hears that something is under way. It has to be there before, and not in what is `aria-busy`:
 * that is read only when it is not busy any more.
 */
export const busyStatus = (): HTMLElement => h("p", { class: "gatehouse-unseen", "data-part": "busy", role: "status" });

let made = 0;

/** An id that no other node of the page has. */
export const freshId = (name: string): string => `gatehouse-${name}-${++made}`;

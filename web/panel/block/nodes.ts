// What we need of ldview, in our own few lines: the nodes that an author named by `ld`. Each of them may be missing.

/** The markup of plotdb's panel is a scope of its own; a block without one is its own scope. */
export class Nodes {
  readonly root: HTMLElement;

  constructor(block: HTMLElement) {
    this.root = block.querySelector<HTMLElement>("[ld-scope=authpanel]") ?? block;
  }

  /** All nodes of these names, but none of another scope's. */
  all<T extends HTMLElement = HTMLElement>(...names: string[]): T[] {
    const found = this.root.querySelectorAll<T>(names.map((name) => `[ld~="${name}"]`).join());
    return [...found].filter((node) => {
      if (isOurs(node))
        return false;
      const scope = node.closest("[ld-scope]");
      return scope === null || scope === this.root || scope.contains(this.root);
    });
  }

  one<T extends HTMLElement = HTMLElement>(...names: string[]): T | undefined {
    return this.all<T>(...names)[0];
  }

  /** The form reads inputs by `name`, as plotdb's does; one that is only marked by `ld` will do as well. */
  input(name: string): HTMLInputElement | undefined {
    const named = this.root.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`);
    return [...named].find((input) => !isOurs(input)) ?? this.one<HTMLInputElement>(name);
  }
}

/** The author's form, if there is one. */
export const formOf = (root: Element): HTMLFormElement | undefined =>
  [...root.querySelectorAll("form")].find((form) => !isOurs(form));

/** Of the panel that we add, which has a form of its own. */
const isOurs = (node: Element): boolean => node.closest("[data-part=panel]") !== null;

/** Hides for everybody: by attribute, and by the class that bootstrap and authors' styles know. */
export function show(node: HTMLElement, shown: boolean): void {
  node.hidden = !shown;
  node.classList.toggle("d-none", !shown);
}

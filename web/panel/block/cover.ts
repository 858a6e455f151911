// Opens and closes the block: by the page's ldcover where it has one, else by our own few lines.

export interface Cover {
  /** What a screen reader calls it, unless the author did. */
  name(text: string): void;
  open(lock: boolean): void;
  close(): void;
}

interface LdCover {
  opt: { lock?: boolean };
  toggle(on: boolean): unknown;
  on(event: string, listener: () => void): void;
}

export type LdCoverClass = new (options: { root: HTMLElement; resident: boolean; zmgr?: unknown }) => LdCover;

export interface CoverOptions {
  readonly block: HTMLElement;
  readonly LdCover: LdCoverClass | undefined;
  readonly zmgr: unknown;
  /** It can be seen, which with an ldcover takes a while: only then can anything in it have the focus. */
  readonly shown: () => void;
  /** The customer closed it. */
  readonly closed: () => void;
}

export function coverOf({ block, LdCover, zmgr, shown, closed }: CoverOptions): Cover {
  const root = block.matches(".ldcv") ? block : block.querySelector<HTMLElement>(".ldcv");
  if (root === null)
    return inPlace(block);
  root.setAttribute("role", "dialog");
  root.setAttribute("aria-modal", "true");
  const named = root.hasAttribute("aria-label") || root.hasAttribute("aria-labelledby");
  const keep = keepFocus(root);
  const seen = (): void => {
    if (!root.contains(document.activeElement))
      shown();
  };
  const cover = LdCover === undefined
    ? own(root, closed)
    : ldCover(new LdCover({ root, resident: true, zmgr }), seen, closed);
  return {
    name: (text) => named || root.setAttribute("aria-label", text),
    open(lock) {
      keep.take();
      cover.open(lock);
    },
    close() {
      cover.close();
      keep.giveBack();
    },
  };
}

function inPlace(block: HTMLElement): Cover {
  block.hidden = true;
  return { name: () => undefined, open: () => block.hidden = false, close: () => block.hidden = true };
}

function ldCover(cover: LdCover, shown: () => void, closed: () => void): Omit<Cover, "name"> {
  cover.on("toggled.on", shown);
  cover.on("toggle.off", closed);
  return {
    open(lock) {
      cover.opt.lock = lock;
      cover.toggle(true);
    },
    close: () => cover.toggle(false),
  };
}

function own(root: HTMLElement, closed: () => void): Omit<Cover, "name"> {
  let locked = false;
  let pressed: EventTarget | null = null;
  root.hidden = true;
  root.addEventListener("pointerdown", (event) => pressed = event.target);
  root.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (!locked && (target.closest("[data-ldcv-cancel]") || target === root && pressed === root))
      closed();
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !locked)
      closed();
  });
  const toggle = (on: boolean): void => {
    root.hidden = !on;
    root.classList.toggle("active", on);
  };
  return {
    open(lock) {
      locked = lock;
      toggle(true);
    },
    close: () => toggle(false),
  };
}

const reachable = "a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, [tabindex='0']";

/** Tab goes round inside; whoever had the focus has it again afterwards. */
function keepFocus(root: HTMLElement): { take(): void; giveBack(): void } {
  let before: Element | null = null;
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Tab")
      return;
    const all = [...root.querySelectorAll<HTMLElement>(reachable)]
      .filter((node) => node.tabIndex >= 0 && node.checkVisibility());
    const [edge, other] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
    if (document.activeElement === edge) {
      event.preventDefault();
      other?.focus();
    }
  });
  return {
    take: () => before = root.contains(document.activeElement) ? before : document.activeElement,
    giveBack: () => (before as HTMLElement | null)?.focus?.(),
  };
}

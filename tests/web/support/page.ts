/** As much of a browser's page as the client asks for. One per test process; tabs of it share it, as tabs of a site do. */
export class Page {
  readonly visited: string[] = [];
  readonly windows: { url: string; name: string; features: string; closed: boolean; close(): void }[] = [];
  readonly elements: FakeElement[] = [];
  readonly storage = new Map<string, string>();
  readonly document = Object.assign(new EventTarget(), {
    cookie: "",
    visibilityState: "visible",
    focused: true,
    hasFocus: () => this.document.focused,
    createElement: (name: string) => new FakeElement(name),
    body: { append: (element: FakeElement) => void this.elements.push(element) },
  });
  readonly window = new EventTarget();
  popups = true;

  static open(address: string): Page {
    const page = new Page();
    const url = new URL(address);
    Object.assign(globalThis, {
      document: page.document,
      location: {
        href: url.href, search: url.search, origin: url.origin,
        assign: (to: unknown) => page.visited.push(String(to)),
        replace: (to: unknown) => page.visited.push(String(to)),
      },
      localStorage: {
        getItem: (key: string) => page.storage.get(key) ?? null,
        setItem: (key: string, value: string) => void page.storage.set(key, value),
        removeItem: (key: string) => void page.storage.delete(key),
      },
      addEventListener: page.window.addEventListener.bind(page.window),
      open: (to: unknown, name: string, features: string) => page.popUp(String(to), name, features),
    });
    return page;
  }

  /** Another tab wrote to localStorage: this one hears of it. */
  wrote(key: string, newValue: string | null): void {
    const oldValue = this.storage.get(key) ?? null;
    if (newValue === null)
      this.storage.delete(key);
    else
      this.storage.set(key, newValue);
    this.window.dispatchEvent(Object.assign(new Event("storage"), { key, oldValue, newValue }));
  }

  private popUp(url: string, name: string, features: string) {
    if (!this.popups)
      return null;
    const popup = { url, name, features, closed: false, close: () => void (popup.closed = true) };
    this.windows.push(popup);
    return popup;
  }
}

export class FakeElement {
  readonly attributes: Record<string, string> = {};
  auth: unknown;
  opened: unknown[] = [];
  shut = 0;

  constructor(readonly name: string) {}

  setAttribute(name: string, value: string): void {
    this.attributes[name] = value;
  }

  async open(options: unknown): Promise<undefined> {
    this.opened.push(options);
  }

  close(): void {
    this.shut++;
  }
}

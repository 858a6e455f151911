import { isRecord, lderror } from "./errors";
import type { SessionCarrier } from "./session";
import type { BearerOptions } from "./types";

const MissingSetting = 1027;
const MostTries = 3; // the token in hand, the one that another tab renewed meanwhile, and one that renewed that

/**
 * The session in an access token. Promises: a newer token is never given up for an older one, and a token never
 * leaves for another origin than the api's. Only the server's word ends a token; the clock here is not asked.
 */
export class BearerCarrier implements SessionCarrier {
  private readonly header: string;
  private readonly key: string;
  private readonly local: boolean;
  private memory: string | undefined;
  private unwritable = false;

  /** @param lost what to do when the server refused the newest token. */
  constructor(private readonly origin: string, options: BearerOptions, private readonly lost: () => void) {
    this.header = options.header ?? "GN-Access-Token";
    this.key = options.key ?? "gatehouse-token";
    this.local = options.store === "local";
  }

  async send(url: URL, init: RequestInit): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const used = this.token;
      const response = await this.fetch(url, init, used);
      if (response.status !== 401 || used === undefined || !await isOfToken(response)) {
        this.renew(response.headers.get(this.header), used);
        return response;
      }
      if (this.token === used) {
        this.forget();
        this.lost();
        return response;
      }
      if (tries === MostTries)
        return response;
    }
  }

  /** Sends a login, and keeps the token that it brings unless another tab logged in later. */
  async logIn(url: URL, init: RequestInit): Promise<Response> {
    const before = this.token;
    const response = await this.fetch(url, init, undefined);
    if (!response.ok)
      return response;
    const token = response.headers.get(this.header);
    if (token === null)
      throw lderror(MissingSetting, `The answer carries no ${this.header} that this page may read: is its origin allowed?`);
    const current = this.token;
    if (current === undefined || current === before || claimsOf(token).iat >= claimsOf(current).iat)
      this.keep(token);
    return response;
  }

  get token(): string | undefined {
    if (!this.local || this.unwritable)
      return this.memory;
    try {
      return localStorage.getItem(this.key) ?? undefined;
    } catch {
      return this.memory; // a browser that keeps nothing
    }
  }

  forget(): void {
    this.memory = undefined;
    this.inLocal(() => localStorage.removeItem(this.key));
  }

  /** Whether a `storage` event means another session than before: a renewed token of the same one does not. */
  isOtherSession(event: { key: string | null; oldValue: string | null; newValue: string | null }): boolean {
    if (!this.local || (event.key !== this.key && event.key !== null))
      return false;
    return event.oldValue === null || event.newValue === null
      || claimsOf(event.oldValue).sid !== claimsOf(event.newValue).sid;
  }

  /** Answers come in any order, some after a logout: a token counts only where it is the newer one of the same session. */
  private renew(token: string | null, used: string | undefined): void {
    const current = this.token;
    if (token === null || used === undefined || current === undefined)
      return;
    const fresh = claimsOf(token);
    const known = claimsOf(current);
    if (fresh.sid === known.sid && fresh.iat >= known.iat)
      this.keep(token);
  }

  private keep(token: string): void {
    this.memory = token;
    this.inLocal(() => localStorage.setItem(this.key, token));
  }

  private inLocal(change: () => void): void {
    if (!this.local)
      return;
    try {
      change();
    } catch {
      this.unwritable = true; // full or forbidden: from now on the token lives as long as the page
    }
  }

  private fetch(url: URL, init: RequestInit, token: string | undefined): Promise<Response> {
    if (url.origin !== this.origin)
      throw new TypeError("A token is for its own server only");
    const headers = new Headers(init.headers);
    if (token !== undefined)
      headers.set("Authorization", `Bearer ${token}`);
    // A redirect could lead the token elsewhere.
    return fetch(url, { ...init, headers, credentials: "omit", redirect: "error" });
  }
}

/** What orders tokens. Read, never believed: the server verifies. */
function claimsOf(token: string): { sid: unknown; iat: number } {
  try {
    const claims: unknown = JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/")));
    if (isRecord(claims) && typeof claims["iat"] === "number")
      return { sid: claims["sid"], iat: claims["iat"] };
  } catch {
    // Not one of ours: the oldest there is.
  }
  return { sid: undefined, iat: 0 };
}

async function isOfToken(response: Response): Promise<boolean> {
  if (response.headers.get("WWW-Authenticate")?.includes("invalid_token"))
    return true;
  const body: unknown = await response.clone().json().catch(() => undefined);
  return isRecord(body) && body["code"] === "invalid_token";
}

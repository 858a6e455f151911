import { isRecord, lderror, ServerDown } from "./errors";
import type { Global, GlobalUser } from "./types";

export function isLoggedIn(global: Global | undefined | void): global is Global & { user: GlobalUser } {
  return !!global?.user?.["key"];
}

/** The page may do with its copy what it likes. What `inject` made is the page's own and stays as it is. */
export function copyOf({ ext, ...data }: Global): Global {
  return { ...structuredClone(data), ext };
}

export function asGlobal(value: unknown): Global {
  if (!isRecord(value) || !isRecord(value["user"]))
    throw lderror(ServerDown);
  return value as unknown as Global;
}

/** The copy that the server leaves in a cookie for scripts, if there is one and it is whole. */
export function globalOfCookie(): Global | undefined {
  try {
    const cookie = document.cookie.split(";").map((text) => text.trim()).find((text) => text.startsWith("global="));
    return cookie && asGlobal(JSON.parse(decodeURIComponent(cookie.slice("global=".length)))) || undefined;
  } catch {
    return undefined;
  }
}

/** `ld$.fetch` of a plotdb page carries the token of its server, where the server gives one (ours needs none). */
export function passOnCsrfToken(global: Global): void {
  const token = (global as { csrfToken?: unknown }).csrfToken;
  const fetch = (globalThis as { ld$?: { fetch?: { headers?: Record<string, unknown> } } }).ld$?.fetch;
  if (token && fetch)
    (fetch.headers ??= {})["X-CSRF-Token"] = token;
}

import { asLdError, Cancelled, isRecord, lderror, refusal, ServerDown } from "./errors";
import type { SessionCarrier } from "./session";
import type { RequestOptions, Timeouts } from "./types";

const TooSlow = 1006;
const OtherSite = 1019;

export interface Call extends RequestOptions {
  method: string;
  path: string;
  body?: unknown;
  lng: string | undefined;
  timeout: Timeouts;
  /** How often `timeout.failed` may pass. */
  patience?: number;
}

/** Where the api is: its root ends with a slash, and calls never leave its origin. */
export class ApiRoot {
  readonly text: string;

  constructor(api: string) {
    this.text = api.endsWith("/") ? api : `${api}/`;
  }

  get origin(): string {
    return this.url("").origin;
  }

  /** `info` is below the root, `/account` on its origin. */
  url(path: string): URL {
    const root = new URL(this.text, location.href);
    const url = new URL(path, root);
    if (url.origin !== root.origin)
      throw lderror(OtherSite, `${url.origin} is not the server's origin`);
    return url;
  }
}

/** Calls the server and answers its JSON. Promises: every failure is an lderror, and none takes for ever. */
export async function call<T>(url: URL, send: SessionCarrier["send"], options: Call): Promise<T> {
  const abort = new AbortController();
  let slow = false;
  const timer = setTimeout(() => {
    slow = true;
    abort.abort();
  }, options.timeout.failed * (options.patience ?? 1));
  const cancel = () => abort.abort();
  options.signal?.addEventListener("abort", cancel, { once: true });
  if (options.signal?.aborted)
    cancel();
  try {
    return await read<T>(await send(url, {
      method: options.method,
      headers: headersOf(options),
      signal: abort.signal,
      cache: "no-store",
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
    }));
  } catch (thrown) {
    throw asLdError(thrown, slow ? TooSlow : abort.signal.aborted ? Cancelled : ServerDown);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", cancel);
  }
}

function headersOf({ body, lng, headers }: Call): Record<string, string> {
  return {
    Accept: "application/json",
    ...(body !== undefined && { "Content-Type": "application/json" }),
    ...(lng && { "Accept-Language": lng }),
    ...headers,
  };
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok)
    throw await refusal(response);
  if (response.status === 204)
    return undefined as T;
  const body: unknown = await response.json(); // a page instead of JSON is some proxy's, not the server's
  if (!isRecord(body))
    throw lderror(ServerDown);
  return body as T;
}

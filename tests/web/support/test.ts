import assert from "node:assert/strict";
import { test as nodeTest } from "node:test";
import { Auth } from "../../../web/client/auth";
import type { AuthOptions, LdError } from "../../../web/client/types";
import { Page } from "./page";
import { guest, ScriptedServer } from "./server";

const Patience = 30_000; // milliseconds; for slow machines, nothing waits that long where all is well

export interface Stage {
  server: ScriptedServer;
  page: Page;
  /** A tab of the page. */
  tab(options?: AuthOptions): Auth;
}

/** A test with a server of its own (everybody is a guest there) and a page of its site. */
export function test(name: string, play: (stage: Stage) => Promise<void>): void {
  void nodeTest(name, { timeout: 2 * Patience }, async () => {
    const server = await ScriptedServer.start();
    server.when("GET /api/auth/info", { body: guest });
    const page = Page.open(`${server.origin}/some/page`);
    const tabs: Auth[] = [];
    const tab = (options: AuthOptions = {}) => {
      const auth = new Auth({ ...options, timeout: { jitter: 5, failed: Patience, ...options.timeout } });
      tabs.push(auth);
      return auth;
    };
    try {
      await play({ server, page, tab });
    } finally {
      tabs.forEach((auth) => auth.close());
      await server.stop();
    }
  });
}

export async function until(condition: () => unknown, what = String(condition)): Promise<void> {
  for (const begun = Date.now(); !condition();) {
    if (Date.now() - begun > Patience)
      assert.fail(`Never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What is under way gets its turn: for saying that something does not happen. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100));
}

export async function refused(work: Promise<unknown>, id: number): Promise<LdError> {
  const outcome = await work.then((value) => ({ value }), (error: LdError) => ({ error }));
  if (!("error" in outcome))
    assert.fail(`Not refused: ${JSON.stringify(outcome.value)}`);
  assert.equal(outcome.error.name, "lderror");
  assert.equal(outcome.error.id, id, outcome.error.message);
  assert.ok(outcome.error instanceof Error);
  return outcome.error;
}

/** Every event from now on, in order. */
export function listen(auth: Auth): [string, unknown][] {
  const heard: [string, unknown][] = [];
  for (const name of ["update", "change", "logout", "error", "server-down"])
    auth.on(name, (value) => void heard.push([name, value]));
  return heard;
}

export function count(heard: [string, unknown][], name: string): number {
  return heard.filter(([each]) => each === name).length;
}

export function gate(): { opens: Promise<void>; open(): void } {
  let open!: () => void;
  const opens = new Promise<void>((resolve) => open = resolve);
  return { opens, open };
}

/**
 * The request's own patience is long and the watch's short: so an answer is late, and not lost, on any machine. Answers
 * what ends this.
 */
export function beLateAtOnce(auth: Auth): () => void {
  let reads = 0;
  Object.defineProperty(auth.timeout, "failed", { configurable: true, get: () => reads++ === 0 ? Patience : 5 });
  return () => void Object.defineProperty(auth.timeout, "failed", { value: Patience });
}

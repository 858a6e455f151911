import { isRecord } from "./errors";

/** What tabs of one site tell each other. `done` and `failed` are the words of the page that ends a social login, `heard` answers it. */
export interface TabMessage {
  type: "changed" | "done" | "failed" | "heard";
  /** Why it failed, where the page says so. */
  id?: number;
  code?: string;
  detail?: string;
}

/** The other tabs of this site. Promises: hearing of a change tells nobody else, so there is no echo. */
export class Tabs {
  private channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("gatehouse") : undefined;
  private readonly listeners = new Set<(message: TabMessage) => void>();

  constructor() {
    this.channel?.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (isRecord(data) && typeof data["type"] === "string")
        this.listeners.forEach((listener) => listener(data as unknown as TabMessage));
    });
  }

  tell(): void {
    this.channel?.postMessage({ type: "changed" } satisfies TabMessage);
  }

  /** To the page that said a login failed: it is known here, and the page needn't stay. */
  answer(): void {
    this.channel?.postMessage({ type: "heard" } satisfies TabMessage);
  }

  /** Answers what ends the listening. */
  hear(listener: (message: TabMessage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.channel?.close();
    this.channel = undefined; // to a closed one nothing can be said
  }
}

import type { BearerCarrier } from "./bearer";
import type { Tabs } from "./tabs";
import type { Timeouts } from "./types";

/**
 * Notices that what is known of the visitor may have changed: another tab said so, the page comes to the front after
 * a while, or out of the browser's memory of pages left.
 */
export class Freshness {
  private readonly stop = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private since = 0;

  constructor(tabs: Tabs, bearer: BearerCarrier | undefined, private readonly timeout: Timeouts, private readonly renew: () => void) {
    const { signal } = this.stop;
    signal.addEventListener("abort", tabs.hear(({ type }) => type !== "failed" && this.soon()));
    if (typeof document === "undefined")
      return;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && this.since > 0 && Date.now() - this.since > this.timeout.stale)
        this.soon();
    }, { signal });
    addEventListener("pageshow", (event) => event.persisted && this.soon(), { signal });
    addEventListener("storage", (event) => bearer?.isOtherSession(event) && this.soon(), { signal });
  }

  /** The server has just answered. */
  mark(): void {
    this.since = Date.now();
  }

  close(): void {
    clearTimeout(this.timer);
    this.stop.abort();
  }

  /** Many tabs hear the same at once; they don't all ask at once, and each asks once. */
  private soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.renew();
    }, Math.random() * this.timeout.jitter);
  }
}

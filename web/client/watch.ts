import { lderror, ServerDown } from "./errors";
import type { Loader, Timeouts, Ui } from "./types";

/**
 * Shows the loader while something takes long, and tells the visitor when it takes too long: then nobody waits any
 * more (1007), though a late answer still counts. Promises: the loader goes away, whatever happens.
 */
export function watch<T>(work: Promise<T>, { ui, timeout }: { ui: Ui; timeout: Timeouts }): Promise<T> {
  let shown: Loader | undefined;
  const hide = () => {
    const loader = shown;
    shown = undefined;
    quietly(() => loader && (loader.off ? loader.off() : loader.toggle?.(false)));
  };
  return new Promise<T>((resolve, reject) => {
    const timers = [
      setTimeout(() => {
        shown = ui.loader;
        quietly(() => shown?.on ? shown.on() : shown?.toggle?.(true));
      }, timeout.loader),
      setTimeout(() => {
        clearTimeout(timers[0]);
        hide();
        reject(lderror(ServerDown));
        quietly(() => ui.timeout());
        timers.push(setTimeout(() => quietly(() => ui.timeout()), timeout.failed));
      }, timeout.failed),
    ];
    void work.then(resolve, reject).then(() => {
      timers.forEach(clearTimeout);
      hide();
    });
  });
}

/** What the page's author brings may fail; ours goes on. */
function quietly(theirs: () => unknown): void {
  try {
    Promise.resolve(theirs()).catch(() => undefined);
  } catch {
    // A loader that can't be shown must not keep anybody from logging in.
  }
}

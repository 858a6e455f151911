import { place } from "./words.js";

/**
 * On which pages and the `auth` object tell each other that somebody logged in or out, or another user was chosen. One for
 * hearing and telling: it doesn't hear itself, as a second one of the same page would.
 */
const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("gatehouse") : undefined;

/** Pages that show an account, or ask for a login that may have happened elsewhere in the meantime. */
const showing = ["/", "/auth/login", "/auth/users", "/auth/settings", "/auth/mail/verify"];

/**
 * One browser has one session: when another tab changed it, a page that shows it is loaded again, unless something is
 * being typed into it.
 */
export function agreeWithOtherTabs(): void {
  channel?.addEventListener("message", ({ data }) => {
    if (data?.type === "changed" && showing.includes(location.pathname) && place === undefined && !isTyped())
      location.reload();
  });
  // A page brought back by the browser's back button is as it was left: with a form that was sent, or somebody else's by now.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted)
      location.reload();
  });
}

/** A window that somebody opened for a login, and has heard how it ended, is of no more use. One that nobody opened stays. */
export function closeOnceHeard(): void {
  channel?.addEventListener("message", ({ data }) => {
    if (data?.type === "heard")
      close();
  });
}

/**
 * To the other tabs of this browser, also to those with the `auth` object: `changed`, and `done` or `failed` for who
 * waits for a login in a window of its own.
 */
export function tellOtherTabs(type: "changed" | "done" | "failed", why: object = {}): void {
  channel?.postMessage({ type, ...why });
}

function isTyped(): boolean {
  return [...document.querySelectorAll<HTMLInputElement>("main input:not([type=hidden])")]
    .some((input) => input.value !== input.defaultValue);
}

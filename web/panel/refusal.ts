// What the customer is told when something was refused: the server's own words where it has some, else ours.
import type { LdError } from "../client/types";
import type { Fields, State, View } from "./flow";
import type { Words } from "./texts";

export type FieldErrors = Partial<Record<keyof Fields, string>>;

export interface Refusal {
  /** What the panel shows of it. */
  readonly shown: Pick<State, "errors" | "message" | "info">;
  readonly message: string;
  /** The password was right, the email is not verified. */
  readonly unverified: boolean;
  readonly inviteWanted: boolean;
  /** The session is over: whoever it was has to log in again. */
  readonly ended: boolean;
  /** The customer closed a window: nothing to say. */
  readonly silent: boolean;
}

const canceled = 999;
const notLoggedIn = 1000; // of the server: the session is over; of `auth` itself: a social login's window was closed
const blocked = "The browser blocked the window"; // or it was never opened, which has no number of its own
const unverified = 1021;
const throttled = [1004, 1024];
const unreachable = [1006, 1007];
const inviteWanted = [1043, 1045];
const patience = 60; // seconds, where the server names none

/** The server's name of a field → ours. */
const fields: Record<string, keyof Fields> = {
  email: "username", username: "username", displayname: "displayname", password: "password", invite: "invite",
};

export function refusalOf(thrown: unknown, view: View, words: Words): Refusal {
  const error = thrown as Partial<LdError>;
  const id = error.name === "lderror" ? error.id ?? 0 : 0;
  const errors: FieldErrors = {};
  const others: string[] = [];
  for (const [name, messages] of Object.entries(error.errors ?? {})) {
    const field = fields[name];
    if (field !== undefined && (view === "signup" || view === "login"))
      errors[field] = messages.join(" ");
    else
      others.push(...messages);
  }
  const told = others.join(" ") || (Object.keys(errors).length > 0 ? "" : said(error, id, view, words));
  return {
    shown: { errors, message: told, info: infoOf(id, view) },
    message: told,
    unverified: id === unverified,
    inviteWanted: inviteWanted.includes(id),
    ended: id === notLoggedIn && error.status !== undefined,
    silent: id === canceled || id === notLoggedIn && !error.status && !error.code && error.message !== blocked,
  };
}

function said(error: Partial<LdError>, id: number, view: View, words: Words): string {
  if (id === notLoggedIn && error.message === blocked)
    return words("failed_blocked");
  if (throttled.includes(id))
    return words("failed_exceeded", { when: words.after(error.retryAfter ?? patience) });
  if (unreachable.includes(id) && error.detail === undefined)
    return words("failed_network");
  if (error.detail !== undefined && error.detail !== "")
    return error.detail;
  if (id === 1012 || id === 1030 || id === 1034)
    return words("failed_log_in");
  return words(view === "signup" && id !== 0 ? "failed_sign_up" : "failed");
}

function infoOf(id: number, view: View): string {
  if (throttled.includes(id))
    return "login-exceeded";
  return view === "signup" ? "signup-failed" : "login-failed";
}

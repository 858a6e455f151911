/** What `GET /api/auth/info` answers: everything a page knows of its visitor. Display data; the server decides. */
export interface Global {
  user: GlobalUser | Record<string, never>;
  ip?: string;
  production?: boolean;
  version?: string;
  config?: GlobalConfig;
  /** What the hook `inject` answered, if one is set. */
  ext?: unknown;
}

export interface GlobalUser {
  /** The account's id. A guest has none: `"key" in global.user` tells. */
  key: string;
  username: string | null;
  /** The name of the selected user, else of the first one. */
  displayname: string;
  verified: { date: number } | null;
  config: Record<string, unknown>;
  user_id: string | null;
  users: { id: string; name: string }[];
}

export interface GlobalConfig {
  signup: "open" | "invite" | "closed";
  username_pattern: string;
  password_pattern: string;
  password_min_length: number;
  session_max_age: number;
  social: string[];
  jlinx: boolean;
}

/** An error as plotdb pages know them; also the shape of every problem the server answers. */
export interface LdError extends Error {
  name: "lderror";
  /** 1000 not logged in, 999 cancelled, 1005 cross origin, 1006 timeout, 1007 server down, 1012 wrong credentials, … */
  id: number;
  /** The server's problem, where it was one that refused. */
  code?: string;
  status?: number;
  detail?: string;
  errors?: Record<string, string[]>;
  /** Seconds to wait before trying again. */
  retryAfter?: number;
}

export interface PromptOptions {
  tab?: "login" | "signup";
  /** Escape and a click outside don't close the panel. */
  lock?: boolean;
  /** A path of this site to go to after logging in. */
  redirect?: string;
  /** An `info` of the panel to show at first, e.g. "token". */
  info?: string;
  /** Fills the email in, and locks it (an invitation's address). */
  email?: string;
  invite?: string;
}

/**
 * Opens (`true`) or closes (`false`) a panel. Resolves with `global` once somebody is logged in, with nothing when the
 * panel is closed before.
 */
export type AuthPanel = (toggle?: boolean, options?: PromptOptions) => Promise<Global | undefined | void>;

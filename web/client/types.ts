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
  /** What the providers of the server's own are called; others are known by their names. */
  social_titles?: Record<string, string>;
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

/** What `new auth(…)` takes. All of it is optional; the names of both generations of plotdb's `auth` work. */
export interface AuthOptions {
  /** Where the server's calls are. Default `/api/auth`. */
  api?: string;
  /** Replaces parts of what the visitor sees. */
  ui?: Partial<Ui>;
  /** Shown when the server takes longer than a second; the same as `ui.loader`. */
  loader?: Loader;
  /** The page's `@plotdb/block` manager: the panel is then a block. */
  manager?: BlockManager;
  /** Which block the panel is. Default `auth`. */
  authpanel?: string | BlockId;
  /** Handed to the block. */
  zmgr?: unknown;
  /** The page's manager of covers; `ensureVerified` asks it for the page's own block `ensure-verified`. */
  ldcvmgr?: { get(id: BlockId): Promise<unknown> };
  /** `false`: nothing is asked until the page does. */
  initFetch?: boolean;
  timeout?: Partial<Timeouts>;
  /** Where guests go, and where those who are logged in go, when `route` isn't told. */
  landing?: Place;
  home?: Place;
  /** The session is in an access token instead of a cookie: for pages of other sites than the server's. */
  bearer?: boolean | BearerOptions;
  /** Asks the server to answer in this language. */
  lng?: string;
}

export interface BearerOptions {
  /**
   * Where the token is kept. `memory` (the default) forgets it with the page. `local` keeps it in localStorage, where
   * every script of the page can read it.
   */
  store?: "memory" | "local";
  /** Its name in localStorage. */
  key?: string;
  /** The answers' header that carries it, where the server's setting `Tokens:HeaderName` says another. */
  header?: string;
}

export interface Ui {
  authpanel: AuthPanel | { interface: AuthPanel | (() => AuthPanel) };
  loader: Loader;
  /** Tells the visitor that the server takes too long: after ten seconds, and once more ten seconds later. */
  timeout: () => unknown;
}

/** What an `ldloader` is, as far as we need it. */
export interface Loader {
  on?: (delay?: number) => unknown;
  off?: () => unknown;
  toggle?: (on?: boolean) => unknown;
  cancel?: () => unknown;
}

export interface BlockId {
  name?: string;
  version?: string;
  path?: string;
  ns?: string;
}

/** What a manager of `@plotdb/block` is, as far as we need it. */
export interface BlockManager {
  from(id: string | BlockId, options: Record<string, unknown>): Promise<{ interface?: unknown }>;
}

/** Milliseconds. */
export interface Timeouts {
  /** Until the loader appears. */
  loader: number;
  /** Until the server counts as down. */
  failed: number;
  /**
   * What is known of the visitor counts as old after this, when the page comes to the front again. Default 0: they may
   * have followed a mailed link in another tab, of which a page of another origin hears nothing.
   */
  stale: number;
  /** Tabs ask the server at most this much after one another told them of a change. */
  jitter: number;
}

export interface GetOptions extends PromptOptions {
  /** Only somebody who is logged in will do: a guest is shown the panel. */
  authedOnly?: boolean;
  "authed-only"?: boolean;
}

export interface LogIn {
  /** The email or the username. */
  username?: string;
  email?: string;
  password: string;
  /** Which user to be at once. */
  user_id?: string;
}

export interface SignUp {
  email?: string;
  /** A name to log in with besides the email; or, without `email`, the email itself. */
  username?: string;
  password: string;
  displayname?: string;
  invite?: string;
  config?: Record<string, unknown>;
}

export interface User {
  id: string;
  name: string;
  preferences: Record<string, unknown>;
  created_at?: string;
}

/** Somewhere to go: an address, or what shows it. */
export type Place = string | ((global?: Global) => unknown);

export interface RouteOptions {
  home?: Place;
  landing?: Place;
  /** Milliseconds until a server that has not answered yet means `landing`. */
  after?: number;
  /** With `root`: the page's own block for the address's action (`?passwd-reset`) is put there. */
  root?: Element | string;
  bid?: string | BlockId;
}

export interface RequestOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** What `on` calls. `this` is the auth object. */
export interface Events {
  update: [global: Global];
  change: [global: Global];
  logout: [];
  error: [error: LdError];
  "server-down": [error: LdError];
}

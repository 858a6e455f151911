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
    verified: {
        date: number;
    } | null;
    config: Record<string, unknown>;
    user_id: string | null;
    users: {
        id: string;
        name: string;
    }[];
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
    ldcvmgr?: {
        get(id: BlockId): Promise<unknown>;
    };
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
    authpanel: AuthPanel | {
        interface: AuthPanel | (() => AuthPanel);
    };
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
    from(id: string | BlockId, options: Record<string, unknown>): Promise<{
        interface?: unknown;
    }>;
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

/**
 * What a page knows of its visitor, and what its visitor can do. Promises: nothing waits for ever; every rejection is
 * an `LdError`; the server decides, and what is known here is for display.
 */
export declare class Auth {
    readonly timeout: Timeouts;
    readonly evtHandler: Record<string, ((this: Auth, ...values: never[]) => unknown)[]>;
    readonly ui: Ui;
    lng: string | undefined;
    /** What it answers becomes `global.ext`. */
    inject: (global: Global) => unknown;
    "set-ui": Auth["setUi"];
    "api-root": Auth["apiRoot"];
    private readonly root;
    private readonly bearer;
    private readonly carrier;
    private readonly tabs;
    private readonly freshness;
    private readonly options;
    private readonly visitor;
    constructor(options?: AuthOptions);
    /** Leaves by the page that clears everything a browser may have kept wrongly. */
    static reset(): void;
    reset(): void;
    /** Who is here, guests too; with `authedOnly` nobody but who is logged in, by way of the panel if need be. */
    get(options?: GetOptions): Promise<Global>;
    /** Somebody who is logged in, or 1000. */
    ensure(options?: GetOptions): Promise<Global>;
    ensureVerified(options?: GetOptions): Promise<Global>;
    /** Asks the server anew; `renew: false` is content with the copy in the cookie. */
    fetch({ renew }?: {
        renew?: boolean;
    }): Promise<Global>;
    /** Shows the panel. Resolves with nothing when it is closed before anybody logged in. */
    prompt(options?: PromptOptions): Promise<Global | undefined>;
    login(body: LogIn): Promise<Global>;
    /** The server answers alike for every address: the rest is in the mail. */
    signup(body: SignUp): Promise<{
        status: string;
    }>;
    /** Sends the mail with the verification link again. */
    resend(email: string | {
        email: string;
    }): Promise<{
        status: string;
    }>;
    /** Sends a link to set a new password to an account's email. */
    recover(who: string | {
        email?: string;
        username?: string;
    }): Promise<{
        status: string;
    }>;
    users(): Promise<User[]>;
    addUser(body: {
        name: string;
        password: string;
        preferences?: Record<string, unknown>;
    }): Promise<User>;
    /** Whom the account is to be from now on; `null`: nobody in particular. */
    selectUser(id: string | null): Promise<Global>;
    logout(): Promise<Global | undefined>;
    social({ name, inviteToken }: {
        name: string;
        inviteToken?: string;
    }): Promise<Global>;
    oauth(options: {
        name: string;
        inviteToken?: string;
    }): Promise<Global>;
    /** Shows `home` or `landing`; with `root`, the block for the address's action. */
    route(options?: RouteOptions): Promise<unknown>;
    /** Calls the server: `users` is below the api's root, `/account` on its origin. Answers the JSON, or rejects. */
    request<T = Record<string, unknown>>(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<T>;
    /** `fetch` for the page's own calls: carries the session to the api's origin, and to no other. */
    fetchApi(url: string | URL, init?: RequestInit): Promise<Response>;
    on<N extends keyof Events>(names: N | readonly N[], listener: (this: Auth, ...values: Events[N]) => unknown): void;
    on(names: string | readonly string[], listener: (this: Auth, ...values: never[]) => unknown): void;
    off(names: string | readonly string[], listener: (this: Auth, ...values: never[]) => unknown): void;
    /** What one listener throws keeps nobody else from hearing; it is an `error` in turn. */
    fire(name: string, ...values: unknown[]): void;
    setUi(ui?: Partial<Ui>): void;
    /** Ends with a slash. */
    apiRoot(): string;
    /** An address of the server's: below the api's root, or, with a leading slash, on its origin. */
    url(path: string): URL;
    /** For pages that outlive their auth object: hears no other tab any more. */
    close(): void;
    private call;
    /** Cookies that got in each other's way look like another site's call: cleared, the same works. */
    private enter;
    private changed;
    /** What follows a log-out, in time or late: then a token in hand is of somebody who logged in since. */
    private loggedOut;
    /** A token that the server ended is gone by the time of its refusal: who asks again is a guest. */
    private info;
    private lost;
}

export { Auth as default };

import { ApiRoot, call, type Call } from "./api";
import { BearerCarrier } from "./bearer";
import { asLdError, Cancelled, lderror, NotLoggedIn } from "./errors";
import { Freshness } from "./freshness";
import { copyOf, isLoggedIn } from "./global";
import { Panel, panelOf } from "./panel";
import { blockOfAction, homeOrLanding } from "./route";
import { cookieCarrier, type SessionCarrier } from "./session";
import { logInElsewhere } from "./social";
import { Tabs } from "./tabs";
import type {
  AuthOptions, AuthPanel, Events, GetOptions, Global, LdError, LogIn, PromptOptions, RequestOptions, RouteOptions, SignUp,
  Timeouts, Ui, User,
} from "./types";
import { Visitor } from "./visitor";
import { watch } from "./watch";

const CrossOrigin = 1005;
const Unverified = 1021;
const Broken = 1025;
const InvalidToken = "invalid_token";

/**
 * What a page knows of its visitor, and what its visitor can do. Promises: nothing waits for ever; every rejection is
 * an `LdError`; the server decides, and what is known here is for display.
 */
export class Auth {
  readonly timeout: Timeouts;
  readonly evtHandler: Record<string, ((this: Auth, ...values: never[]) => unknown)[]> = {};
  readonly ui: Ui;
  lng: string | undefined;
  /** What it answers becomes `global.ext`. */
  inject: (global: Global) => unknown = () => ({});
  declare "set-ui": Auth["setUi"];
  declare "api-root": Auth["apiRoot"];

  private readonly root: ApiRoot;
  private readonly bearer: BearerCarrier | undefined;
  private readonly carrier: SessionCarrier;
  private readonly tabs = new Tabs();
  private readonly freshness: Freshness;
  private readonly options: AuthOptions;
  private readonly visitor: Visitor;

  constructor(options: AuthOptions = {}) {
    this.options = options;
    this.root = new ApiRoot(options.api ?? "/api/auth");
    this.timeout = { loader: 1000, failed: 10_000, stale: 0, jitter: 300, ...options.timeout };
    this.lng = options.lng;
    const panel = new Panel(this, options);
    const authpanel: AuthPanel = async (toggle, o) => (await watch(panel.get(), this))(toggle, o);
    this.ui = { authpanel, loader: options.loader ?? {}, timeout: () => undefined, ...options.ui };
    this.bearer = options.bearer
      ? new BearerCarrier(this.root.origin, options.bearer === true ? {} : options.bearer, () => this.lost())
      : undefined;
    this.carrier = this.bearer ?? cookieCarrier;
    this.visitor = new Visitor(this, () => this.info(), !this.bearer, () => this.freshness.mark());
    this.freshness = new Freshness(
      this.tabs, this.bearer, this.timeout, () => void this.visitor.ask(true, true).catch(() => undefined));
    if (options.initFetch !== false)
      queueMicrotask(() => void this.fetch().catch(() => undefined)); // the page first says what it listens to
  }

  /** Leaves by the page that clears everything a browser may have kept wrongly. */
  static reset(): void {
    location.assign("/auth/reset");
  }

  reset(): void {
    location.assign(this.root.url("/auth/reset"));
  }

  /** Who is here, guests too; with `authedOnly` nobody but who is logged in, by way of the panel if need be. */
  async get(options: GetOptions = {}): Promise<Global> {
    const global = copyOf(await this.visitor.any());
    const { authedOnly, "authed-only": authedOnlyToo, ...prompt } = options;
    if (isLoggedIn(global) || !(authedOnly || authedOnlyToo))
      return global;
    await this.prompt(prompt).catch((refused: LdError) => {
      if (refused.id !== Cancelled)
        throw refused;
    });
    if (!isLoggedIn(this.visitor.known)) // a panel of the page's own may have logged in by a call of its own
      await this.visitor.ask();
    if (!isLoggedIn(this.visitor.known))
      throw lderror(NotLoggedIn);
    return copyOf(this.visitor.known);
  }

  /** Somebody who is logged in, or 1000. */
  ensure(options: GetOptions = {}): Promise<Global> {
    return this.get({ ...options, authedOnly: true });
  }

  async ensureVerified(options: GetOptions = {}): Promise<Global> {
    const global = await this.ensure(options);
    if ((global.user as { verified?: { date?: number } | null }).verified?.date)
      return global;
    if (!this.options.ldcvmgr)
      throw lderror(Unverified);
    await this.options.ldcvmgr.get({ name: "@servebase/auth", path: "ensure-verified" });
    return copyOf(await this.visitor.ask());
  }

  /** Asks the server anew; `renew: false` is content with the copy in the cookie. */
  async fetch({ renew = true }: { renew?: boolean } = {}): Promise<Global> {
    return copyOf(await this.visitor.newest(renew));
  }

  /** Shows the panel. Resolves with nothing when it is closed before anybody logged in. */
  async prompt(options: PromptOptions = {}): Promise<Global | undefined> {
    try {
      return await panelOf(this.ui.authpanel)(true, options) ?? undefined;
    } catch (thrown) {
      throw asLdError(thrown, Broken);
    }
  }

  async login(body: LogIn): Promise<Global> {
    await this.enter(() => this.bearer
      ? this.call({ method: "POST", path: "/account/login", body }, (url, init) => this.bearer!.logIn(url, init))
      : this.request("POST", "login", body));
    return this.changed();
  }

  /** The server answers alike for every address: the rest is in the mail. */
  signup(body: SignUp): Promise<{ status: string }> {
    return this.enter(() => this.request("POST", "signup", body));
  }

  /** Sends the mail with the verification link again. */
  resend(email: string | { email: string }): Promise<{ status: string }> {
    return this.request("POST", "mail/verify", typeof email === "string" ? { email } : email);
  }

  /** Sends a link to set a new password to an account's email. */
  recover(who: string | { email?: string; username?: string }): Promise<{ status: string }> {
    return this.request("POST", "passwd", typeof who === "string" ? { username: who } : who);
  }

  async users(): Promise<User[]> {
    return (await this.request<{ users: User[] }>("GET", "users")).users;
  }

  async addUser(body: { name: string; password: string; preferences?: Record<string, unknown> }): Promise<User> {
    const user = await this.request<User>("POST", "users", body);
    await this.changed();
    return user;
  }

  /** Whom the account is to be from now on; `null`: nobody in particular. */
  async selectUser(id: string | null): Promise<Global> {
    await this.request("PATCH", "session", { user_id: id });
    return this.changed();
  }

  async logout(): Promise<Global | undefined> {
    const was = isLoggedIn(this.visitor.known);
    const call = this.call({ method: "POST", path: "logout", patience: 3 });
    try {
      await watch(call, this);
    } catch (thrown) {
      if (this.bearer) { // whoever wants to leave has left here, whatever the server heard of it
        this.bearer.forget();
        this.visitor.leave();
      }
      if ((thrown as LdError).code !== InvalidToken) { // the token had ended before
        call.then(() => this.loggedOut(was)).catch(() => undefined); // nobody waits any more, but a late log-out is one
        throw this.visitor.failed(thrown);
      }
    }
    this.bearer?.forget();
    return this.loggedOut(was);
  }

  async social({ name, inviteToken }: { name: string; inviteToken?: string }): Promise<Global> {
    if (isLoggedIn(this.visitor.known))
      return copyOf(this.visitor.known);
    try {
      const closed = await logInElsewhere(this, this.tabs, name, inviteToken);
      const global = await this.visitor.ask(true, true);
      if (!isLoggedIn(global))
        throw lderror(NotLoggedIn, closed);
      this.tabs.tell();
      return copyOf(global);
    } catch (thrown) {
      throw this.visitor.failed(thrown);
    }
  }

  oauth(options: { name: string; inviteToken?: string }): Promise<Global> {
    return this.social(options);
  }

  /** Shows `home` or `landing`; with `root`, the block for the address's action. */
  route(options: RouteOptions = {}): Promise<unknown> {
    const { home, landing } = this.options;
    return options.root ? blockOfAction(this, this.options, options) : homeOrLanding(this, { home, landing, ...options });
  }

  /** Calls the server: `users` is below the api's root, `/account` on its origin. Answers the JSON, or rejects. */
  request<T = Record<string, unknown>>(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<T> {
    return this.call<T>({ method, path, body, ...options });
  }

  /** `fetch` for the page's own calls: carries the session to the api's origin, and to no other. */
  async fetchApi(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const target = new URL(url, location.href);
    return target.origin === this.root.origin ? this.carrier.send(target, init) : fetch(target, init);
  }

  on<N extends keyof Events>(names: N | readonly N[], listener: (this: Auth, ...values: Events[N]) => unknown): void;
  on(names: string | readonly string[], listener: (this: Auth, ...values: never[]) => unknown): void;
  on(names: string | readonly string[], listener: (this: Auth, ...values: never[]) => unknown): void {
    for (const name of [names].flat())
      (this.evtHandler[name] ??= []).push(listener);
  }

  off(names: string | readonly string[], listener: (this: Auth, ...values: never[]) => unknown): void {
    for (const name of [names].flat())
      this.evtHandler[name] = (this.evtHandler[name] ?? []).filter((each) => each !== listener);
  }

  /** What one listener throws keeps nobody else from hearing; it is an `error` in turn. */
  fire(name: string, ...values: unknown[]): void {
    for (const listener of [...this.evtHandler[name] ?? []]) {
      try {
        listener.apply(this, values as never[]);
      } catch (thrown) {
        if (name !== "error")
          this.fire("error", thrown);
      }
    }
  }

  setUi(ui: Partial<Ui> = {}): void {
    Object.assign(this.ui, ui);
  }

  /** Ends with a slash. */
  apiRoot(): string {
    return this.root.text;
  }

  /** An address of the server's: below the api's root, or, with a leading slash, on its origin. */
  url(path: string): URL {
    return this.root.url(path);
  }

  /** For pages that outlive their auth object: hears no other tab any more. */
  close(): void {
    this.freshness.close();
    this.tabs.close();
  }

  private async call<T>(
    options: Omit<Call, "lng" | "timeout">, send: SessionCarrier["send"] = (url, init) => this.carrier.send(url, init),
  ): Promise<T> {
    return call<T>(this.root.url(options.path), send, { ...options, lng: this.lng, timeout: this.timeout });
  }

  /** Cookies that got in each other's way look like another site's call: cleared, the same works. */
  private async enter<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (thrown) {
      if ((thrown as LdError).id !== CrossOrigin)
        throw thrown;
      await this.request("POST", "reset");
      await this.visitor.ask(true, true);
      return attempt();
    }
  }

  private async changed(): Promise<Global> {
    this.tabs.tell();
    return copyOf(await this.visitor.ask(true, true));
  }

  /** What follows a log-out, in time or late: then a token in hand is of somebody who logged in since. */
  private async loggedOut(was: boolean): Promise<Global | undefined> {
    const global = await this.changed().catch(() => this.bearer?.token ? undefined : this.visitor.leave());
    if (!was)
      this.fire("logout");
    return global;
  }

  /** A token that the server ended is gone by the time of its refusal: who asks again is a guest. */
  private async info(): Promise<unknown> {
    const info = () => this.call<unknown>({ method: "GET", path: "info", patience: 3 }); // told twice by then
    return info().catch((refused: LdError) => {
      if (this.bearer && refused.code === InvalidToken)
        return info();
      throw refused;
    });
  }

  private lost(): void {
    if (isLoggedIn(this.visitor.known))
      this.visitor.leave();
    this.tabs.tell();
  }
}

Auth.prototype["set-ui"] = Auth.prototype.setUi;
Auth.prototype["api-root"] = Auth.prototype.apiRoot;

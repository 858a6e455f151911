// What the panel does, without a page: which view it shows, what it asks of `auth`, what it makes of a refusal.
import type { Global } from "../client/types";
import { chosen, known, type OpenOptions, type PanelAuth } from "./auth";
import { refusalOf, type FieldErrors } from "./refusal";
import type { Words } from "./texts";

export type Tab = "login" | "signup";
export type View = Tab | "forgot" | "mail" | "users" | "done";

export interface Fields {
  username: string;
  displayname: string;
  password: string;
  invite: string;
}

export interface State {
  readonly view: View;
  readonly busy: boolean;
  readonly errors: FieldErrors;
  /** Why the last try was refused; empty when it was not, or when the fields say it. */
  readonly message: string;
  /** What went well: "sent again". */
  readonly notice: string;
  /** Which `info` plotdb pages show: default, login-failed, signup-failed, login-exceeded, token. */
  readonly info: string;
  /** What a mail was sent for. */
  readonly mail: "sign_up" | "unverified" | "forgot";
  /** What was typed as email or username, or given by the page. */
  readonly email: string;
  /** The page gave the email, an invitation's: it can't be changed. */
  readonly fixed: boolean;
  readonly invite: string;
  /** The sign-up asks for an invitation. */
  readonly invited: boolean;
  readonly lock: boolean;
  readonly global: Global;
}

const guest: Global = { user: {} };

const rest: State = {
  view: "login", busy: false, errors: {}, message: "", notice: "", info: "default", mail: "sign_up", email: "",
  fixed: false, invite: "", invited: false, lock: false, global: guest,
};

/**
 * The panel's course. Promises: one thing at a time, a second submit while one is under way does nothing; `open` always
 * settles, with `global` once somebody is logged in and chosen, with nothing when the panel is closed before. Must
 * never: keep a password.
 */
export class Flow {
  state: State = rest;
  #auth: PanelAuth;
  #words: () => Words;
  #changed: (state: State, before: State) => void;
  #opened: { promise: Promise<Global | undefined>; settle: (global?: Global) => void } | undefined;
  #tab: Tab = "login"; // the last one is shown again
  #round = 0; // an answer that comes after the panel was closed is another round's
  #hears = false;
  #heard = (global: Global) => this.#arrive(global);

  constructor(auth: PanelAuth, words: () => Words, changed: (state: State, before: State) => void) {
    this.#auth = auth;
    this.#words = words;
    this.#changed = changed;
  }

  get isOpen(): boolean {
    return this.#opened !== undefined;
  }

  get signUpIsClosed(): boolean {
    return this.state.global.config?.signup === "closed";
  }

  /** Other ways in: by providers, and by an identity of one's own. */
  get social(): readonly string[] {
    const { social = [], jlinx } = this.state.global.config ?? {};
    return jlinx ? [...social, "jlinx"] : social;
  }

  /** What customers know a provider by, where its name doesn't say. */
  titleOf(provider: string): string | undefined {
    return this.state.global.config?.social_titles?.[provider];
  }

  get shortest(): number {
    return this.state.global.config?.password_min_length ?? 8;
  }

  /** The same promise for all who ask while it is open; the later ones take nothing away from the customer. */
  open(options: OpenOptions = {}): Promise<Global | undefined> {
    if (this.#opened) {
      this.#askedAgain(options);
      return this.#opened.promise;
    }
    this.#tab = options.tab ?? this.#tab;
    this.#set({
      ...rest, view: this.#tab, info: options.info ?? "default", email: options.email ?? this.state.email,
      fixed: options.email !== undefined, invite: options.invite ?? "", invited: options.invite !== undefined,
      lock: options.lock ?? false, global: this.state.global,
    });
    let settle!: (global?: Global) => void;
    const promise = new Promise<Global | undefined>((resolve) => settle = resolve);
    this.#opened = { promise, settle };
    this.#listen(true);
    void this.#ask();
    return promise;
  }

  /** Closes without a login. */
  close(): void {
    this.#end(undefined);
  }

  /** Closes for good: hears nothing any more, and has to be opened to know who is logged in. */
  leave(): void {
    this.close();
    this.#listen(false);
    this.#set({ view: this.#tab });
  }

  show(view: Tab | "forgot"): void {
    if (this.state.busy || view === "signup" && this.signUpIsClosed)
      return;
    this.#tab = view === "forgot" ? this.#tab : view;
    this.#set({ view, errors: {}, message: "", notice: "", info: "default" });
  }

  logIn(typed: Fields): Promise<void> {
    const username = typed.username.trim();
    return this.#try(username, this.#missing({ username, password: typed.password }), async () => {
      await this.#auth.login({ username, password: typed.password });
      await this.#arriveNow();
    });
  }

  signUp(typed: Fields): Promise<void> {
    const email = typed.username.trim();
    const errors = this.#missing({ username: email, password: typed.password });
    if (email !== "" && !/^[^@\s]+@[^@\s]+$/.test(email))
      errors.username = this.#words()("error_email");
    if (typed.password !== "" && [...typed.password].length < this.shortest)
      errors.password = this.#words()("error_short", { count: this.shortest });
    const invite = typed.invite.trim() || this.state.invite;
    return this.#try(email, errors, async () => {
      await this.#auth.signup({
        email, password: typed.password,
        ...(typed.displayname.trim() && { displayname: typed.displayname.trim() }),
        ...(invite && { invite }),
      });
      this.#set({ view: "mail", mail: "sign_up" });
    });
  }

  recover(typed: Pick<Fields, "username">): Promise<void> {
    const username = typed.username.trim();
    return this.#try(username, this.#missing({ username }), async () => {
      await this.#auth.recover(username);
      this.#set({ view: "mail", mail: "forgot" });
    });
  }

  /** Whoever logged in by username is asked for by it: a recovery mails the unverified their link. */
  resend(): Promise<void> {
    const { email, mail } = this.state;
    return this.#try(email, {}, async () => {
      await (mail !== "forgot" && email.includes("@") ? this.#auth.resend(email) : this.#auth.recover(email));
      this.#set({ notice: this.#words()("resent") });
    });
  }

  choose(user: string): Promise<void> {
    return this.#try(this.state.email, {}, async () => {
      await this.#auth.selectUser(user);
      await this.#arriveNow();
    });
  }

  logInWith(provider: string): Promise<void> {
    return this.#try(this.state.email, {}, async () => {
      const { invite } = this.state;
      this.#arrive(await this.#auth.social({ name: provider, ...(invite && { inviteToken: invite }) }));
    });
  }

  logOut(): Promise<void> {
    return this.#try("", {}, async () => {
      await this.#auth.logout();
      this.#set({ view: "login", global: { ...this.state.global, user: {} } });
    });
  }

  #askedAgain({ tab, info, email, invite, lock }: OpenOptions): void {
    this.#set({ lock: this.state.lock || lock === true }); // a later one can't unlock it
    if (this.state.busy || this.state.view !== "login" && this.state.view !== "signup")
      return;
    if (tab !== undefined && tab !== this.state.view)
      this.show(tab);
    this.#set({
      ...(info !== undefined && { info }),
      ...(email !== undefined && { email, fixed: true }),
      ...(invite !== undefined && { invite, invited: true }),
    });
  }

  #listen(on: boolean): void {
    if (on !== this.#hears)
      this.#auth[on ? "on" : "off"]("update", this.#heard);
    this.#hears = on;
  }

  async #ask(): Promise<void> {
    const round = this.#round;
    try {
      const global = await this.#auth.get();
      if (round === this.#round)
        this.#arrive(global);
    } catch (error) {
      if (round === this.#round && !this.state.busy)
        this.#set({ message: refusalOf(error, this.state.view, this.#words()).message });
    }
  }

  async #try(email: string, errors: FieldErrors, work: () => Promise<void>): Promise<void> {
    if (this.state.busy)
      return;
    const again = { errors, message: "", notice: "", info: "default", email };
    if (Object.keys(errors).length > 0) {
      this.#set(again);
      return;
    }
    const round = this.#round;
    this.#set({ ...again, busy: true });
    try {
      await work();
    } catch (error) {
      if (round === this.#round)
        await this.#refuse(error);
    } finally {
      if (round === this.#round)
        this.#set({ busy: false });
    }
  }

  async #refuse(error: unknown): Promise<void> {
    const refusal = refusalOf(error, this.state.view, this.#words());
    if (refusal.unverified)
      this.#set({ view: "mail", mail: "unverified" });
    else if (refusal.ended) {
      this.#set({ ...refusal.shown, view: "login", global: { ...this.state.global, user: {} } });
      await this.#askAnew();
    } else if (!refusal.silent)
      this.#set({ ...refusal.shown, invited: this.state.invited || refusal.inviteWanted });
  }

  #missing(wanted: Partial<Fields>): FieldErrors {
    const empty = Object.entries(wanted).filter(([, value]) => value === "");
    return Object.fromEntries(empty.map(([field]) => [field, this.#words()("error_missing")]));
  }

  async #askAnew(): Promise<void> {
    const round = this.#round;
    const global = await this.#auth.fetch().catch(() => undefined); // what was refused is told already
    if (global && round === this.#round)
      this.#arrive(global);
  }

  async #arriveNow(): Promise<void> {
    const global = await this.#auth.get();
    this.#arrive(chosen(global) ? global : await this.#auth.fetch());
  }

  #arrive(global: Global): void {
    if (!this.#opened) { // done, and still listening
      this.#set({ global, view: known(global) ? "done" : "login" });
      this.#listen(known(global));
      return;
    }
    const invited = this.state.invited || global.config?.signup === "invite";
    const view = this.state.view === "signup" && global.config?.signup === "closed" ? "login" : this.state.view;
    if (!known(global))
      this.#set({ global, invited, view: view === "users" ? "login" : view });
    else if (chosen(global))
      this.#end(global);
    else
      this.#set({ global, view: "users", errors: {}, message: "", notice: "" });
  }

  #end(global: Global | undefined): void {
    const opened = this.#opened;
    if (!opened)
      return;
    this.#round++;
    this.#opened = undefined;
    this.#listen(global !== undefined); // until they log out, here or elsewhere
    this.#set({ ...rest, view: global ? "done" : this.#tab, global: global ?? this.state.global });
    opened.settle(global);
  }

  #set(change: Partial<State>): void {
    const before = this.state;
    this.state = { ...before, ...change };
    this.#changed(this.state, before);
  }
}

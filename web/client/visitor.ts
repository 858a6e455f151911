import type { Auth } from "./auth";
import { asLdError, isRecord, ServerDown } from "./errors";
import { asGlobal, copyOf, globalOfCookie, isLoggedIn, passOnCsrfToken } from "./global";
import type { Global, LdError } from "./types";
import { watch } from "./watch";

const Broken = 1025;

/**
 * Who is here, as the server last said. Promises: who asks at the same time shares one request; an older answer never
 * takes the place of a newer one; and a failure ends the asking, so that whoever asks next tries again.
 */
export class Visitor {
  known: Global | undefined;
  private asking: Promise<Global> | undefined;
  private renewing = false;
  private asked = 0;
  private applied = 0;

  /**
   * @param info asks the server.
   * @param cookie whether the copy in the cookie is of this page's session.
   * @param answered what to do when the server has just answered.
   */
  constructor(
    private readonly auth: Auth,
    private readonly info: () => Promise<unknown>,
    private readonly cookie: boolean,
    private readonly answered: () => void,
  ) {}

  /** Who is here as far as that is known, or is being asked; asks only where it is neither. */
  async any(): Promise<Global> {
    return this.known ?? this.asking ?? this.ask();
  }

  /** What is being asked already, or what is asked now: whoever wants the server's word gets no cookie's. */
  newest(renew = true): Promise<Global> {
    return this.asking && (this.renewing || !renew) ? this.asking : this.ask(renew);
  }

  /** A quiet one shows and tells nothing when it fails: nobody waits for it, or whoever does tells it better. */
  ask(renew = true, quiet = false): Promise<Global> {
    const turn = ++this.asked;
    const work = this.read(renew).then((global) => this.apply(global, turn));
    const asking = (quiet ? work : watch(work, this.auth).catch((thrown) => {
      throw this.failed(thrown);
    })).finally(() => {
      if (this.asking === asking)
        this.asking = undefined;
    });
    this.asking = asking;
    this.renewing = renew;
    return asking;
  }

  /** Nobody is logged in here any more, whether or not the server can be asked. */
  leave(): Global | undefined {
    this.applied = ++this.asked; // what is on its way still tells of somebody
    if (this.known)
      this.show({ ...this.known, user: {} });
    return this.known && copyOf(this.known);
  }

  /** Tells the page's listeners what failed, and answers it as what callers are to be refused with. */
  failed(thrown: unknown): LdError {
    const error = asLdError(thrown, isRecord(thrown) ? Broken : ServerDown);
    if (error.id === ServerDown)
      this.auth.fire("server-down", error);
    this.auth.fire("error", error);
    return error;
  }

  private async read(renew: boolean): Promise<Global> {
    const kept = renew || !this.cookie ? undefined : globalOfCookie();
    if (kept)
      return kept;
    try {
      return asGlobal(await this.info());
    } catch (thrown) {
      const error = asLdError(thrown, ServerDown);
      throw (error.status ?? 500) >= 500 ? Object.assign(error, { id: ServerDown }) : error;
    }
  }

  /** Answers may come in another order than they were asked for: what was asked for later is newer. */
  private async apply(global: Global, turn: number): Promise<Global> {
    try {
      global.ext = await this.auth.inject(global) ?? {};
    } catch (thrown) {
      this.auth.fire("error", thrown);
    }
    if (turn < this.applied && this.known)
      return this.known;
    this.applied = turn;
    this.answered();
    passOnCsrfToken(global);
    this.show(global);
    return global;
  }

  private show(global: Global): void {
    const was = isLoggedIn(this.known);
    this.known = global;
    this.auth.fire("update", copyOf(global));
    this.auth.fire("change", copyOf(global));
    if (was && !isLoggedIn(global))
      this.auth.fire("logout");
  }
}

import type { Auth } from "./auth";
import { asLdError } from "./errors";
import { isLoggedIn } from "./global";
import type { AuthOptions, Global, Place, RouteOptions } from "./types";

const MissingSetting = 1027;
const BrokenBlock = 1022;

/** Asks who is at the door and shows `home` or `landing`: the latter also when the door does not answer in time. */
export async function homeOrLanding(auth: Auth, { home, landing, after = 3000 }: RouteOptions): Promise<Global | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), after));
  const global = await Promise.race([auth.get().catch(() => undefined), late]);
  clearTimeout(timer);
  await show(isLoggedIn(global) ? home : landing, global);
  return global;
}

/** Puts the block for the address's action (`/auth/?passwd-reset`) where the page wants it; without one, the panel opens. */
export async function blockOfAction(auth: Auth, options: AuthOptions, { root, bid }: RouteOptions): Promise<unknown> {
  const action = /^\?([a-z][a-z-]*)/.exec(location.search)?.[1];
  if (action === undefined || action === "auth")
    return auth.ensure({ lock: true });
  if (!options.manager)
    throw asLdError(new TypeError("Routes to blocks need a manager"), MissingSetting);
  const base = bid ?? options.authpanel ?? "auth";
  try {
    return await options.manager.from(
      { ...(typeof base === "string" ? { name: base } : base), path: action },
      { root, autoTransform: "i18n", data: { auth } });
  } catch (thrown) {
    throw asLdError(thrown, BrokenBlock);
  }
}

async function show(place: Place | undefined, global: Global | undefined): Promise<void> {
  if (typeof place === "function")
    await place(global);
  else if (place !== undefined)
    location.replace(place); // the shell itself is nowhere to go back to
}

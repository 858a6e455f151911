import type { Auth } from "./auth";
import { lderror, NotLoggedIn } from "./errors";
import { isLoggedIn } from "./global";
import type { Tabs } from "./tabs";

const Look = 300; // milliseconds

/**
 * Logs in at a provider, in a window of its own. Resolves once the visitor is known, or there is nothing more to wait
 * for: with what to say if nobody is logged in then. A window at another site may look closed though it is not (its
 * opener policy): it counts as closed only when the visitor is back at this page.
 */
export async function logInElsewhere(
  auth: Auth, tabs: Tabs, name: string, invite: string | undefined,
): Promise<string | undefined> {
  // An identity of one's own is at no other site: a page of the server asks for it.
  const url = auth.url(name === "jlinx" ? "/auth/jlinx" : `${encodeURIComponent(name)}/login`);
  url.searchParams.set("return", "/auth/done");
  if (invite)
    url.searchParams.set("invite", invite);
  const popup = open(url, "social-login", "popup,height=640,width=560");
  if (popup === null)
    throw lderror(NotLoggedIn, "The browser blocked the window");
  const undo: (() => void)[] = [];
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      const known = (global: Parameters<typeof isLoggedIn>[0]) => isLoggedIn(global) && resolve(undefined);
      auth.on("update", known);
      const look = setInterval(() => popup.closed && document.hasFocus() && resolve("The window was closed"), Look);
      const deaf = tabs.hear(({ type, id = NotLoggedIn, code, detail }) => {
        if (type === "failed") {
          tabs.answer(); // the window closes itself: its opener policy keeps it out of our reach
          reject(lderror(id, undefined, { ...code && { code }, ...detail && { detail } }));
        } else if (type === "done") {
          resolve(undefined);
        }
      });
      undo.push(() => auth.off("update", known), () => clearInterval(look), deaf);
    });
  } finally {
    undo.forEach((each) => each());
    popup.close();
  }
}

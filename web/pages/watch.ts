import { follow, next } from "./forms.js";

const Rest = 2_000; // milliseconds: after a server that was away, or had no time to wait
const Soon = 1_000; // an answer without news that comes sooner was not waited for
const Patience = 30_000; // the server answers after 20 seconds at the latest

let watching = false;

/**
 * Asks again and again what has come of what the page waits for, and goes where the answer leads. Asks as its form does:
 * what is handed over comes as cookies that no script reads. A phone may put the page to sleep: it asks again once awake.
 */
export async function watch(): Promise<void> {
  if (watching)
    return;
  watching = true;
  for (let form = waiting(); form !== null; form = waiting()) {
    const target = await ask(form);
    if (target !== null) {
      follow(target);
      return;
    }
  }
  watching = false;
}

const waiting = (): HTMLFormElement | null => document.querySelector<HTMLFormElement>("form[data-watch]");

async function ask(form: HTMLFormElement): Promise<string | null> {
  const began = performance.now();
  const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
  body.set("wait", "1");
  try {
    const answer = await fetch(form.getAttribute("action")!, {
      method: "POST",
      headers: { Accept: "text/html", [next]: "1" },
      body,
      signal: AbortSignal.timeout(Patience),
    });
    const target = answer.headers.get(next);
    if (target === null && (!answer.ok || performance.now() - began < Soon))
      await rest();
    return target;
  } catch {
    await rest();
    return null;
  }
}

const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, Rest));

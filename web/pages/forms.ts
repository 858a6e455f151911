import { tellOtherTabs } from "./tabs.js";
import { words } from "./words.js";

/** Sent along, and answered in: where the form leads to. A redirect would be followed by `fetch`, not by the page. */
export const next = "Gatehouse-Next";

/** A server that takes longer than this is as good as away; it is told so, and may be asked again. */
const patience = 30_000;

/**
 * Sends the page's forms without leaving the page: says "please wait", takes no second click, and where the server can't
 * be reached nothing that was typed is lost. What a form leads to is opened as ever; a refusal takes the page's place.
 */
export function sendForms(enliven: () => void): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.getAttribute("method") !== "post")
      return;
    event.preventDefault();
    void send(form, event.submitter as HTMLButtonElement | null, enliven);
  });
}

/** The one form that goes off by itself: the server marks it where the customer's own program has opened the page. */
export function sendNow(enliven: () => void): void {
  const form = document.querySelector<HTMLFormElement>("form[data-now]");
  if (form !== null)
    void send(form, form.querySelector("button"), enliven);
}

async function send(form: HTMLFormElement, button: HTMLButtonElement | null, enliven: () => void): Promise<void> {
  if (form.ariaBusy === "true")
    return;
  const done = wait(form, button);
  try {
    // By its attribute: some forms have a field called "action", which would be in the property's place.
    const answer = await fetch(form.getAttribute("action")!, {
      method: "POST",
      headers: { Accept: "text/html", [next]: "1" },
      body: new URLSearchParams(new FormData(form, button) as unknown as Record<string, string>),
      signal: AbortSignal.timeout(patience),
    });
    const target = answer.headers.get(next);
    if (target !== null) {
      follow(target); // the button stays as it is until the next page is there
      return;
    }
    show(await answer.text());
    enliven();
    focusOnRefusal();
  } catch {
    done();
    say(form, words.away);
  }
}

/** Where an answer leads to; the other tabs may have to know. */
export function follow(target: string): void {
  tellOtherTabs("changed");
  goOn(new URL(target, location.href));
}

/** To another page, or to this one anew: an address that differs by what is behind its # alone is not loaded by itself. */
function goOn(target: URL): void {
  const [page, here] = [target, location].map(({ href }) => href.split("#")[0]);
  if (page !== here) {
    location.assign(target);
    return;
  }
  history.replaceState(null, "", target);
  location.reload();
}

/** The button says "please wait"; the answer puts it back. It stays focusable, so that nobody loses their place. */
function wait(form: HTMLFormElement, button: HTMLButtonElement | null): () => void {
  const before = button === null ? [] : [...button.childNodes];
  form.querySelector("[data-away]")?.remove();
  form.ariaBusy = "true";
  tell(words.wait);
  button?.setAttribute("aria-disabled", "true");
  if (button !== null && button.querySelector(".avatar") === null)
    button.textContent = words.wait;
  return () => {
    form.ariaBusy = null;
    tell("");
    button?.removeAttribute("aria-disabled");
    button?.replaceChildren(...before);
  };
}

/** Says to who can't see it; the place for it is there before the word, or it would not be read out. */
function tell(word: string): void {
  told.textContent = word;
}

const told = document.createElement("p");
told.className = "unseen";
told.role = "status";
document.body.append(told);

/** Puts the page that answered in the place of this one. Scripts in it don't run: it is read, not written. */
function show(html: string): void {
  const page = new DOMParser().parseFromString(policy.createHTML(html) as string, "text/html");
  const main = page.querySelector("main");
  if (main === null)
    throw new Error("The answer is no page of ours.");
  document.title = page.title;
  document.querySelector("main")!.replaceWith(main);
}

/** The one place where a page is made of text: the text is our own server's answer to our own form. */
const policy: { createHTML(html: string): unknown } =
  (window as unknown as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy("gatehouse", { createHTML: (html) => html })
  ?? { createHTML: (html) => html };

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(html: string): string }): { createHTML(html: string): unknown };
}

/** Where the eyes should be: the field to blame, else the sentence that tells. */
function focusOnRefusal(): void {
  const field = document.querySelector<HTMLElement>("main [aria-invalid]");
  const alert = document.querySelector<HTMLElement>("main [role=alert]");
  if (field !== null) {
    field.focus();
  } else if (alert !== null) {
    alert.tabIndex = -1;
    alert.focus();
  } else {
    scrollTo(0, 0);
  }
}

function say(form: HTMLFormElement, sentence: string): void {
  const alert = document.createElement("p");
  alert.className = "alert";
  alert.dataset["away"] = "";
  alert.role = "alert";
  alert.textContent = sentence;
  form.prepend(alert);
}

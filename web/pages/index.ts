// Makes the hosted pages better where there is a script; every one of them works without. The words it says come with
// the page, in the page's language.
import { takeSecretAway } from "./address.js";
import { offerToCopy } from "./copying.js";
import { sendForms, sendNow } from "./forms.js";
import { tellTheTime } from "./moments.js";
import { offerToShow } from "./passwords.js";
import { agreeWithOtherTabs, closeOnceHeard, tellOtherTabs } from "./tabs.js";
import { watch } from "./watch.js";
import { words } from "./words.js";

endLoginElsewhere();
takeSecretAway();
enliven();
sendForms(enliven);
agreeWithOtherTabs();
sendNow(enliven);

/** These two pages are where a login at another site ends, in the window that the `auth` object opened for it. */
function endLoginElsewhere(): void {
  const why = document.querySelector<HTMLElement>("[data-code]");
  if (location.pathname === "/auth/failed" && why !== null) {
    closeOnceHeard();
    tellOtherTabs("failed", { id: Number(why.dataset["id"]), code: why.dataset["code"], detail: why.textContent });
  }
  if (location.pathname === "/auth/done") {
    tellOtherTabs("changed");
    tellOtherTabs("done");
    close();
  }
}

/** What is done once for a page, and again for what a refused form brought in its place. */
function enliven(): void {
  tellTheTime();
  offerToShow();
  offerToCopy();
  void watch();
  if (!navigator.cookieEnabled)
    warn(words.cookies);
}

function warn(sentence: string): void {
  const alert = document.createElement("p");
  alert.className = "alert";
  alert.role = "alert";
  alert.textContent = sentence;
  document.querySelector("h1")?.after(alert);
}

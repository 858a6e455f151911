// Makes the hosted pages better where there is a script; every one of them works without. The words it says come with
// the page, in the page's language.
import { takeSecretAway } from "./address.js";
import { sendForms } from "./forms.js";
import { tellTheTime } from "./moments.js";
import { offerToShow } from "./passwords.js";
import { agreeWithOtherTabs, tellOtherTabs } from "./tabs.js";
import { words } from "./words.js";

if (location.pathname === "/auth/done") {
  tellOtherTabs();
  close();
}
takeSecretAway();
enliven();
sendForms(enliven);
agreeWithOtherTabs();

/** What is done once for a page, and again for what a refused form brought in its place. */
function enliven(): void {
  tellTheTime();
  offerToShow();
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

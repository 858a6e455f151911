import { place } from "./words.js";

/** Takes the secret of a mailed link out of the address bar and the history. The form keeps it in its action. */
export function takeSecretAway(): void {
  if (place !== undefined)
    history.replaceState(null, "", place);
}

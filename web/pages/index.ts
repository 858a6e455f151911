// Takes the secret of a mailed link out of the address bar and the history. The form keeps it in its action.
const place = (document.currentScript as HTMLScriptElement | null)?.dataset["place"];
if (place !== undefined)
  history.replaceState(null, "", place);

// Takes the secret of a mailed link out of the address bar and the history. The form keeps it in its action.
history.replaceState(null, "", document.currentScript.dataset.place);

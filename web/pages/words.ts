const script = document.currentScript as HTMLScriptElement;

/** What the page gave its script along, as attributes of the script's own element. */
export const words = {
  wait: script.dataset["wait"]!,
  show: script.dataset["show"]!,
  hide: script.dataset["hide"]!,
  away: script.dataset["away"]!,
  cookies: script.dataset["cookies"]!,
};

/** What the address bar shows instead of an address with a secret in it. */
export const place = script.dataset["place"];

/** Turns every time on the page into the customer's own clock and calendar, in the page's language. */
export function tellTheTime(): void {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const time of document.querySelectorAll("time")) {
    time.textContent = format.format(new Date(time.dateTime));
    time.removeAttribute("dir"); // it is in the page's own language now
  }
}

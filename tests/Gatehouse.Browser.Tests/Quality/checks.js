// What axe-core doesn't judge of a page as it stands on the screen now. Gives a sentence for each fault.
() => {
  const leastTarget = 24; // CSS pixels, both ways: WCAG 2.5.8
  const root = document.documentElement;
  const faults = [];
  const named = element => element.outerHTML.replace(/\s+/g, " ").slice(0, 120);

  // A link inside a sentence is as high as the sentence: the rule's own exception.
  const inSentence = element => element.localName === "a" && getComputedStyle(element).display === "inline"
    && element.parentElement.textContent.trim() !== element.textContent.trim();

  if (root.scrollWidth > root.clientWidth) {
    faults.push(`scrolls sideways: ${root.scrollWidth} in ${root.clientWidth} pixels`);
  }
  for (const target of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    const { width, height } = target.getBoundingClientRect();
    if (target.checkVisibility() && !inSentence(target) && Math.min(width, height) < leastTarget) {
      faults.push(`a target of ${Math.round(width)}x${Math.round(height)} pixels: ${named(target)}`);
    }
  }
  if (!root.lang) {
    faults.push("no language");
  }
  if (!document.title.trim()) {
    faults.push("no title");
  }
  if (document.querySelectorAll("h1").length !== 1) {
    faults.push(`${document.querySelectorAll("h1").length} main headings`);
  }
  for (const element of document.querySelectorAll("*")) {
    if (element.matches("style, script:not([src]), [style]") || element.getAttributeNames().some(name => name.startsWith("on"))) {
      faults.push(`style or script inside the page: ${named(element)}`);
    }
  }
  return faults;
}

// Lets axe-core judge the page. Gives a sentence for each fault.
async () => {
  const { violations } = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: { "target-size": { enabled: true } },
    resultTypes: ["violations"],
    preload: false, // of styles of other origins: it writes styles into the page, which its policy forbids
  });
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) =>
    `${id} (${help}): ${html.slice(0, 160)} ${failureSummary.replace(/\s+/g, " ")}`));
}

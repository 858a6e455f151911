/** What web/texts.mjs makes of the server's catalogue: language → key → text. */
declare module "gatehouse:texts/panel" {
  const texts: Record<string, Record<string, string>>;
  export default texts;
}

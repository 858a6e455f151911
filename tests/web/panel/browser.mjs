// A real Chromium, and what every test asks of a page.
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS; // a folder: every state's picture is put there
const generous = Number(process.env.PATIENCE ?? 30_000); // the machine may be slow

let browser;

export async function openPage(url, options = {}) {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "en-GB", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(generous);
  page.complaints = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(url);
  return page;
}

export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/** Nothing was refused by the page's policy, and nothing went wrong unseen. What a test provokes it names. */
export function assertQuiet(page, ...expected) {
  const odd = page.complaints.filter((text) => !expected.some((pattern) => pattern.test(text)));
  assert.deepEqual(odd, []);
}

/** No violation that axe knows of, light and dark. */
export async function assertAccessible(page, name, root = "body") {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe);
    const found = await page.evaluate(async (within) => {
      const { violations } = await globalThis.axe.run(within, { resultTypes: ["violations"] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html + node.failureSummary).join("\n")}`);
    }, root);
    assert.deepEqual(found, [], `${name}, ${colorScheme}`);
    await picture(page, `${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

export async function picture(page, name) {
  if (!shots)
    return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

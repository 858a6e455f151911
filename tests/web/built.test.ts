import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import { Page } from "./support/page";

// The tests are run at the repository's root.
const built = `${process.cwd()}/src/Gatehouse/Pages/Built/auth`;

test("the classic script defines the global that pages know", async () => {
  const page = { queueMicrotask, setTimeout, clearTimeout, AbortController, location: { href: "http://x.example/" } } as Record<string, unknown>;
  runInNewContext(await readFile(`${built}/index.js`, "utf8"), page);
  const made = new (page["auth"] as new (options: object) => { apiRoot(): string })({ initFetch: false });
  assert.equal(made.apiRoot(), "/api/auth/");
  assert.equal(typeof (page["auth"] as { reset?: unknown }).reset, "function");
});

test("the classic script is a CommonJS module where there are such", async () => {
  const context = { module: { exports: {} as unknown } } as Record<string, unknown> & { module: { exports: unknown } };
  runInNewContext(await readFile(`${built}/index.js`, "utf8"), context);
  assert.equal(typeof context.module.exports, "function");
  assert.equal(context["auth"], undefined);
});

test("the module exports the class by name and as what it is for", async () => {
  Page.open("http://127.0.0.1:9/");
  const module = await import(`file://${built}/index.mjs`) as Record<string, unknown>;
  assert.equal(typeof module["Auth"], "function");
  assert.equal(module["default"], module["Auth"]);
});

test("the declarations are whole, and a page author's code is held to them", async () => {
  const folder = ".run/web/declared";
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/auth.d.ts`, await readFile(`${built}/index.d.ts`, "utf8"));
  await writeFile(`${folder}/page.ts`, `
    import auth, { type Global } from "./auth";
    const a = new auth({ api: "/api/auth", bearer: { store: "memory" } });
    a.on("update", (global) => console.log(global.user.key));
    a.on(["logout", "theirs"], () => undefined);
    const global: Global = await a.get({ authedOnly: true, tab: "signup" });
    // @ts-expect-error: there is no such tab
    await a.prompt({ tab: "other" });
    a["set-ui"]({ authpanel: async (toggle, options) => options?.lock && toggle ? global : undefined });
    export const root: string = a["api-root"]();`);
  await promisify(execFile)(process.execPath, ["web/node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--ignoreConfig", "--target", "es2022",
    "--module", "esnext", "--moduleResolution", "bundler", "--lib", "es2022,dom", "--types", "", `${folder}/page.ts`])
    .catch((failure: { stdout: string }) => assert.fail(failure.stdout));
});

// Builds everything that browsers load into the folder that the server embeds: node build.mjs [folder]
// Exits with 1 when a file is larger than its budget. What it writes is the same on every machine: no dates, no paths.
import { build } from "esbuild";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { beside } from "./beside.mjs";
import { blockHtml } from "./block.mjs";
import { declarations } from "./declarations.mjs";
import { texts } from "./texts.mjs";

const home = import.meta.dirname;
const out = process.argv[2] ?? join(home, "../src/Gatehouse/Pages/Built");

/** Each file as its address is: what it is built from, how, and how large it may be, gzipped. */
const files = [
  { path: "auth/index.mjs", entry: "client/index.ts", format: "esm", most: 6 * 1024 },
  { path: "auth/index.js", entry: "client/classic.ts", format: "iife", most: 6 * 1024 },
  { path: "auth/panel.mjs", entry: "panel/index.ts", format: "esm", most: 15 * 1024 },
  { path: "auth/panel.css", entry: "panel/panel.css", most: 4 * 1024 },
  { path: "auth/block.js", entry: "panel/block/register.ts", format: "iife", most: 15 * 1024 },
  { path: "auth/block.css", entry: "panel/block/block.css", most: 4 * 1024 },
  { path: "auth/pages.js", entry: "pages/index.ts", format: "iife", most: 4 * 1024 },
];

/** What goes as it is. */
const copies = [{ path: "auth/icon.svg", from: "pages/icon.svg" }];

/** The block of plotdb pages: one HTML file with its script; the style is `auth/block.css`. */
const block = { path: "assets/block/auth/main/index.html", most: 15 * 1024 };

await rm(out, { recursive: true, force: true });
let tooLarge = false;
for (const { path, entry, format, most } of files)
  await put(path, await bundle(entry, format), most);
await put(block.path, await blockFile(), block.most);
await put("auth/index.d.ts", await declarations("client", ["types", "auth"], "export { Auth as default };"), 6 * 1024);
for (const { path, from } of copies)
  await put(path, await readFile(join(home, from)), 1024);
process.exit(tooLarge ? 1 : 0);

async function bundle(entry, format) {
  const { outputFiles } = await build({
    entryPoints: [join(home, entry)], absWorkingDir: home, bundle: true, minify: true, write: false, format,
    target: "es2022", charset: "utf8", legalComments: "none", plugins: [texts, beside],
    logOverride: { "commonjs-variable-in-esm": "silent" }, // what evaluates these scripts gives them a `module`
  });
  return Buffer.from(outputFiles[0].contents);
}

async function blockFile() {
  const markup = await bundle("panel/block/markup.ts", "esm");
  const { markup: tree } = await import(`data:text/javascript;base64,${markup.toString("base64")}`);
  const script = await bundle("panel/block/module.ts", "iife");
  return Buffer.from(blockHtml(tree, script.toString().trim()));
}

async function put(path, contents, most) {
  const target = join(out, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, contents);
  const size = gzipSync(contents, { level: 9 }).length;
  tooLarge ||= size > most;
  console.log(`${size > most ? "TOO LARGE " : ""}${path}: ${size} bytes gzipped, at most ${most}`);
}

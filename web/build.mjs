// Builds everything that browsers load into the folder that the server embeds: node build.mjs [folder]
// Exits with 1 when a file is larger than its budget. What it writes is the same on every machine: no dates, no paths.
import { build } from "esbuild";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { declarations } from "./declarations.mjs";
import { gzipSync } from "node:zlib";
import { texts } from "./texts.mjs";

const home = import.meta.dirname;
const out = process.argv[2] ?? join(home, "../src/Gatehouse/Pages/Built");

/** Each file as its address is: what it is built from, how, and how large it may be, gzipped. */
const files = [
  { path: "auth/index.mjs", entry: "client/index.ts", format: "esm", most: 6 * 1024 },
  { path: "auth/index.js", entry: "client/classic.ts", format: "iife", most: 6 * 1024 },
  { path: "auth/pages.js", entry: "pages/index.ts", format: "iife", most: 4 * 1024 },
];

/** What goes as it is. */
const copies = [{ path: "auth/icon.svg", from: "pages/icon.svg" }];

await rm(out, { recursive: true, force: true });
let tooLarge = false;
for (const { path, entry, format, most } of files) {
  const { outputFiles } = await build({
    entryPoints: [join(home, entry)], absWorkingDir: home, bundle: true, minify: true, write: false, format,
    target: "es2022", charset: "utf8", legalComments: "none", plugins: [texts],
    logOverride: { "commonjs-variable-in-esm": "silent" }, // the classic script asks whether it is a CommonJS module
  });
  await put(path, outputFiles[0].contents);
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  tooLarge ||= size > most;
  console.log(`${size > most ? "TOO LARGE " : ""}${path}: ${size} bytes gzipped, at most ${most}`);
}
for (const { path, from } of copies)
  await put(path, await readFile(join(home, from)));
await put("auth/index.d.ts", await declarations("client", ["types", "auth"], "export { Auth as default };"));
process.exit(tooLarge ? 1 : 0);

async function put(path, contents) {
  const target = join(out, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, contents);
}

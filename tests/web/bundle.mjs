// Bundles each test file by itself: node bundle.mjs FOLDER FILE...
import { createRequire } from "node:module";
import { join } from "node:path";

const web = join(import.meta.dirname, "../../web");
const { build } = createRequire(join(web, "package.json"))("esbuild");
const { texts } = await import(join(web, "texts.mjs"));
const [outdir, ...files] = process.argv.slice(2);

await build({
  entryPoints: files, outdir, outbase: "tests/web", outExtension: { ".js": ".mjs" }, bundle: true, platform: "node", format: "esm",
  target: "node20", sourcemap: "inline", logLevel: "warning", external: ["playwright-core"], plugins: [texts],
});

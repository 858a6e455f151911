// The declarations of a few modules as one file: what TypeScript says of each, without the imports among them.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const home = import.meta.dirname;

/** Only modules that import nothing but one another may be named: every other type would be missing. */
export async function declarations(folder, modules, end) {
  const out = await mkdtemp(join(tmpdir(), "gatehouse-types-"));
  try {
    await promisify(execFile)(process.execPath, [
      join(home, "node_modules/typescript/bin/tsc"), "-p", home, "--noEmit", "false", "--declaration", "--emitDeclarationOnly",
      "--stripInternal", "--rootDir", home, "--outDir", out,
    ]);
    const texts = await Promise.all(modules.map((name) => readFile(join(out, folder, `${name}.d.ts`), "utf8")));
    return [...texts.map((text) => text.replace(/^import .*;\n/gm, "")), end, ""].join("\n").replace(/\n{3,}/g, "\n\n");
  } finally {
    await rm(out, { recursive: true });
  }
}

// import texts from "gatehouse:texts/panel" gives { en: { log_in: "Log in", … }, de: …, … }: the keys of the server's
// catalogue that begin with "panel." in every language. A language that lacks a key, or has one more, fails the build.
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

const folder = join(import.meta.dirname, "../src/Gatehouse/Texts");
const scheme = "gatehouse:texts/";

export const texts = {
  name: "texts",
  setup(build) {
    build.onResolve({ filter: /^gatehouse:texts\// }, ({ path }) => ({ path: path.slice(scheme.length), namespace: "texts" }));
    build.onLoad({ filter: /.*/, namespace: "texts" }, async ({ path }) => ({
      contents: JSON.stringify(await part(`${path}.`)),
      loader: "json",
    }));
  },
};

async function part(prefix) {
  const languages = {};
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".json")).sort()) {
    const all = JSON.parse(await readFile(join(folder, file), "utf8"));
    languages[basename(file, ".json")] = Object.fromEntries(
      Object.entries(all).filter(([key]) => key.startsWith(prefix)).map(([key, text]) => [key.slice(prefix.length), text]));
  }
  const wanted = Object.keys(languages.en);
  for (const [language, own] of Object.entries(languages)) {
    const odd = [...wanted.filter((key) => !(key in own)), ...Object.keys(own).filter((key) => !wanted.includes(key))];
    if (odd.length > 0)
      throw new Error(`The texts in ${language} and in en differ: ${odd.join(", ")}`);
  }
  return languages;
}

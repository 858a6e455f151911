// The plural categories by the Unicode CLDR as Node knows them, which ours are compared with.
// {languages, most} in, {language: [category of 0, of 1, … of most]} out.
import { text } from 'node:stream/consumers';

const { languages, most } = JSON.parse(await text(process.stdin));
const numbers = Array.from({ length: most + 1 }, (_, number) => number);
const categories = (rules) => numbers.map((number) => rules.select(number));
console.log(JSON.stringify(Object.fromEntries(
  languages.map((language) => [language, categories(new Intl.PluralRules(language))]))));

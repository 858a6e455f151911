// The panel's words: which language, and how the holes in a text are filled.
import all from "gatehouse:texts/panel";

export type Values = Record<string, string | number>;

export interface Words {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  /** The text of a key. A key without a text is shown as it is, so that it is found. */
  (key: string, values?: Values): string;
  /** "in 5 minutes", as the language says it. */
  after(seconds: number): string;
}

/** The first language of these that there are texts for: as it is, or by its first part ("de-AT", "zh-Hant"). */
export function languageOf(wanted: readonly (string | null | undefined)[]): string {
  const known = Object.keys(all);
  for (const tag of wanted) {
    const lower = tag?.toLowerCase();
    const first = lower?.split("-")[0];
    const found = known.find((language) => language.toLowerCase() === lower)
      ?? known.find((language) => language.toLowerCase().split("-")[0] === first);
    if (found !== undefined)
      return found;
  }
  return "en";
}

export function wordsIn(language: string): Words {
  const texts = all[language]!;
  return Object.assign((key: string, values: Values = {}) => fill(texts[key] ?? key, values), {
    language,
    direction: language === "ar" ? "rtl" as const : "ltr" as const,
    after: (seconds: number) => after(seconds, language),
  });
}

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufefc]/;

/** Where two directions meet, what fills a hole is isolated (U+2068 … U+2069): else it would turn its sentence around. */
export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = `${values[name] ?? hole}`;
    const meet = rightToLeft.test(text) !== rightToLeft.test(value) && /\p{L}/u.test(value);
    return meet ? `\u2068${value}\u2069` : value;
  });
}

function after(seconds: number, language: string): string {
  const say = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  if (seconds < 60)
    return say.format(Math.max(1, Math.ceil(seconds)), "second");
  return seconds < 3600 ? say.format(Math.ceil(seconds / 60), "minute") : say.format(Math.ceil(seconds / 3600), "hour");
}

import { Auth } from "./auth";

declare const module: { exports: unknown } | undefined;

// Where there are CommonJS modules, ours is one; in a page it is the global that its scripts know.
if (typeof module === "object" && module.exports)
  module.exports = Auth;
else
  (globalThis as { auth?: unknown }).auth = Auth;

import type { LdError } from "./types";

export const ServerDown = 1007;
export const NotLoggedIn = 1000;
export const Cancelled = 999;

const meanings: Record<number, string> = {
  [Cancelled]: "Cancelled",
  [NotLoggedIn]: "Not logged in",
  1006: "The server takes too long",
  [ServerDown]: "The server can't be reached",
  1021: "Not verified yet",
};

export function lderror(id: number, message = meanings[id] ?? `Error ${id}`, more: Partial<LdError> = {}): LdError {
  return Object.assign(new Error(message), more, { name: "lderror" as const, id });
}

/** Anything thrown, as page authors expect it. Whatever is not known to be otherwise is `id`. */
export function asLdError(thrown: unknown, id: number): LdError {
  if (isRecord(thrown) && typeof thrown["id"] === "number")
    return thrown instanceof Error ? thrown as unknown as LdError : lderror(thrown["id"], textOf(thrown["message"]), thrown as Partial<LdError>);
  return lderror(id, undefined, { cause: thrown });
}

/** The error in an answer that refuses: what the server says of it, or what the status alone tells. */
export async function refusal(response: Response): Promise<LdError> {
  const body: unknown = await response.json().catch(() => undefined);
  const problem = isRecord(body) ? body : {};
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const byStatus = response.status >= 500 ? ServerDown : response.status;
  return lderror(typeof problem["id"] === "number" ? problem["id"] : byStatus, textOf(problem["detail"]) ?? textOf(problem["title"]), {
    status: response.status,
    ...(textOf(problem["code"]) && { code: problem["code"] as string }),
    ...(textOf(problem["detail"]) && { detail: problem["detail"] as string }),
    ...(isRecord(problem["errors"]) && { errors: problem["errors"] as Record<string, string[]> }),
    ...(seconds >= 0 && { retryAfter: seconds }),
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Global, GlobalUser } from "../../../web/client/types";

export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: unknown;
}

/** What is to be answered. `after` holds the answer back; `cut` breaks the connection instead, `hang` never answers. */
export interface Answer {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  after?: Promise<unknown>;
  cut?: boolean;
  hang?: boolean;
}

type Script = Answer | ((seen: Seen) => Answer);

export const guest: Global = { user: {}, ip: "127.0.0.1", version: "test" };
export const ada: Global & { user: GlobalUser } = {
  ...guest,
  user: {
    key: "a1", username: "ada", displayname: "Ada", verified: { date: 1 }, config: {}, user_id: "u1", users: [{ id: "u1", name: "Ada" }],
  },
};
export const problem = (status: number, code: string, id: number, more: object = {}): Answer => ({
  status, headers: { "Content-Type": "application/problem+json" }, body: { type: "x", title: "T", status, code, name: "lderror", id, ...more },
});

/** A server that answers what it is told to for each path, and keeps what it was asked. The last word of a list stays. */
export class ScriptedServer {
  readonly seen: Seen[] = [];
  origin = "";
  private readonly scripts = new Map<string, Script[]>();
  private readonly server = createServer((request, response) => void this.answer(request, response));

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    await new Promise<void>((resolve) => server.server.listen(0, "127.0.0.1", resolve));
    server.origin = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
    return server;
  }

  /** `when("GET /api/auth/info", first, second)`: the second is also every later answer. */
  when(call: string, ...scripts: Script[]): this {
    this.scripts.set(call, scripts);
    return this;
  }

  calls(call: string): Seen[] {
    return this.seen.filter(({ method, path }) => `${method} ${path.split("?")[0]}` === call);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readAll(request);
    const seen: Seen = {
      method: request.method!, path: request.url!, headers: request.headers, body: text === "" ? undefined : JSON.parse(text),
    };
    this.seen.push(seen);
    const scripts = this.scripts.get(`${seen.method} ${seen.path.split("?")[0]}`) ?? [problem(404, "not_found", 404)];
    const script = scripts.length > 1 ? scripts.shift()! : scripts[0]!;
    const { status = 200, body = {}, headers = {}, after, cut, hang } = typeof script === "function" ? script(seen) : script;
    await after;
    if (hang)
      return;
    if (cut) {
      request.socket.destroy();
      return;
    }
    const isText = typeof body === "string";
    response.writeHead(status, { "Content-Type": isText ? "text/html" : "application/json", ...headers });
    response.end(status === 204 ? undefined : isText ? body : JSON.stringify(body));
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request)
    parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

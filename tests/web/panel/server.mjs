// A server that answers as Gatehouse does, as far as the panel asks, and as a test tells it to. One visitor, one session.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";

const here = import.meta.dirname;
const built = join(here, "../../../src/Gatehouse/Pages/Built");
const types = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript" };

/** What a careful page sends. */
export const strict = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; require-trusted-types-for 'script'";

/** The same for a page with @plotdb/block, whose parts (csscope) write styles as text into nodes of their own. */
export const strictForBlocks = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-src 'self'";

export const problem = (status, id, code, detail, more = {}) =>
  ({ status, body: { name: "lderror", id, code, detail, status, title: code, ...more } });

export class Server {
  accounts = new Map();
  session = null;
  config = { signup: "open", username_pattern: "", password_pattern: "", password_min_length: 8, session_max_age: 1, social: [], jlinx: false };
  /** "POST login" → an answer, or a function of the body: instead of what would be answered. */
  instead = {};
  calls = [];
  policy = strict;

  async start() {
    this.server = createServer((request, response) => void this.#answer(request, response).catch((error) => {
      response.writeHead(500).end(String(error));
    }));
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  add(email, password, ...names) {
    this.accounts.set(email, { password, verified: true, users: names.map((name, at) => ({ id: `${email}/${at}`, name })) });
  }

  count(call) {
    return this.calls.filter((one) => one.call === call).length;
  }

  body(call) {
    return this.calls.findLast((one) => one.call === call)?.body;
  }

  logIn(email) {
    const { users } = this.accounts.get(email);
    this.session = { email, user: users.length === 1 ? users[0].id : null };
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, this.url);
    if (pathname.startsWith("/api/auth/"))
      return this.#api(request, response, `${request.method} ${pathname.slice("/api/auth/".length)}`);
    if (pathname === "/favicon.ico")
      return response.writeHead(204).end();
    const file = fileOf(pathname);
    const text = await readFile(file).catch(() => null);
    response.writeHead(text ? 200 : 404, {
      "Content-Type": `${types[extname(file)] ?? "text/plain"}; charset=utf-8`, "Cache-Control": "no-store",
      ...(extname(file) === ".html" && pathname.startsWith("/pages/") ? { "Content-Security-Policy": this.policy } : {}),
    }).end(text ?? "");
  }

  async #api(request, response, call) {
    const chunks = [];
    for await (const chunk of request)
      chunks.push(chunk);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks)) : undefined;
    this.calls.push({ call, body });
    const told = this.instead[call];
    const answer = (typeof told === "function" ? await told(body) : told) ?? this.#usual(call, body ?? {});
    if (answer === "cut")
      return request.destroy();
    response.writeHead(answer.status ?? 200, {
      "Content-Type": answer.status >= 400 ? "application/problem+json" : "application/json", ...answer.headers,
    }).end(JSON.stringify(answer.body ?? {}));
  }

  #usual(call, body) {
    const account = this.accounts.get(body.email ?? body.username);
    switch (call) {
      case "GET info": return { body: this.#global() };
      case "POST login":
        if (account?.password !== body.password)
          return problem(401, 1012, "invalid_credentials", "The email or the password is not right.");
        if (!account.verified)
          return problem(403, 1021, "account_unverified", "Not verified yet.");
        this.logIn(body.email ?? body.username);
        return {};
      case "POST signup": return { status: 202, body: { status: "check_email" } };
      case "POST mail/verify": return { status: 202, body: { status: "check_email" } };
      case "POST passwd": return { status: 202, body: { status: "check_email" } };
      case "PATCH session": this.session.user = body.user_id; return {};
      case "POST logout": this.session = null; return {};
      default: return problem(404, 404, "not_found", "There is nothing here.");
    }
  }

  #global() {
    const account = this.session && this.accounts.get(this.session.email);
    const user = account ? {
      key: this.session.email, username: null, verified: { date: 1 }, config: {}, users: account.users, user_id: this.session.user,
      displayname: (account.users.find(({ id }) => id === this.session.user) ?? account.users[0]).name,
    } : {};
    return { user, ip: "127.0.0.1", production: false, version: "test", config: this.config };
  }
}

/** The block answers to both its names, in either place. */
function fileOf(pathname) {
  if (pathname.startsWith("/pages/"))
    return join(here, pathname);
  if (pathname.startsWith("/npm/"))
    return join(here, "node_modules", pathname.slice("/npm/".length));
  const block = /^\/assets\/(?:block|lib)\/(?:@servebase\/)?auth\/main\/(?:index|base)\.html$/.test(pathname);
  return join(built, block ? "assets/block/auth/main/index.html" : pathname);
}

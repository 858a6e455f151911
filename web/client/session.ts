/** Sends a request the way this page's session is carried. The two ways: the browser's cookie, and an access token. */
export interface SessionCarrier {
  send(url: URL, init: RequestInit): Promise<Response>;
}

/** The cookie is the browser's business; other sites' pages may use it where the server allows their origin. */
export const cookieCarrier: SessionCarrier = {
  send: (url, init) => fetch(url, { ...init, credentials: "include" }),
};

// An API of its own: it knows Gatehouse's public keys and nothing else. Settings: ISSUER, AUDIENCE, JWKS, PORT.
import { createServer } from 'node:http';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const { ISSUER = 'http://localhost:8080', AUDIENCE = ISSUER, JWKS = `${ISSUER}/.well-known/jwks.json`, PORT = 0 } = process.env;
const keys = createRemoteJWKSet(new URL(JWKS));
const rules = { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', algorithms: ['RS256'], requiredClaims: ['sub', 'exp', 'sid'] };

async function answer(request) {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!token) return [401, {}, 'Bearer'];
  try {
    const { payload } = await jwtVerify(token, keys, rules);
    return [200, { account: payload.sub, user: payload.user_id ?? null }];
  } catch (error) {
    const unreachable = error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError);
    return unreachable ? [503, {}] : [401, {}, 'Bearer error="invalid_token"']; // no keys: nobody can tell
  }
}

const server = createServer(async (request, response) => {
  const [status, body, challenge] = await answer(request);
  response.writeHead(status, { 'Content-Type': 'application/json', ...(challenge && { 'WWW-Authenticate': challenge }) });
  response.end(JSON.stringify(body));
});
server.listen(PORT, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

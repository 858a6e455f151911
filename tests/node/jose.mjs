// The independent implementation of JOSE that access tokens are compared with.
// verify: {jwks, token, options} in, {header, claims} out. The exit code is 1 when jose refuses the token.
// verifyRemote: the same with a url in place of jwks, which jose fetches.
// sign: {pkcs8, tokens: [{alg, header, claims, secret?}]} in, an array of tokens out. Without a secret (base64) the RSA
// key signs, or a fresh key where the algorithm needs another kind; alg "JWE" makes a five-part token.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { text } from 'node:stream/consumers';
import * as jose from 'jose';

const encode = (claims) => new TextEncoder().encode(JSON.stringify(claims));

const verify = ({ jwks, ...rest }) => verifyBy(jose.createLocalJWKSet(jwks), rest);

const verifyRemote = ({ url, ...rest }) => verifyBy(jose.createRemoteJWKSet(new URL(url)), rest);

async function verifyBy(keys, { token, options }) {
  const { protectedHeader, payload } = await jose.jwtVerify(token, keys, {
    ...options,
    currentDate: new Date(options.now * 1000),
  });
  return { header: protectedHeader, claims: payload };
}

async function sign({ pkcs8, tokens }) {
  const rsa = createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' });
  const ec = (await jose.generateKeyPair('ES256')).privateKey;
  const ed = (await jose.generateKeyPair('EdDSA')).privateKey;

  return Promise.all(tokens.map(({ alg, header, claims, secret }) => {
    if (alg === 'JWE') {
      return new jose.CompactEncrypt(encode(claims))
        .setProtectedHeader({ ...header, alg: 'RSA-OAEP-256', enc: 'A256GCM' })
        .encrypt(createPublicKey(rsa));
    }
    const key = secret ? Buffer.from(secret, 'base64') : alg.startsWith('ES') ? ec : alg === 'EdDSA' ? ed : rsa;
    const crit = Object.fromEntries((header.crit ?? []).map((name) => [name, true]));
    return new jose.CompactSign(encode(claims)).setProtectedHeader({ alg, ...header }).sign(key, { crit });
  }));
}

const modes = { verify, verifyRemote, sign };
const answer = await modes[process.argv[2]](JSON.parse(await text(process.stdin)));
process.stdout.write(JSON.stringify(answer));

// An OpenID Connect provider of somebody else's making: npm's oidc-provider, as it comes, with its own login pages.
//   node oidc-provider.mjs PORT REDIRECT_URI [ALGORITHM]
// Prints one line when it listens. A customer logs in as anybody: "ada" is ada@example.com, verified; a name that ends in
// "-unverified" has an email that the provider doesn't vouch for; one that ends in "-nameless" has none. Reads commands from
// its input: "rotate" puts a new signing key in the place of the old, and "revoke" forgets every login.
import { createInterface } from "node:readline";
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const [port, redirectUri, algorithm = "RS256"] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

let serial = 0;
function newKey() {
  const { privateKey } = algorithm === "ES256"
    ? generateKeyPairSync("ec", { namedCurve: "P-256" })
    : generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: `key-${++serial}`, use: "sig", alg: algorithm };
}

function claimsOf(sub) {
  const email = sub.endsWith("-nameless") ? {} : { email: `${sub}@example.com`, email_verified: !sub.endsWith("-unverified") };
  return { sub, name: sub[0].toUpperCase() + sub.slice(1), ...email };
}

const newProvider = () => {
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "gatehouse", client_secret: "a secret between the two of them", redirect_uris: [redirectUri],
      response_types: ["code"], grant_types: ["authorization_code"], id_token_signed_response_alg: algorithm,
    }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => claimsOf(sub) }),
    jwks: { keys: [newKey()] },
    pkce: { required: () => true },
    cookies: { keys: ["a key of the tests"] },
    features: { devInteractions: { enabled: true } },
    ttl: { Session: 3600, Grant: 3600, Interaction: 3600, AccessToken: 3600, IdToken: 3600 },
  });
  return provider.callback();
};

let serve = newProvider();
createServer((request, response) => serve(request, response)).listen(Number(port), "127.0.0.1", () => console.log("ready"));

createInterface({ input: process.stdin }).on("line", (line) => {
  if (line === "rotate")
    serve = newProvider();
  console.log("done");
});

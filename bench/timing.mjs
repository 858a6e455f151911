// Asks whether time tells a known address from an unknown one (GH-SEC-007): interleaved samples of each, Welch's t and
// the area under the ROC curve. Aims: |t| < 4.5 and AUC <= 0.55. Run it against a quiet machine:
//
//   ./serve --urls http://127.0.0.1:8090 --Gatehouse:RateLimits:Enabled false --Gatehouse:Database "Data Source=/tmp/t.db"
//   node bench/timing.mjs http://127.0.0.1:8090 [samples]

import { randomInt } from 'node:crypto';

const base = process.argv[2] ?? 'http://127.0.0.1:8090';
const samples = Number(process.argv[3] ?? 2000);
const run = Date.now().toString(36);

const post = (path, body) => fetch(base + path, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
});

async function time(path, body) {
  const start = process.hrtime.bigint();
  const response = await post(path, body);
  await response.arrayBuffer();
  return Number(process.hrtime.bigint() - start) / 1e3;
}

async function mailTo(address) {
  for (let tries = 0; tries < 200; tries++) {
    const { mails } = await (await fetch(`${base}/dev/mail.json?to=${encodeURIComponent(address)}`)).json();
    if (mails.length > 0) return mails[0].links[0].split('/').pop();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('no mail came');
}

async function join(address) {
  await post('/api/auth/signup', { email: address, password: 'a long enough secret' });
  const token = await mailTo(address);
  await post(`/api/auth/mail/verify/${token}`, { password: 'a long enough secret', user_name: 'Someone' });
}

const mean = (xs) => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const variance = (xs, m) => xs.reduce((sum, x) => sum + (x - m) ** 2, 0) / (xs.length - 1);
const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];

function welch(a, b) {
  const [ma, mb] = [mean(a), mean(b)];
  return (ma - mb) / Math.sqrt(variance(a, ma) / a.length + variance(b, mb) / b.length);
}

/** The chance that a random known sample is slower than a random unknown one, folded to 0.5 and above. */
function auc(a, b) {
  const all = [...a.map((x) => [x, 1]), ...b.map((x) => [x, 0])].sort((x, y) => x[0] - y[0]);
  let ranks = 0;
  all.forEach(([, known], index) => { if (known) ranks += index + 1; });
  const u = (ranks - (a.length * (a.length + 1)) / 2) / (a.length * b.length);
  return Math.max(u, 1 - u);
}

const known = `known-${run}@example.com`;
await join(known);

const cases = {
  login: (address) => time('/api/auth/login', { email: address, password: 'certainly not this one' }),
  signup: (address) => time('/api/auth/signup', { email: address, password: 'a long enough secret' }),
  recovery: (address) => time('/api/auth/passwd', { email: address }),
  resend: (address) => time('/api/auth/mail/verify', { email: address }),
};

const only = process.argv[4];

for (const [name, ask] of Object.entries(cases).filter(([name]) => !only || name === only)) {
  const times = { known: [], unknown: [] };
  for (let i = 0; i < samples + 200; i++) {
    // Which comes first is thrown for, so that neither class always follows the other's garbage.
    const order = randomInt(2) === 0 ? ['known', 'unknown'] : ['unknown', 'known'];
    for (const which of order) {
      const address = which === 'known' ? known : `unknown-${run}-${name}-${i}@example.com`;
      const micros = await ask(address);
      if (i >= 200) times[which].push(micros);
    }
  }
  // The slowest hundredth is the machine's, not ours.
  const cut = (xs) => [...xs].sort((x, y) => x - y).slice(0, Math.floor(xs.length * 0.99));
  const [a, b] = [cut(times.known), cut(times.unknown)];
  console.log(`${name.padEnd(9)} known ${median(a).toFixed(0)} µs, unknown ${median(b).toFixed(0)} µs, `
    + `t ${welch(a, b).toFixed(2)}, AUC ${auc(times.known, times.unknown).toFixed(3)}`);
}

// Many linked accounts on one server: what they cost at rest, and how long a yes takes to let a browser in.
//   node bench/jlinx.mjs [accounts] [logins]        the server must be built (Release); npm ci in tests/node
// Each account has a connection of its own, as a customer's program has; all are one Node process, from the written format alone.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const accounts = Number(process.argv[2] ?? 1000)
const logins = Number(process.argv[3] ?? 200)
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-jlinx-'))
const port = await freePort()
const address = `http://127.0.0.1:${port}`

const server = spawn('dotnet', [
  join(root, 'src/Gatehouse.Server/bin/Release/net10.0/Gatehouse.Server.dll'), '--urls', address,
  '--Gatehouse:RateLimits:Enabled', 'false', '--Logging:LogLevel:Default', 'Warning'
], { cwd: folder, env: { ...process.env, DOTNET_ENVIRONMENT: 'Development' }, stdio: 'ignore' })
const manager = spawn('node', [join(root, 'tests/node/jlinx/manager.mjs'), join(folder, 'manager')], {
  cwd: join(root, 'tests/node'), stdio: ['pipe', 'pipe', 'inherit']
})
const waiting = [] // { matches, resolve }
createInterface({ input: manager.stdout }).on('line', line => {
  const said = JSON.parse(line)
  const index = waiting.findIndex(({ matches }) => matches(said))
  if (index >= 0) waiting.splice(index, 1)[0].resolve(said)
})

try {
  await until(async () => (await fetch(`${address}/readyz`)).ok)
  const empty = residentMiB(server.pid)
  const ids = []
  const began = performance.now()
  for (let i = 0; i < accounts; i++) ids.push(await signUp(i))
  const perAccount = (performance.now() - began) / accounts
  await pause(5000)
  const full = residentMiB(server.pid)
  const times = []
  for (let i = 0; i < logins; i++) times.push(await logIn(ids[Math.floor((i * accounts) / logins)]))
  times.sort((a, b) => a - b)
  console.log(`${accounts} linked accounts, each with a live connection`)
  console.log(`sign-up, start to logged in    ${perAccount.toFixed(0)} ms`)
  console.log(`server at rest, none / all     ${empty} / ${full} MiB, ${(((full - empty) * 1024) / accounts).toFixed(0)} KiB an account`)
  console.log(`a yes to the browser being in  p50 ${at(times, 0.5)} ms, p99 ${at(times, 0.99)} ms over ${logins} logins`)
} finally {
  manager.kill()
  server.kill()
  rmSync(folder, { recursive: true, force: true })
}

async function signUp (number) {
  const offer = await post('/api/auth/jlinx/signup', {})
  const added = said(({ done, failed }) => done === 'add' || failed === 'add')
  tell({ do: 'add', link: offer.body.link, name: `Ada ${number}` })
  const { account, reason } = await added
  if (!account) throw new Error(reason)
  const ticket = await get(`/api/auth/jlinx/tickets/${offer.body.ticket}?wait=30`, offer.cookie)
  if (ticket.status !== 'approved') throw new Error(`not approved: ${ticket.status}`)
  return account
}

async function logIn (account) {
  const requested = said(({ event, account: of }) => event === 'requested' && of === account)
  const asked = await post('/api/auth/jlinx/login', { identifier: account })
  const { request } = await requested
  const answer = get(`/api/auth/jlinx/tickets/${asked.body.ticket}?wait=30`, asked.cookie)
  await pause(50) // the browser waits already
  const began = performance.now()
  tell({ do: 'approve', account, request })
  if ((await answer).status !== 'approved') throw new Error('not approved')
  return performance.now() - began
}

async function post (path, body) {
  const answer = await fetch(address + path, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body)
  })
  if (!answer.ok) throw new Error(await answer.text())
  return { body: await answer.json(), cookie: answer.headers.getSetCookie().map(line => line.split(';')[0]).join('; ') }
}

async function get (path, cookie) {
  return (await fetch(address + path, { headers: { cookie } })).json()
}

function said (matches) {
  return new Promise(resolve => waiting.push({ matches, resolve }))
}

function tell (command) {
  manager.stdin.write(JSON.stringify(command) + '\n')
}

function at (sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1)
}

function residentMiB (pid) {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024)
}

function pause (milliseconds) {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}

async function until (holds) {
  for (let i = 0; i < 300; i++) {
    if (await holds().catch(() => false)) return
    await pause(100)
  }
  throw new Error('the server did not come up')
}

function freePort () {
  return new Promise(resolve => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const { port } = listener.address()
      listener.close(() => resolve(port))
    })
  })
}

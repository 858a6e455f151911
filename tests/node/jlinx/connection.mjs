// Connections: npm's secret stream over a WebSocket or TCP, and the cores that are replicated over it.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createTcpServer, connect } from 'node:net'
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket, WebSocketServer, createWebSocketStream } from 'ws'
import { Hypercore, Malformed, fromU, limits, manifestOf } from './format.mjs'

const require = createRequire(import.meta.url)
const SecretStream = require('@hyperswarm/secret-stream')

export const subProtocol = 'hypercore-secret-stream'
const channel = (core) => ({ protocol: 'hypercore/alpha', id: core.discoveryKey })

// A connection to a service of an app, once it has shown the key that it should have.
export async function dial ({ type, endpoint, noise }, keyPair) {
  const url = new URL(endpoint)
  const carrier = type === 'hypercore-ws'
    ? createWebSocketStream(new WebSocket(endpoint, subProtocol))
    : connect(Number(url.port), url.hostname.replace(/^\[|\]$/g, ''))
  carrier.on('error', () => {})
  const stream = new SecretStream(true, carrier, { keyPair })
  stream.on('error', () => {})
  if (!await stream.opened) throw new Malformed('the service does not answer')
  if (!stream.remotePublicKey.equals(fromU(noise, 32))) {
    stream.destroy()
    throw new Malformed('the service has another static key')
  }
  return Hypercore.createProtocolStream(stream).noiseStream
}

export const attach = (stream, core) => core.replicate(stream.userData)

// The other side may have refused a core that it didn't know yet: ask again.
export function attachAgain (stream, core) {
  if (!stream.destroyed && !stream.userData.opened(channel(core))) attach(stream, core)
}

// An app's end. It opens a core on a connection only where the core was asked for.
export class Doors {
  constructor (keyPair) {
    this.keyPair = keyPair
    this.cores = new Map()
    this.asked = new Map()
    this.ports = []
  }

  add (core) {
    const name = core.discoveryKey.toString('hex')
    this.cores.set(name, core)
    for (const [stream, names] of this.asked) {
      if (names.has(name)) attach(stream, core)
    }
  }

  // Another core of the same key, for whoever dials again.
  replace (core) {
    this.cores.set(core.discoveryKey.toString('hex'), core)
    for (const stream of this.asked.keys()) stream.destroy()
  }

  webSocket (server, path) {
    const handleProtocols = (names) => names.has(subProtocol) && subProtocol
    const sockets = new WebSocketServer({ server, path, handleProtocols })
    sockets.on('connection', (socket) => {
      if (socket.protocol === subProtocol && !this.hasLeft) this.accept(createWebSocketStream(socket))
      else socket.close(1002)
    })
  }

  // Nobody gets in any more by a WebSocket, nor by a port but the last, and who is in has to dial again.
  leave () {
    for (const server of this.ports.slice(0, -1)) server.close()
    this.leaveWebSocket()
  }

  leaveWebSocket () {
    this.hasLeft = true
    for (const stream of this.asked.keys()) stream.destroy()
  }

  async tcp (dialled = () => {}) {
    const server = createTcpServer((socket) => {
      dialled()
      this.accept(socket)
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    this.ports.push(server)
    return server.address().port
  }

  accept (carrier) {
    carrier.on('error', () => {})
    const stream = new SecretStream(false, carrier, { keyPair: this.keyPair })
    stream.on('error', () => {})
    stream.on('close', () => this.asked.delete(stream))
    this.asked.set(stream, new Set())
    Hypercore.createProtocolStream(stream, {
      ondiscoverykey: async (discoveryKey) => {
        const name = discoveryKey.toString('hex')
        this.asked.get(stream)?.add(name)
        const core = this.cores.get(name)
        if (core) attach(stream, core)
      }
    })
  }
}

export async function writable (store, keyPair) {
  const core = store.get({ keyPair, manifest: manifestOf(keyPair.publicKey) })
  await core.ready()
  return core
}

export async function readable (store, key) {
  const core = store.get({ key })
  await core.ready()
  core.download({ start: 0, end: -1 })
  return core
}

// All blocks of a core as far as it is signed when this is called.
export async function blocksOf (core, timeout = 8000) {
  await within(timeout, core.get(0))
  if (core.length > limits.blocks || core.byteLength > limits.bytes) throw new Malformed('the document is too long')
  return Promise.all(Array.from({ length: core.length }, (_, index) => core.get(index, { timeout })))
}

// Hands over block after block, in order and one at a time, for as long as the core is open.
export async function follow (core, from, take) {
  for (let index = from; ; index++) {
    const block = await core.get(index).catch(() => null)
    if (block === null || await take(index, block) === false) return
  }
}

function within (milliseconds, promise) {
  let timer
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(reject, milliseconds, new Malformed('no answer in time'))
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

// The folder that the first argument names, or one that is gone afterwards.
export function workFolder () {
  if (process.argv[2]) return process.argv[2]
  const folder = mkdtempSync(join(tmpdir(), 'jlinx-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

// One thing after another: a block's key and signature depend on where it comes to stand.
export function queue () {
  let last = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => {})
    return result
  }
}

export const say = (what) => process.stdout.write(JSON.stringify(what) + '\n')
// npm's hypercore tells of a conflict there.
console.log = console.error

// Commands come as JSON lines; each is answered by one line, between the lines that tell what happened.
export async function obey (commands) {
  for await (const line of createInterface({ input: process.stdin })) {
    let name
    try {
      const { do: command, ...rest } = JSON.parse(line)
      name = command
      if (!Object.hasOwn(commands, name)) throw new Error('no such command')
      say({ done: name, ...await commands[name](rest) })
    } catch (error) {
      say({ failed: name, reason: error.message, ...(error instanceof Malformed || { stack: error.stack }) })
    }
  }
  process.exit(0)
}

// An npm hypercore peer that is told what to do: a JSON object per line in, one per line out, in order.
import { createServer, connect } from 'node:net'
import { createInterface } from 'node:readline'
import Hypercore from 'hypercore'
import Corestore from 'corestore'
import { createRequire } from 'node:module'
import { WebSocketServer, WebSocket, createWebSocketStream } from 'ws'

const require = createRequire(import.meta.url)
const crypto = require('hypercore-crypto')
const { partialSignature, assemble } = require('hypercore/lib/multisig.js')

const folder = process.argv[2]
const protocol = 'hypercore-secret-stream'
const cores = new Map()
let store = null
let count = 0
const conflicts = new Map()

const open = async (name, core) => {
  await core.ready()
  cores.set(name, core)
  return { key: core.key.toString('hex'), length: core.length }
}

// A store replicates all its cores over one stream; without one the first core replicates itself.
const replicate = (isInitiator, carrier) => {
  const stream = (store ?? cores.values().next().value).replicate(isInitiator)
  stream.on('error', () => {})
  carrier.on('error', () => {})
  stream.pipe(carrier).pipe(stream)
}

const commands = {
  store: async () => {
    store = new Corestore(`${folder}/store`)
    await store.ready()
    return {}
  },
  core: ({ name, key }) => {
    const options = key ? { key: Buffer.from(key, 'hex') } : {}
    return open(name, store
      ? store.get(key ? options : { name })
      : new Hypercore(`${folder}/core-${count++}`, options.key))
  },
  cores: async ({ name, count }) => {
    const keys = []
    for (let i = 0; i < count; i++) {
      const { key } = await commands.core({ name: `${name} ${i}` })
      keys.push(key)
    }
    return { keys }
  },
  // The same seed at two peers is one writer with two histories.
  writer: async ({ name, seed }) => {
    const keyPair = crypto.keyPair(Buffer.alloc(32, seed))
    const core = new Hypercore(`${folder}/core-${count++}`, { keyPair })
    core.on('conflict', (length) => conflicts.set(name, length))
    return open(name, core)
  },
  // The length of the two histories that npm has noticed; 0 while it has noticed none.
  conflict: async ({ name }) => ({ length: conflicts.get(name) ?? 0 }),
  compat: ({ name }) => open(name, new Hypercore(`${folder}/core-${count++}`, { compat: true })),
  // Forgets its cores, which must not be of a store.
  close: async () => {
    for (const core of cores.values()) await core.close()
    cores.clear()
    return {}
  },
  append: async ({ name, blocks }) => {
    await cores.get(name).append(blocks.map((block) => Buffer.from(block)))
    return { length: cores.get(name).length }
  },
  fill: async ({ name, count, text }) => {
    await cores.get(name).append(Array.from({ length: count }, (_, i) => Buffer.from(`${text} ${i}`)))
    return { length: cores.get(name).length }
  },
  get: async ({ name, index }) => ({ block: (await cores.get(name).get(index)).toString() }),
  download: async ({ name }) => {
    cores.get(name).download({ start: 0, end: -1 })
    return {}
  },
  downloadAll: async ({ name, count }) => {
    await cores.get(name).download({ start: 0, end: count }).done()
    return {}
  },
  // One in so many of the first blocks: the others it lacks.
  downloadSome: async ({ name, count, step }) => {
    const blocks = Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step)
    await cores.get(name).download({ blocks }).done()
    return {}
  },
  // Two of three sign the same tree; whoever reads needs both.
  multisig: async ({ name, blocks }) => {
    const pairs = [1, 2, 3].map((n) => crypto.keyPair(Buffer.alloc(32, n)))
    const manifest = { version: 1, quorum: 2, signers: pairs.map(({ publicKey }) => ({ publicKey })) }
    const values = blocks.map((block) => Buffer.from(block))
    const parts = []
    for (const signer of [0, 2]) {
      const core = new Hypercore(`${folder}/core-${count++}`, { manifest, keyPair: pairs[signer] })
      await core.append(values)
      parts.push(await partialSignature(core.core, signer, core.length))
      await core.close()
    }
    const core = new Hypercore(`${folder}/core-${count++}`, { manifest, writable: true })
    const opened = await open(name, core)
    await core.append(values, { signature: assemble(parts) })
    return { ...opened, length: core.length }
  },
  dial: ({ port, ws }) => new Promise((resolve, reject) => {
    if (ws) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, protocol)
      socket.once('open', () => resolve({}))
      socket.once('error', reject)
      replicate(true, createWebSocketStream(socket))
    } else {
      const socket = connect(port, '127.0.0.1', () => resolve({}))
      socket.once('error', reject)
      replicate(true, socket)
    }
  }),
  listen: ({ ws }) => new Promise((resolve) => {
    if (ws) {
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => protocol })
      server.on('connection', (socket) => replicate(false, createWebSocketStream(socket)))
      server.on('listening', () => resolve({ port: server.address().port }))
    } else {
      const server = createServer((socket) => replicate(false, socket))
      server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port }))
    }
  })
}

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
console.log = () => {} // where npm's hypercore says that it has found two histories

for await (const line of createInterface({ input: process.stdin })) {
  const { op, ...rest } = JSON.parse(line)
  try {
    answer(await commands[op](rest))
  } catch (error) {
    answer({ error: String(error?.stack ?? error) })
  }
}
process.exit(0)

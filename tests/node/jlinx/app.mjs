// A site with Gatehouse's documents: node app.mjs [folder]. What it may be told is at the end of this file.
import { createServer } from 'node:http'
import { join } from 'node:path'
import Corestore from 'corestore'
import {
  Malformed, canonical, crypto, didOf, fromU, H32, idOf, isProven, isVersionOf, limits, linkOf, makeHeader, newEventId,
  nextKeyHash, parseDid, parseId, randomBytes, readHeader, secretHash, signerOf, timeAt, tokenHash, u, versionOf
} from './format.mjs'
import { faultOfNo, faultOfYes } from './answers.mjs'
import { Events, foldDid } from './events.mjs'
import { Pair, newEncryptionPair } from './pair.mjs'
import { Doors, blocksOf, follow, obey, queue, readable, say, workFolder, writable } from './connection.mjs'

const minute = 60_000
const offerFor = 10 * minute
const requestFor = 2 * minute
const loginLinkFor = 2 * minute
const blockedFor = 60 * minute

const folder = workFolder()
const store = new Corestore(join(folder, 'store'))
const noise = crypto.keyPair()
const doors = new Doors(noise)
const http = createServer(serve)
await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve))
doors.webSocket(http, '/jlinx/replicate')

const origin = `http://127.0.0.1:${http.address().port}`
const service = [
  { type: 'hypercore-ws', endpoint: `${origin.replace('http', 'ws')}/jlinx/replicate`, noise: u(noise.publicKey) },
  { type: 'hypercore-tcp', endpoint: `tcp://127.0.0.1:${await doors.tcp()}`, noise: u(noise.publicKey) }
]
const site = { origin, name: 'Node app' }
const elsewhere = { origin: 'https://elsewhere.example', name: 'Elsewhere' }
const signer = crypto.keyPair()
const added = crypto.keyPair()
const did = await newDid(site, signer, ['KeyAdded', { key: u(added.publicKey) }])
let published = { did, service }

const offers = new Map()
const accounts = new Map()
let latest = null
let forks = 0

function eventOf (type, data, id = newEventId(), at = timeAt(Date.now())) {
  return JSON.stringify({ type, id, at, data })
}

async function newDid (app, keyPair, event, more = []) {
  const core = await writable(store, keyPair)
  const author = didOf(core.key)
  await core.append(makeHeader('Did', { author, app, service }, core.key, keyPair.secretKey))
  if (event) await core.append(eventOf(...event))
  await core.append(more)
  core.on('upload', (index) => say({ event: 'sent', did: author, index }))
  doors.add(core)
  return author
}

async function serve (request, response) {
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body && JSON.stringify(body))
  }
  if (request.method === 'GET' && request.url === '/.well-known/jlinx.json') {
    say({ event: 'looked_up' })
    return answer(200, published)
  }
  if (request.method !== 'POST' || request.url !== '/jlinx/accounts') return answer(404)
  try {
    const parts = []
    for await (const part of request) parts.push(part)
    const { app_account: id } = JSON.parse(Buffer.concat(parts))
    accept(parseId(id).key, null)
    answer(202)
  } catch {
    answer(422)
  }
}

// Sign up

class Account {
  constructor () {
    this.keyPair = crypto.keyPair()
    this.enc = newEncryptionPair()
    this.secret = randomBytes(32)
    this.tokens = new Map()
    this.inTurn = queue()
    this.request = null
    this.blockedUntil = 0
    this.stopped = null
  }

  get id () { return idOf(this.appAccount.key) }
  tell (event, more) { say({ event, account: this.id, ...more }) }

  async offer ({ addedKey = false, wrong }) {
    const isWrong = (what, otherwise, value) => wrong === what ? otherwise : value
    const pair = crypto.keyPair()
    const another = await {
      author: () => newDid(site, pair),
      did: () => newDid(site, pair),
      didOrigin: () => newDid(elsewhere, pair),
      revoked: () => newDid(site, pair, ['KeyRevoked', { key: u(pair.publicKey) }]),
      deactivated: () => newDid(site, pair, ['Deactivated', {}]),
      longDid: () => newDid(site, pair, null, Array(limits.blocks).fill('{}')),
      largeBlock: () => newDid(site, pair, null, [Buffer.alloc(32 * limits.event)])
    }[wrong]?.()
    const isByAnother = another && wrong !== 'did'
    const author = isByAnother ? pair : addedKey ? added : isWrong('proof', pair, signer)
    this.wrong = wrong
    this.core = await writable(store, this.keyPair)
    this.expires = isWrong('endless', Date.parse('9999-12-31T23:59:59.999Z'), Date.now() + isWrong('expired', -1000, offerFor))
    await this.core.append(makeHeader('AppUser', {
      author: isByAnother ? another : did,
      enc: { x25519: u(isWrong('x25519', Buffer.alloc(32), this.enc.publicKey)), epoch: 0 },
      app: isWrong('origin', elsewhere, site),
      service,
      endpoint: `${isWrong('endpoint', elsewhere.origin, origin)}/jlinx/accounts`,
      signup: {
        secretHash: u(secretHash(isWrong('secret', randomBytes(32), this.secret))),
        expires: timeAt(this.expires)
      },
      ...isWrong('member', { surprise: true }),
      ...isWrong('oversize', { ext: { much: 'x'.repeat(limits.header) } })
    }, this.core.key, author.secretKey))
    await this.core.append(isWrong('longUser', Array(limits.blocks).fill(Buffer.alloc(64)), []))
    this.core.on('upload', (index) => this.appAccount || say({ event: 'sent', index }))
    doors.add(this.core)
    offers.set(idOf(this.core.key), this)
    // The well-known document is right again at the next offer.
    published = {
      did: wrong === 'author' ? did : another ?? did,
      service: isWrong('noise', service.map((each) => ({ ...each, noise: u(pair.publicKey) })), service)
    }
    return { app_user: idOf(this.core.key), link: linkOf(this.core.key, this.secret, origin), origin }
  }

  // Step 5: binds the pair, or throws.
  async bind (candidate, pasted) {
    const { core, header, author, accepted, pair } = candidate
    if (this.appAccount) throw new Malformed('the offer is taken')
    if (Date.now() >= this.expires || this.wrong === 'lapses') throw new Malformed('the offer has expired')
    if (!await isVersionOf(this.core, header.ref)) throw new Malformed('ref tells of another AppUser than ours')
    if (accepted?.type !== 'AccountAccepted') throw new Malformed('block 1 is not AccountAccepted')
    if (accepted.data.origin !== origin) throw new Malformed('it was accepted for another origin')
    const secret = accepted.data.signupSecret
    if (secret ? secret !== u(this.secret) : !pasted) throw new Malformed('the secret is wrong or missing')
    const old = this.succeeds(header, author)
    Object.assign(this, { appAccount: core, author, pair, events: candidate.events })
    accounts.set(latest = this.id, this)
    const seen = await versionOf(core, 2)
    if (this.wrong === 'opened') seen.treeHash = u(randomBytes(32))
    await this.write('AccountOpened', { ref: { id: this.id, ...seen } })
    this.tell('accepted', { app_user: idOf(this.core.key), did: author.did, ...(old && { succeeds: old.id }) })
    if (old) await old.inTurn(() => old.destroy())
    this.read()
  }

  // Who lost the keys of an account comes with the key that its Did committed to.
  succeeds (header, author) {
    const { prev } = author.header
    if (!prev && !header.prev) return null
    const old = header.prev && accounts.get(canonical(header.prev))
    const isNext = old?.author.did === prev && old.author.header.nextKeyHash === u(nextKeyHash(author.signer))
    return isNext ? old : fail('it succeeds nothing')
  }

  // Reading the AppAccount

  read () {
    follow(this.appAccount, 2, (index, block) => this.inTurn(async () => {
      const event = this.events.take(index, block, (at, sealed) => this.pair.open(at, sealed))
      if (event) await this.handlers[event.type]?.(event, index)
      return !this.events.ended && !this.stopped
    }))
    this.appAccount.on('conflict', () => this.stop('two histories were seen'))
    this.appAccount.on('verification-error', (error) => this.tell('unproven', { reason: error.message }))
  }

  handlers = {
    SessionApproved: async ({ data }, index) => {
      const wrong = await faultOfYes(this.request, data, index, (head) => isVersionOf(this.core, head))
      if (!wrong) this.request.answered = true
      this.answered(data.request, index, 'approved', wrong)
      if (wrong === 'head') this.stop('the approval tells of another AppUser than ours')
    },
    SessionRejected: async ({ data }, index) => {
      const wrong = faultOfNo(this.request, data)
      if (!wrong) this.request.answered = true
      if (!wrong && data.block) this.blockedUntil = Date.now() + blockedFor
      this.answered(data.request, index, 'rejected', wrong)
    },
    SessionEnded: async ({ data }) => this.tell('ended', { request: data.request }),
    SetProfile: async ({ data }) => this.tell('profile', { name: data.name }),
    GeneratedOnetimeLoginLink: async ({ id, data }) => {
      if (data.origin !== origin) return this.tell('ignored', { link: id, reason: 'the link is of another origin' })
      this.tokens.set(data.tokenHash, { link: id, until: Date.now() + loginLinkFor })
      this.tell('link', { link: id, tokenHash: data.tokenHash })
    },
    Rekey: async ({ data }, index) => {
      if (!this.pair.takeRekey(data)) return this.events.reject(index, 'a Rekey out of turn')
      await this.rekey()
      this.tell('rekeyed', { epoch: this.pair.writes })
    },
    DestroyedAccount: async () => {
      this.end('it was destroyed by the manager')
      this.tell('destroyed', { by: 'manager' })
    }
  }

  // `wrong` is why it doesn't count.
  answered (request, index, answer, wrong) {
    this.tell('answered', { request, index, answer: wrong ? 'none' : answer, ...(wrong && { wrong }) })
  }

  // Writing the AppUser

  async write (type, data, id = newEventId(), at = undefined) {
    if (this.stopped) throw new Malformed(this.stopped)
    const block = this.pair.seal(this.core.length, eventOf(type, data, id, at))
    await this.core.append(block)
    return { id, index: this.core.length - 1, block }
  }

  async ask ({ id: chosen, browser = 'Firefox on Linux', place = 'known', seconds = requestFor / 1000, expires, wrong }) {
    if (Date.now() < this.blockedUntil) fail('nobody may ask now')
    const accountLength = this.appAccount.contiguousLength
    const head = await versionOf(this.appAccount, accountLength)
    const data = {
      nonce: u(randomBytes(32)),
      origin: wrong === 'origin' ? 'https://elsewhere.example' : origin,
      expires: expires ?? timeAt(Date.now() + (wrong === 'expired' ? -1000 : seconds * 1000)),
      code: String(randomBytes(4).readUInt32LE() % 1000).padStart(3, '0'),
      browser,
      place,
      head: wrong === 'head' ? { ...head, treeHash: u(randomBytes(32)) } : head
    }
    const { id, block } = await this.write('SessionRequested', data, chosen)
    this.request = { ...data, id, hash: u(H32([block])), accountLength, answered: false }
    return { request: id, code: data.code, expires: data.expires }
  }

  async rekey () {
    const data = this.pair.rekey()
    if (data) await this.write('Rekey', data)
    this.pair.advance()
  }

  async destroy () {
    await this.write('DestroyedAccount', {})
    this.end('it was destroyed here')
    this.tell('destroyed', { by: 'app' })
  }

  stop (reason) {
    this.stopped = reason
    this.request = null
    this.tell('contradiction', { reason })
  }

  // Nobody can write or read any more.
  end (reason) {
    this.stopped = reason
    this.request = null
    this.tokens.clear()
    this.pair.erase()
    this.keyPair.secretKey.fill(0)
  }

  // What opening the link does.
  async redeem (token) {
    const hash = u(tokenHash(Buffer.from(token, 'base64url')))
    const found = this.tokens.get(hash)
    if (!this.tokens.delete(hash) || found.until <= Date.now()) return { redeemed: false }
    await this.write('RedeemedOnetimeLoginLink', { tokenHash: hash })
    return { redeemed: true, link: found.link }
  }
}

// Reads an AppAccount and its author before they are believed. `pasted` is the AppUser whose page it was pasted into.
async function accept (key, pasted) {
  const id = idOf(key)
  try {
    const core = await readable(store, key)
    doors.add(core)
    const blocks = await blocksOf(core)
    signerOf(core)
    const header = readHeader(blocks[0], 'AppAccount')
    const offer = offers.get(canonical(header.ref.id))
    if (!offer || (pasted && offers.get(pasted) !== offer)) throw new Malformed('it refers to no offer of ours')
    const didCore = await readable(store, parseDid(header.author))
    doors.add(didCore)
    const didBlocks = await blocksOf(didCore)
    const signer = signerOf(didCore)
    const author = { ...foldDid(didCore.key, signer, didBlocks), signer }
    const isBelieved = !author.ended && isProven(blocks[0], key, author.keys)
    if (!isBelieved) throw new Malformed('the proof of the AppAccount is wrong')
    await offer.inTurn(async () => {
      if (offer.appAccount) throw new Malformed('the offer is taken')
      const theirs = fromU(header.enc.x25519, 32)
      const pair = new Pair({ role: 'app', mine: offer.enc, theirs, appUser: offer.core.key, appAccount: key })
      const ignored = (index, reason) => say({ event: 'ignored', account: id, index, reason })
      const events = new Events('AppAccount', ignored)
      const accepted = blocks[1] && events.take(1, blocks[1], (index, block) => pair.open(index, block))
      await offer.bind({ core, header, author, accepted, pair, events }, pasted !== null)
    })
  } catch (error) {
    const { message: reason, stack } = error
    say({ event: 'refused', account: id, reason, ...(error instanceof Malformed || { stack }) })
  }
}

const fail = (reason) => { throw new Malformed(reason) }

const withAccount = (work) => ({ account: id, ...rest }) => {
  const account = accounts.get(id ?? latest)
  if (!account) throw new Malformed('no such account')
  return account.inTurn(() => work(account, rest))
}

const written = async (promise) => {
  const { id, index } = await promise
  return { id, index }
}

await obey({
  // {addedKey: true}: the proof is by a key that KeyAdded names; {wrong: origin | author | did | didOrigin | revoked |
  // deactivated | expired | proof | secret | endpoint | noise | x25519 | member | oversize | opened | lapses |
  // longDid | largeBlock | longUser | endless}
  offer: (options) => new Account().offer(options),
  // {app_user, app_account}: as if the id was pasted into the page that showed the offer.
  paste: async ({ app_user: offer, app_account: id }) => { accept(parseId(id).key, offer) },
  // {id, browser, place, seconds or expires, wrong: origin | expired | head}
  request: withAccount((account, options) => account.ask(options)),
  security: withAccount((account, { kind = 'logged_in', detail = '', browser = '' }) =>
    written(account.write('SecurityEvent', { event: kind, at: timeAt(Date.now()), detail, browser }))),
  redeem: withAccount((account, { token }) => account.redeem(token)),
  rekey: withAccount(async (account) => {
    await account.rekey()
    return { epoch: account.pair.writes }
  }),
  destroy: withAccount((account) => account.destroy()),
  accounts: async () => ({
    accounts: [...accounts.values()].map((account) => ({
      account: account.id,
      app_user: idOf(account.core.key),
      length: account.core.length,
      malformed: account.events.malformed,
      epochs: [account.pair.writes, account.pair.seen],
      stopped: account.stopped
    }))
  }),

  // The app moves, and its Did tells; {wrong: 'did'}: its origin names another Did since. {quietly: true}: it is gone from
  // where it was, and its Did tells nothing.
  move: async ({ quietly, wrong }) => {
    const port = await doors.tcp(() => say({ event: 'dialled_anew' }))
    const moved = [{ type: 'hypercore-tcp', endpoint: `tcp://127.0.0.1:${port}`, noise: u(noise.publicKey) }]
    published = { did: wrong === 'did' ? await newDid(site, crypto.keyPair()) : did, service: moved }
    if (quietly) doors.leave()
    else await (await writable(store, signer)).append(eventOf('ServiceSet', { service: moved }))
  },
  only_tcp: async () => doors.leaveWebSocket(), // what is in between lets no WebSocket through any more

  // What no app should do.

  // Any event: {type, data, id, at}; any block: {hex}; one that is too long.
  event: withAccount((account, { type, data = {}, id, at }) => written(account.write(type, data, id, at))),
  raw: withAccount(async ({ core }, { hex }) => {
    await core.append(Buffer.from(hex, 'hex'))
    return { index: core.length - 1 }
  }),
  oversize: withAccount(async ({ core }) => {
    await core.append(Buffer.concat([Buffer.from([1]), randomBytes(limits.event)]))
    return { index: core.length - 1 }
  }),
  // {blocks, of: 'did'}: more at once than a document may have.
  flood: withAccount(async ({ core }, { blocks, of }) =>
    (of === 'did' ? await writable(store, signer) : core).append(Array(blocks).fill(Buffer.from([1])))),
  // A second history of the AppUser, one block longer, for whoever dials again.
  fork: withAccount(async (account) => {
    const other = new Corestore(join(folder, `fork-${++forks}`))
    const core = await writable(other, account.keyPair)
    const header = await account.core.get(0)
    const text = (index) => eventOf('RedeemedOnetimeLoginLink', { tokenHash: u(H32([Buffer.from([index])])) })
    const blocks = Array.from({ length: account.core.length }, (_, index) => text(index))
    await core.append([header, ...blocks.map((event, index) => account.pair.seal(index + 1, event))])
    doors.replace(account.core = core)
    return { length: core.length }
  })
})

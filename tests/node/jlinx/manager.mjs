// An identity manager: node manager.mjs [folder]. What it may be told is at the end of this file.
import { join } from 'node:path'
import Corestore from 'corestore'
import {
  Malformed, canonical, crypto, didOf, fromU, H32, idOf, isProven, isServices, isVersionOf, keyOf, limits, makeHeader,
  newEventId, nextKeyHash, parseDid, parseId, parseLink, randomBytes, readHeader, secretHash, signerOf, timeAt,
  tokenHash, u, versionOf
} from './format.mjs'
import { Events, foldDid } from './events.mjs'
import { Pair, newEncryptionPair } from './pair.mjs'
import {
  attach, attachAgain, blocksOf, dial, follow, obey, queue, readable, say, workFolder, writable
} from './connection.mjs'

const folder = workFolder()
const store = new Corestore(join(folder, 'store'))
const askAgainAfter = 250
const accounts = new Map()
let latest = null
let forks = 0

class Account {
  constructor ({ tcp = false }) {
    this.tcp = tcp
    this.noise = crypto.keyPair()
    this.cores = []
    this.requests = new Map()
    this.inTurn = queue()
    this.stopped = null
  }

  get id () { return idOf(this.core.key) }
  tell (event, more) { say({ event, account: this.id, ...more }) }

  // Steps 2 and 3 of a sign-up: who is it that asks?

  async meet ({ key, secret, origin }) {
    const answer = await fetch(`${origin}/.well-known/jlinx.json`, { redirect: 'error' })
    const { did, service } = await answer.json()
    if (!answer.ok || !isServices(service)) throw new Malformed('jlinx.json is no good')
    this.service = service.find(({ type }) => type === (this.tcp ? 'hypercore-tcp' : 'hypercore-ws'))
    if (!this.service) throw new Malformed('the app has no such service')
    this.appDid = await readable(store, parseDid(did))
    this.appUser = await readable(store, key)
    this.cores.push(this.appDid, this.appUser)
    await this.connect()
    await this.judge(origin, secret)
  }

  async judge (origin, secret) {
    const blocks = await blocksOf(this.appDid)
    this.app = foldDid(this.appDid.key, signerOf(this.appDid), blocks)
    const [block] = await blocksOf(this.appUser)
    signerOf(this.appUser)
    const header = this.header = readHeader(block, 'AppUser')
    const refuse = (reason) => { throw new Malformed(reason) }
    if (this.app.ended) refuse('the Did has ended')
    if (header.author !== this.app.did) refuse('the AppUser is not by the Did of jlinx.json')
    if (!isProven(block, this.appUser.key, this.app.keys)) refuse('the proof of the AppUser is wrong')
    if (this.app.header.app?.origin !== origin) refuse('the Did is of another origin')
    if (header.app.origin !== origin) refuse('the AppUser is of another origin')
    if (header.endpoint && new URL(header.endpoint).origin !== origin) refuse('the endpoint is at another origin')
    if (Date.parse(header.signup.expires) <= Date.now()) refuse('the offer has expired')
    if (secret && u(secretHash(secret)) !== header.signup.secretHash) refuse('the secret is not the one of the offer')
    this.origin = origin
    this.secret = secret
  }

  // `old` is an account whose keys were lost, all but the one that was kept apart.
  async create ({ name, old, addedKey, wrong }) {
    const isWrong = (what, otherwise, value) => wrong === what ? otherwise : value
    const random = randomBytes(32)
    const signer = isWrong('successor', null, old?.nextKey) ?? crypto.keyPair()
    const added = addedKey ? crypto.keyPair() : signer
    this.nextKey = crypto.keyPair()
    this.did = await writable(store, signer)
    const author = didOf(this.did.key)
    await this.did.append(makeHeader('Did', {
      author, nextKeyHash: u(nextKeyHash(this.nextKey.publicKey)), ...(old && { prev: didOf(old.did.key) })
    }, this.did.key, signer.secretKey))
    if (addedKey) await this.did.append(eventOf('KeyAdded', { key: u(added.publicKey) }))
    if (wrong === 'revoked') await this.did.append(eventOf('KeyRevoked', { key: u(added.publicKey) }))
    if (wrong === 'deactivated') await this.did.append(eventOf('Deactivated', {}))

    this.keyPair = crypto.keyPair()
    const enc = newEncryptionPair()
    const key = keyOf(this.keyPair.publicKey)
    const theirs = fromU(this.header.enc.x25519, 32)
    this.pair = new Pair({ role: 'account', mine: enc, theirs, appUser: this.appUser.key, appAccount: key })
    const { length, treeHash } = await versionOf(this.appUser, 1)
    this.firstBlock = makeHeader('AppAccount', {
      author: isWrong('author', this.app.did, author),
      enc: { x25519: u(isWrong('x25519', Buffer.alloc(32), enc.publicKey)), epoch: 0 },
      ref: {
        id: idOf(isWrong('id', random, this.appUser.key)),
        length: isWrong('length', length + 1, length),
        treeHash: isWrong('treeHash', u(random), treeHash)
      },
      ...(old && { prev: old.id }),
      ...isWrong('member', { surprise: true }),
      ...isWrong('oversize', { ext: { much: 'x'.repeat(limits.header) } })
    }, key, isWrong('proof', crypto.keyPair(), added).secretKey)
    const secret = this.secret && { signupSecret: u(isWrong('secret', random, this.secret)) }
    const origin = isWrong('origin', 'https://elsewhere.example', this.origin)
    const events = [eventOf('AccountAccepted', { origin, ...secret })]
    if (name) events.push(eventOf('SetProfile', { name }))
    if (wrong === 'order') events.unshift(eventOf('SetProfile', { name: 'First' }))
    this.core = await writable(store, this.keyPair)
    await this.core.append([this.firstBlock, ...events.map((event, index) => this.pair.seal(index + 1, event))])
    this.cores.push(this.core, this.did)
    for (const core of [this.core, this.did]) attach(this.stream, core)
    this.read()
  }

  async post () {
    if (!this.header.endpoint) throw new Malformed('the app has no endpoint to post to')
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ app_account: this.id })
    const answer = await fetch(this.header.endpoint, { method: 'POST', redirect: 'error', headers, body })
    return answer.status
  }

  // The connection

  async connect () {
    const stream = this.stream = await dial(this.service, this.noise)
    for (const core of this.cores) attach(stream, core)
    const timer = setInterval(() => this.cores.forEach((core) => attachAgain(stream, core)), askAgainAfter)
    stream.on('close', () => {
      clearInterval(timer)
      if (stream === this.stream && !this.away) this.reconnect()
    })
  }

  reconnect () {
    setTimeout(() => !this.away && this.connect().catch(() => this.reconnect()), askAgainAfter)
  }

  disconnect () {
    this.away = true
    this.stream.destroy()
  }

  // Reading the AppUser

  read () {
    this.events = new Events('AppUser', (index, reason) => this.tell('ignored', { index, reason }))
    follow(this.appUser, 1, (index, block) => this.inTurn(async () => {
      const event = this.events.take(index, block, (at, sealed) => this.pair.open(at, sealed))
      if (event) await this.handlers[event.type](event, block, index)
      return !this.events.ended && !this.stopped
    }))
    this.appUser.on('conflict', () => this.stop('two histories were seen'))
    this.appUser.on('verification-error', (error) => this.tell('unproven', { reason: error.message }))
  }

  handlers = {
    AccountOpened: async ({ data: { ref } }) => {
      const isOurs = canonical(ref.id) === this.id && await isVersionOf(this.core, ref)
      if (!isOurs) return this.stop('AccountOpened tells of another AppAccount than ours')
      this.tell('opened', { length: ref.length })
    },
    SessionRequested: async ({ id, data }, block) => {
      const ignore = (reason) => this.tell('ignored', { request: id, reason })
      const isOurs = await isVersionOf(this.core, data.head)
      if (!isOurs) return this.stop('the request tells of another AppAccount than ours')
      if (data.origin !== this.origin) return ignore('the request is of another origin')
      if (Date.parse(data.expires) <= Date.now()) return ignore('the request has expired')
      this.requests.clear()
      this.requests.set(id, { ...data, hash: u(H32([block])) })
      const { origin, browser, place, code, expires } = data
      this.tell('requested', { request: id, origin, browser, place, code, expires })
    },
    SecurityEvent: async ({ data: { event, at, detail, browser } }) => {
      this.tell('security', { kind: event, at, detail, browser })
    },
    RedeemedOnetimeLoginLink: async ({ data }) => this.tell('redeemed', { tokenHash: data.tokenHash }),
    Rekey: async ({ data }, block, index) => {
      if (!this.pair.takeRekey(data)) return this.events.reject(index, 'a Rekey out of turn')
      await this.rekey()
      this.tell('rekeyed', { epoch: this.pair.writes })
    },
    DestroyedAccount: async () => {
      this.end('it was destroyed by the app')
      this.tell('destroyed', { by: 'app' })
    }
  }

  // Writing the AppAccount

  async append (text) {
    if (this.stopped) throw new Malformed(this.stopped)
    await this.core.append(this.pair.seal(this.core.length, text))
    return { index: this.core.length - 1 }
  }

  write (type, data) {
    return this.append(eventOf(type, data))
  }

  async rekey () {
    const data = this.pair.rekey()
    if (data) await this.write('Rekey', data)
    this.pair.advance()
  }

  asked (id) {
    return this.requests.get(id) ?? fail('no such request is open')
  }

  async approval (id, wrong) {
    const { hash, nonce, origin, expires, code } = this.asked(id)
    const head = await versionOf(this.appUser, this.appUser.contiguousLength)
    const data = { request: id, requestHash: hash, nonce, origin, expires, code, head }
    const random = u(randomBytes(32))
    const others = {
      requestHash: random,
      nonce: random,
      origin: 'https://elsewhere.example',
      code: String((Number(code) + 1) % 1000).padStart(3, '0'),
      expires: timeAt(Date.parse(expires) + 60_000),
      head: { length: head.length, treeHash: random }
    }
    if (wrong !== undefined && !(wrong in others)) fail('nothing that could be wrong')
    return wrong ? { ...data, [wrong]: others[wrong] } : data
  }

  stop (reason) {
    this.stopped = reason
    this.tell('contradiction', { reason })
  }

  end (reason) {
    this.stopped = reason
    this.requests.clear()
    this.pair.erase()
  }
}

const fail = (reason) => { throw new Malformed(reason) }
const eventOf = (type, data, id = newEventId()) => JSON.stringify({ type, id, at: timeAt(Date.now()), data })
const find = (id) => accounts.get(id ?? latest) ?? fail('no such account')

// A command for an account, in turn with what is read.
const withAccount = (work) => ({ account: id, ...rest }) => {
  const account = find(id)
  return account.inTurn(() => work(account, rest))
}

await obey({
  // {link} or {id, origin}; {post: false, name, tcp: true}; {succeeds: the id of an AppAccount whose keys were lost};
  // {addedKey: true}: the proof is by a key that KeyAdded names; {wrong: origin | secret | order | id | length |
  // treeHash | author | proof | revoked | deactivated | successor | x25519 | member | oversize}
  add: async ({ link, id, origin, post = true, tcp, succeeds, ...more }) => {
    const offer = link ? parseLink(link) : { key: parseId(id).key, secret: null, origin }
    const account = new Account({ tcp })
    try {
      await account.meet(offer)
      say({ event: 'offered', origin: account.origin, name: account.header.app.name })
      await account.create({ old: succeeds && find(succeeds), ...more })
    } catch (error) {
      if (account.stream) account.disconnect()
      throw error
    }
    accounts.set(latest = account.id, account)
    return { account: account.id, did: didOf(account.did.key), ...(post && { status: await account.post() }) }
  },
  post: withAccount(async (account) => ({ status: await account.post() })),
  // {request, code: what the customer picked, wrong: requestHash | nonce | origin | code | expires | head}
  approve: withAccount(async (account, { request, code, wrong }) => {
    const data = await account.approval(request, wrong)
    if (code !== undefined && code !== account.asked(request).code) fail('that is not the code')
    account.last = eventOf('SessionApproved', data)
    return account.append(account.last)
  }),
  reject: withAccount(async (account, { request, block = false }) => {
    const { hash } = account.asked(request)
    return account.write('SessionRejected', { request, requestHash: hash, block })
  }),
  login: withAccount(async (account) => {
    const token = randomBytes(32)
    const event = newEventId()
    const data = { tokenHash: u(tokenHash(token)), origin: account.origin }
    await account.append(eventOf('GeneratedOnetimeLoginLink', data, event))
    const url = `${account.origin}/auth/jlinx/open/${token.toString('base64url')}`
    return { url, link: event, tokenHash: data.tokenHash }
  }),
  end: withAccount((account, { request }) => account.write('SessionEnded', { request })),
  profile: withAccount((account, { name }) => account.write('SetProfile', { name })),
  rekey: withAccount(async (account) => {
    await account.rekey()
    return { epoch: account.pair.writes }
  }),
  destroy: withAccount(async (account) => {
    const written = await account.write('DestroyedAccount', {})
    account.end('it was destroyed here')
    account.tell('destroyed', { by: 'manager' })
    return written
  }),
  disconnect: withAccount(async (account) => account.disconnect()),
  connect: withAccount(async (account) => {
    account.away = false
    await account.connect()
  }),
  accounts: async () => ({
    accounts: [...accounts.values()].map((account) => ({
      account: account.id,
      app_user: idOf(account.appUser.key),
      origin: account.origin,
      length: account.core.length,
      malformed: account.events.malformed,
      epochs: [account.pair.writes, account.pair.seen],
      stopped: account.stopped
    }))
  }),

  // What no manager should do.

  // The last approval once more, as it was or {fresh: true} with another id.
  replay: withAccount((account, { fresh = false }) => {
    const event = JSON.parse(account.last ?? fail('nothing was approved yet'))
    return account.append(JSON.stringify(fresh ? { ...event, id: newEventId() } : event))
  }),
  // Any event: {type, data, id}; any JSON in an envelope: {text}; any block: {hex}.
  event: withAccount((account, { type, data = {}, id }) => account.append(eventOf(type, data, id))),
  text: withAccount((account, { text }) => account.append(text)),
  raw: withAccount(async ({ core }, { hex }) => {
    await core.append(Buffer.from(hex, 'hex'))
    return { index: core.length - 1 }
  }),
  // A second history: the same key and header, then other blocks, one more than the app may have seen.
  fork: withAccount(async (account) => {
    const other = new Corestore(join(folder, `fork-${++forks}`))
    const core = await writable(other, account.keyPair)
    const block = (index) => account.pair.seal(index, eventOf('SetProfile', { name: `Fork ${index}` }))
    const blocks = Array.from({ length: account.core.length }, (_, index) => block(index + 1))
    await core.append([account.firstBlock, ...blocks])
    account.disconnect()
    account.cores[account.cores.indexOf(account.core)] = account.core = core
    account.away = false
    await account.connect()
    return { length: core.length }
  })
})

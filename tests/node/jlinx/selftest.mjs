// manager.mjs against app.mjs, and the envelope against its vector: node --test selftest.mjs
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import {
  H32, Malformed, ascii, crypto, didOf, idOf, isProven, isServices, keyOf, linkOf, makeHeader, parseId, parseJson,
  parseLink, readHeader, u
} from './format.mjs'
import { Events } from './events.mjs'
import { Pair, blockKey, epochKeys, epochOf, newEncryptionPair, seal, unseal } from './pair.mjs'

const patience = 10_000
const vectorOf = (name) => JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url)))
const hex = (text) => Buffer.from(text, 'hex')

const tells = (line, event, members) => line.event === event &&
  Object.entries(members).every(([member, value]) => line[member] === value)

// A script that is told what to do.
class Program {
  constructor (script) {
    const path = new URL(script, import.meta.url).pathname
    this.process = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.heard = []
    this.wish = null
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      this.heard.push(JSON.parse(line))
      this.#deliver()
    })
  }

  async tell (command, options) {
    const line = await this.#answer(command, options)
    assert.equal(line.failed, undefined, line.stack ?? line.reason)
    return line
  }

  async refuses (command, options, reason) {
    assert.match((await this.#answer(command, options)).reason ?? 'it did it', reason)
  }

  // The first line that tells of this and was not taken yet.
  event (name, members = {}) {
    return this.#next(`${name} ${JSON.stringify(members)}`, (line) => tells(line, name, members))
  }

  async has (name, members) {
    await this.tell('accounts')
    return this.heard.some((line) => tells(line, name, members))
  }

  #answer (command, options) {
    this.process.stdin.write(JSON.stringify({ do: command, ...options }) + '\n')
    return this.#next(command, (line) => line.done === command || line.failed === command)
  }

  #next (what, holds) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} is not among ${JSON.stringify(this.heard)}`)), patience)
      this.wish = { holds, resolve: (line) => { clearTimeout(timer); resolve(line) } }
      this.#deliver()
    })
  }

  #deliver () {
    const at = this.wish ? this.heard.findIndex(this.wish.holds) : -1
    if (at < 0) return
    const [line] = this.heard.splice(at, 1)
    const { resolve } = this.wish
    this.wish = null
    resolve(line)
  }
}

describe('the format', () => {
  const vector = vectorOf('16-proposal-event-encryption')

  for (const { doc, index, nonce, eventKey, block, json } of vector.events) {
    it(`makes the envelope of vector 16 for an ${doc}`, () => {
      const app = newEncryptionPair(hex(vector.appDocX25519.seed))
      const account = newEncryptionPair(hex(vector.accountDocX25519.seed))
      const [appUser, appAccount] = [hex(vector.appUserCoreKey), hex(vector.appAccountCoreKey)]
      const keys = epochKeys('app', app, account.publicKey, appUser, appAccount, vector.epoch)
      assert.deepEqual(epochKeys('account', account, app.publicKey, appUser, appAccount, vector.epoch), keys)
      assert.equal(keys.app.toString('hex'), vector.keyAppUserEvents)
      assert.equal(keys.account.toString('hex'), vector.keyAppAccountEvents)
      const [documentKey, coreKey] = doc === 'AppUser' ? [keys.app, appUser] : [keys.account, appAccount]
      assert.equal(blockKey(documentKey, index).toString('hex'), eventKey)
      const sealed = seal({ documentKey, coreKey, epoch: vector.epoch, index, json, nonce: hex(nonce) })
      assert.equal(sealed.toString('hex'), block)
      assert.equal(unseal({ documentKey, coreKey, index, block: sealed }).toString(), json)
      assert.throws(() => unseal({ documentKey, coreKey, index: index + 1, block: sealed }), Malformed)
    })
  }

  it('reads ids in all forms, and none with spare bits', () => {
    const { key: name, z32, manifest } = vectorOf('04-manifests').manifests[0]
    const key = hex(name)
    assert.deepEqual(keyOf(hex(manifest.signers[0].publicKey)), key)
    for (const text of [idOf(key), u(key), key.toString('hex'), `jlinx:${key.toString('hex')}`, z32, `jlinx:${z32}`]) {
      assert.deepEqual(parseId(text), { key, length: null })
    }
    assert.equal(parseId(`${idOf(key)}:42`).length, 42)
    for (const text of ['', 'jlinx:', u(key).slice(0, -1) + 'J', z32.slice(0, -1) + 'b', `${idOf(key)}:042`]) {
      assert.throws(() => parseId(text), Malformed, text)
    }
    const link = linkOf(key, key, 'https://app.example')
    assert.deepEqual(parseLink(link), { key, secret: key, origin: 'https://app.example' })
    assert.throws(() => parseLink(link.replace('https', 'http')), Malformed)
  })

  it('reads strict JSON alone', () => {
    const read = parseJson(ascii('{"a":[0,9007199254740991,"\\u00e9",true,null]}'))
    assert.deepEqual(read.a, [0, 2 ** 53 - 1, 'é', true, null])
    parseJson(ascii('{"a":'.repeat(8) + '1' + '}'.repeat(8)))
    const wrong = [
      '', '\ufeff{}', '{/**/}', '{"a":1,}', '{"a":1}x', '{"a":1,"a":1}', '{"a":1,"\\u0061":1}', '{"a":"\\ud800"}',
      '{"a":"\n"}', '{"a":01}', '{"a":1.0}', '{"a":-1}', '{"a":1e3}', '{"a":9007199254740992}',
      '{"a":'.repeat(9) + '1' + '}'.repeat(9)
    ]
    for (const text of wrong) assert.throws(() => parseJson(Buffer.from(text)), Malformed, text)
    assert.throws(() => parseJson(hex('7b22ff223a317d')), Malformed)
    assert.ok(Object.hasOwn(parseJson(ascii('{"__proto__":{}}')), '__proto__'))
  })

  it('proves headers, and refuses what is not listed', () => {
    const pair = crypto.keyPair()
    const key = keyOf(pair.publicKey)
    const header = (more) => makeHeader('Did', { author: didOf(key), ...more }, key, pair.secretKey)
    const block = header()
    assert.equal(readHeader(block, 'Did').author, didOf(key))
    assert.ok(isProven(block, key, [pair.publicKey]))
    assert.ok(!isProven(block, H32([key]), [pair.publicKey]))
    assert.ok(!isProven(Buffer.from(block.toString().replace('EventStream', 'Eventstream')), key, [pair.publicKey]))
    readHeader(header({ ext: { proof: 'x' } }), 'Did')
    const wrong = [
      { more: 1 }, { ['__proto__']: 1 }, { constructor: 1 }, { prev: 'x' }, { ext: 1 },
      { ext: { x: 'x'.repeat(4096) } }, { app: { origin: 'https://app.example/', name: '' } }
    ]
    for (const more of wrong) {
      assert.throws(() => readHeader(header(more), 'Did'), Malformed, JSON.stringify(more))
    }
    assert.throws(() => readHeader(block, 'AppUser'), Malformed)
    assert.throws(() => readHeader(Buffer.from(block.toString().replace(/}$/, ' }')), 'Did'), /last member/)
    assert.ok(!isServices([{ type: 'hypercore-ws', endpoint: 'ws://app.example', noise: u(key) }]))
  })

  it('counts what is malformed, and takes nothing after the end', () => {
    const events = new Events('AppUser')
    const take = (event, index = 1) => events.take(index, Buffer.from([1]), () => Buffer.from(JSON.stringify(event)))
    const event = (type, id, data = {}) => ({ type, id, at: '2026-11-20T10:00:00Z', data })
    assert.equal(take(event('AccountOffered', 'a')), null)
    assert.equal(take(event('Rekey', 'b', { x25519: 'u', epoch: 1 })), null)
    assert.equal(events.take(1, ascii('{}'), assert.fail), null)
    assert.equal(events.malformed, 3)
    assert.equal(take(event('AccountClosed', 'c')).type, 'DestroyedAccount')
    assert.equal(take(event('DestroyedAccount', 'd')), null)
    assert.equal(events.malformed, 3)
  })

  it('reads the names that answers once had', () => {
    const events = new Events('AppAccount')
    const hash = u(Buffer.alloc(32))
    const yes = {
      request: 'r', requestHash: hash, nonce: hash, origin: 'https://app.example', expires: '2026-11-20T10:02:00Z',
      code: '012', head: { length: 1, treeHash: hash, ext: { any: [{}] } }
    }
    const no = { request: 'r', requestHash: hash }
    const typeOf = (type, data, id) => events.take(1, Buffer.from([1]), () => Buffer.from(
      JSON.stringify({ type, id, at: '2026-11-20T10:00:00.123Z', data }))
    )?.type
    assert.equal(typeOf('SessionRequestResolved', { ...yes, accepted: true }, 'a'), 'SessionApproved')
    assert.equal(typeOf('SessionRequestResolved', { ...no, accepted: false }, 'b'), 'SessionRejected')
    assert.equal(typeOf('SessionDenied', no, 'c'), 'SessionRejected')
    assert.equal(typeOf('SessionApproved', no, 'd'), undefined)
    assert.equal(typeOf('AccountClosed', {}, 'e'), undefined)
  })

  it('moves both sides to a new epoch and forgets the old one', () => {
    const [appUser, appAccount] = [H32([ascii('a')]), H32([ascii('b')])]
    const [mine, theirs] = [newEncryptionPair(), newEncryptionPair()]
    const app = new Pair({ role: 'app', mine, theirs: theirs.publicKey, appUser, appAccount })
    const account = new Pair({ role: 'account', mine: theirs, theirs: mine.publicKey, appUser, appAccount })
    // Both begin at once.
    const [ofApp, ofAccount] = [app.rekey(), account.rekey()]
    account.open(1, app.seal(1, 'x'))
    app.open(1, account.seal(1, 'x'))
    assert.ok(app.takeRekey(ofAccount) && account.takeRekey(ofApp))
    assert.ok(!app.takeRekey(ofAccount))
    for (const side of [app, account]) side.advance()
    const old = app.seal(2, 'x')
    assert.equal(epochOf(old), 1)
    account.open(2, old)
    assert.deepEqual([...account.mine.keys()], [1])
    assert.deepEqual([...app.mine.keys()], [0, 1])
    app.open(2, account.seal(2, 'x'))
    assert.deepEqual([...app.mine.keys()], [1])
    assert.ok(mine.secretKey.every((byte) => byte === 0))
    assert.throws(() => app.takeRekey({ x25519: u(Buffer.alloc(32)), epoch: 2 }) || assert.fail())
  })
})

describe('a manager and an app', () => {
  let app
  let manager
  before(() => { [app, manager] = [new Program('app.mjs'), new Program('manager.mjs')] })
  after(() => { for (const program of [app, manager]) program.process.stdin.end() })

  const signUp = async (options) => {
    const { link } = await app.tell('offer')
    const added = await manager.tell('add', { link, ...options })
    assert.equal(added.status, 202)
    await app.event('accepted', { account: added.account, did: added.did })
    await manager.event('opened', { account: added.account })
    return added.account
  }
  const request = async (options) => {
    const asked = await app.tell('request', options)
    const seen = await manager.event('requested', { request: asked.request })
    assert.equal(seen.code, asked.code)
    return asked.request
  }
  // Two sides at rest: neither has anything of the other's to read.
  const rest = async () => app.tell('accounts') && manager.tell('accounts')

  it('make an account, log in, and tell each other', async () => {
    const account = await signUp({ name: 'Ada' })
    await app.event('profile', { name: 'Ada' })
    const approved = await request({ browser: 'Firefox on Linux', place: 'new' })
    await manager.tell('approve', { request: approved })
    await app.event('answered', { request: approved, answer: 'approved' })
    const rejected = await request()
    await manager.tell('reject', { request: rejected, block: true })
    await app.event('answered', { request: rejected, answer: 'rejected' })
    await app.refuses('request', {}, /nobody may ask/)
    await app.tell('security', { kind: 'logged_in', detail: 'cookie' })
    await manager.event('security', { kind: 'logged_in', detail: 'cookie' })
    await manager.tell('end', { request: approved })
    await app.event('ended', { request: approved })
    await manager.tell('profile', { name: 'Ada L.' })
    await app.event('profile', { name: 'Ada L.' })
    const { url, tokenHash, link } = await manager.tell('login')
    await app.event('link', { tokenHash, link })
    const token = url.split('/').at(-1)
    assert.equal((await app.tell('redeem', { token })).redeemed, true)
    assert.equal((await app.tell('redeem', { token })).redeemed, false)
    await manager.event('redeemed', { tokenHash })
    await manager.tell('destroy')
    await app.event('destroyed', { account, by: 'manager' })
    await manager.refuses('profile', { name: 'Late' }, /destroyed/)
    await app.refuses('security', {}, /destroyed/)
  })

  it('do so over TCP, and with an id that is pasted', async () => {
    const { app_user: id, origin } = await app.tell('offer')
    const { account } = await manager.tell('add', { id, origin, tcp: true, post: false })
    await app.tell('paste', { app_user: id, app_account: account })
    await app.event('accepted', { account })
    await manager.event('opened', { account })
    const asked = await request()
    await manager.tell('approve', { request: asked })
    await app.event('answered', { request: asked, answer: 'approved' })
    await app.tell('destroy')
    await manager.event('destroyed', { account, by: 'app' })
    await manager.refuses('approve', { request: asked }, /no such request/)
  })

  it('keep to it when the id is posted without the secret', async () => {
    const { app_user: id, origin } = await app.tell('offer')
    const { account } = await manager.tell('add', { id, origin })
    assert.match((await app.event('refused', { account })).reason, /secret/)
  })

  it('bind one AppAccount to an offer, and no second', async () => {
    const { link } = await app.tell('offer')
    const first = await manager.tell('add', { link })
    await app.event('accepted', { account: first.account })
    const second = await manager.tell('add', { link })
    assert.match((await app.event('refused', { account: second.account })).reason, /taken/)
  })

  it('take new keys, from either side and again', async () => {
    const account = await signUp()
    await manager.tell('rekey')
    await app.event('rekeyed', { epoch: 1 })
    await manager.event('rekeyed', { epoch: 1 })
    await app.tell('rekey')
    await manager.event('rekeyed', { epoch: 2 })
    await app.event('rekeyed', { epoch: 2 })
    const asked = await request()
    await manager.tell('approve', { request: asked })
    await app.event('answered', { request: asked, answer: 'approved' })
    for (const program of [app, manager]) {
      const { accounts } = await program.tell('accounts')
      assert.deepEqual(accounts.find((each) => each.account === account).epochs, [2, 2])
    }
    await Promise.all([app.tell('rekey'), manager.tell('rekey')])
    await manager.event('rekeyed', { epoch: 3 })
    await app.event('rekeyed', { epoch: 3 })
  })

  it('find each other again', async () => {
    await signUp()
    await manager.tell('disconnect')
    const { request: asked } = await app.tell('request')
    await manager.tell('profile', { name: 'Away' })
    assert.ok(!await manager.has('requested', { request: asked }))
    await manager.tell('connect')
    await manager.event('requested', { request: asked })
    await app.event('profile', { name: 'Away' })
  })

  it('replace what was lost, with the key that was kept apart', async () => {
    const lost = await signUp()
    const { link } = await app.tell('offer')
    const { account } = await manager.tell('add', { link, succeeds: lost })
    await app.event('accepted', { account, succeeds: lost })
    await app.event('destroyed', { account: lost, by: 'app' })
    await manager.event('destroyed', { account: lost, by: 'app' })
  })

  it('take proofs by a key that was added', async () => {
    const { link } = await app.tell('offer', { addedKey: true })
    const { account } = await manager.tell('add', { link, addedKey: true })
    await app.event('accepted', { account })
    await manager.event('opened', { account })
  })

  const offers = {
    origin: /AppUser is of another origin/,
    author: /not by the Did of jlinx.json/,
    did: /not by the Did of jlinx.json/,
    didOrigin: /Did is of another origin/,
    revoked: /proof of the AppUser/,
    deactivated: /ended/,
    expired: /expired/,
    proof: /proof of the AppUser/,
    secret: /secret/,
    endpoint: /endpoint/,
    noise: /static key/,
    x25519: /not a key/,
    member: /member of the header/,
    oversize: /header is too long/
  }
  for (const [wrong, reason] of Object.entries(offers)) {
    it(`the manager refuses an offer with a wrong ${wrong}`, async () => {
      const { link } = await app.tell('offer', { wrong })
      await manager.refuses('add', { link }, reason)
    })
  }

  const accounts = {
    origin: /another origin/,
    secret: /secret/,
    order: /block 1/,
    id: /no offer of ours/,
    length: /ref tells/,
    treeHash: /ref tells/,
    author: /proof of the AppAccount/,
    proof: /proof of the AppAccount/,
    revoked: /proof of the AppAccount/,
    deactivated: /proof of the AppAccount/,
    x25519: /not a key/,
    member: /member of the header/,
    oversize: /header is too long/
  }
  for (const [wrong, reason] of Object.entries(accounts)) {
    it(`the app refuses an AppAccount with a wrong ${wrong}`, async () => {
      const { link } = await app.tell('offer')
      const { account } = await manager.tell('add', { link, wrong })
      assert.match((await app.event('refused', { account })).reason, reason)
    })
  }

  it('the app lets nobody succeed with another key than the one committed to', async () => {
    const lost = await signUp()
    const { link } = await app.tell('offer')
    const { account } = await manager.tell('add', { link, succeeds: lost, wrong: 'successor' })
    assert.match((await app.event('refused', { account })).reason, /succeeds nothing/)
  })

  for (const wrong of ['requestHash', 'nonce', 'origin', 'code', 'expires', 'head']) {
    it(`the app takes no approval with a wrong ${wrong}`, async () => {
      const account = await signUp()
      const asked = await request()
      await manager.tell('approve', { request: asked, wrong })
      await app.event('answered', { request: asked, answer: 'none', wrong })
      if (wrong === 'head') {
        await app.event('contradiction', { account })
        return app.refuses('request', {}, /another AppUser/)
      }
      await manager.tell('approve', { request: asked })
      await app.event('answered', { request: asked, answer: 'approved' })
    })
  }

  it('the app takes no approval twice, for a replaced request, or too late', async () => {
    await signUp()
    const asked = await request()
    const { index } = await manager.tell('approve', { request: asked })
    await app.event('answered', { answer: 'approved', index })
    await manager.tell('replay')
    assert.match((await app.event('ignored')).reason, /id twice/)
    await manager.tell('replay', { fresh: true })
    await app.event('answered', { request: asked, answer: 'none', wrong: 'request' })
    await request()
    await manager.tell('replay', { fresh: true })
    await app.event('answered', { request: asked, answer: 'none', wrong: 'request' })
    const late = await request({ seconds: 1 })
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await manager.tell('approve', { request: late })
    await app.event('answered', { request: late, answer: 'none', wrong: 'expired' })
  })

  it('the app counts blocks that are no events, and goes on', async () => {
    const account = await signUp()
    await manager.tell('raw', { hex: '00' })
    await manager.tell('raw', { hex: '7b7d' })
    await manager.tell('raw', { hex: '0100' + '00'.repeat(24 + 256 + 16) })
    await manager.tell('raw', { hex: '01'.repeat(20_000) })
    await manager.tell('text', { text: '{"type":"SetProfile","type":"SetProfile"}' })
    await manager.tell('event', { type: 'SetProfile', data: { name: 'x', more: 1 } })
    await manager.tell('event', { type: 'Strange' })
    await manager.tell('event', { type: 'Rekey', data: { x25519: u(Buffer.alloc(32, 9)), epoch: 7 } })
    for (let left = 8; left > 0; left--) await app.event('ignored', { account })
    const { accounts } = await app.tell('accounts')
    assert.equal(accounts.find((each) => each.account === account).malformed, 8)
    const asked = await request()
    await manager.tell('event', { type: 'SessionDenied', data: { request: asked, requestHash: u(Buffer.alloc(32)) } })
    await app.event('answered', { answer: 'none', wrong: 'requestHash' })
    await manager.tell('approve', { request: asked })
    await app.event('answered', { request: asked, answer: 'approved' })
  })

  it('the app sees a second history', async () => {
    const account = await signUp({ name: 'Ada' })
    await manager.tell('fork')
    await app.event('contradiction', { account })
    await app.refuses('request', {}, /two histories/)
  })

  it('the manager sees a second history', async () => {
    const account = await signUp()
    await app.tell('security')
    await manager.event('security')
    await app.tell('fork')
    await manager.event('contradiction', { account })
    await manager.refuses('profile', { name: 'x' }, /two histories/)
  })

  it('the manager stops at an AppUser that is opened for another history', async () => {
    const { link } = await app.tell('offer', { wrong: 'opened' })
    const { account } = await manager.tell('add', { link })
    await manager.event('contradiction', { account })
  })

  it('the manager answers no request of another origin, or one that has expired', async () => {
    await signUp()
    for (const wrong of ['origin', 'expired']) {
      const { request: asked } = await app.tell('request', { wrong })
      assert.match((await manager.event('ignored', { request: asked })).reason, new RegExp(wrong))
      await manager.refuses('approve', { request: asked }, /no such request/)
    }
  })

  it('the manager stops at a request that tells of another history', async () => {
    const account = await signUp()
    await app.tell('request', { wrong: 'head' })
    await manager.event('contradiction', { account })
    await manager.refuses('profile', { name: 'x' }, /another AppAccount/)
  })

  it('the manager counts blocks that are no events, and goes on', async () => {
    const account = await signUp()
    await app.tell('oversize')
    await app.tell('raw', { hex: '7b7d' })
    await app.tell('event', { type: 'AccountOffered' })
    for (let left = 3; left > 0; left--) await manager.event('ignored', { account })
    await app.tell('event', { type: 'AccountClosed' })
    await manager.event('destroyed', { account, by: 'app' })
  })
})

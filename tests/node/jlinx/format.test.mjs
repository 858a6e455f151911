// What is written and read, and the envelope against its vector: node --test format.test.mjs
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import {
  H32, Malformed, ascii, crypto, didOf, idOf, isProven, isServices, keyOf, linkOf, makeHeader, parseId, parseJson,
  parseLink, readHeader, u
} from './format.mjs'
import { Events } from './events.mjs'
import { Pair, blockKey, epochKeys, epochOf, newEncryptionPair, seal, unseal } from './pair.mjs'

const vectorOf = (name) => JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url)))
const hex = (text) => Buffer.from(text, 'hex')

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

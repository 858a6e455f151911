// manager.mjs against app.mjs: node --test together.test.mjs
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { u } from './format.mjs'
import { Program } from './program.mjs'

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

// The events of each kind of document, and what becomes of a block that should hold one.
import {
  Malformed, parseJson, isProven, readHeader, limits, didOf, fromU, u,
  has, isBoolean, isBytes, isDid, isHead, isLike, isObject, isOneOf, isOrigin, isRef, isServices, isText, isTime,
  isWhole
} from './format.mjs'

const isEventId = isLike(/^[A-Za-z0-9-]{1,64}$/)
const isCode = isLike(/^[0-9]{3}$/)
const anyText = isText(0, limits.event)

const isEvent = has({ type: isLike(/^[A-Za-z]{1,64}$/), id: isEventId, at: isTime, data: isObject })

// What a request asks and its approval repeats.
const question = { nonce: isBytes(32), origin: isOrigin, expires: isTime, code: isCode }
const rekey = has({ x25519: isBytes(32), epoch: isWhole })
const nothing = has({})
const tables = {
  Did: {
    KeyAdded: has({ key: isBytes(32) }),
    KeyRevoked: has({ key: isBytes(32) }),
    ServiceSet: has({ service: isServices }),
    Rotated: has({ next: isDid }),
    Deactivated: nothing
  },
  AppUser: {
    AccountOpened: has({ ref: isRef }),
    SessionRequested: has({ ...question, browser: anyText, place: isOneOf('known', 'new'), head: isHead }),
    SecurityEvent: has({ event: anyText, at: isTime }, { detail: anyText, browser: anyText }),
    RedeemedOnetimeLoginLink: has({ tokenHash: isBytes(32) }),
    Rekey: rekey,
    DestroyedAccount: nothing
  },
  AppAccount: {
    AccountAccepted: has({ origin: isOrigin }, { signupSecret: isBytes(32) }),
    SessionApproved: has({ request: isEventId, requestHash: isBytes(32), ...question, head: isHead }),
    SessionRejected: has({ request: isEventId, requestHash: isBytes(32) }, { block: isBoolean }),
    SessionEnded: has({ request: isEventId }),
    SetProfile: has({ name: isText(1, 64) }),
    GeneratedOnetimeLoginLink: has({ tokenHash: isBytes(32), origin: isOrigin }),
    Rekey: rekey,
    DestroyedAccount: nothing
  }
}

// Names that readers take for others.
const older = {
  Did: {},
  AppUser: {
    AccountClosed: (event) => {
      event.data = {}
      return 'DestroyedAccount'
    }
  },
  AppAccount: {
    SessionDenied: () => 'SessionRejected',
    SessionRequestResolved: (event) => {
      const { accepted } = event.data
      delete event.data.accepted
      return accepted === true ? 'SessionApproved' : 'SessionRejected'
    }
  }
}

const lastWords = ['DestroyedAccount', 'Rotated', 'Deactivated']

// Judges a document's events in their order.
export class Events {
  constructor (docType, ignored = () => {}) {
    this.table = tables[docType]
    this.older = older[docType]
    this.plain = docType === 'Did'
    this.ignored = ignored
    this.ids = new Set()
    this.ended = false
    this.malformed = 0
  }

  // The event of a block; null if it has no effect. `open` makes bytes of an envelope.
  take (index, block, open) {
    if (this.ended || index >= limits.blocks) return this.#ignore(index, 'it comes after the end')
    try {
      return this.#read(index, block, open)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      this.malformed++
      return this.#ignore(index, error.message)
    }
  }

  // For what only the reader of the event can judge.
  reject (index, reason) {
    this.malformed++
    this.#ignore(index, reason)
  }

  #ignore (index, reason) {
    this.ignored(index, reason)
    return null
  }

  #read (index, block, open) {
    if (block.length > limits.event) throw new Malformed('the block is too long')
    if (block[0] !== (this.plain ? 0x7b : 0x01)) throw new Malformed('neither JSON nor an envelope where it belongs')
    const bytes = this.plain ? block : open(index, block)
    if (bytes[0] !== 0x7b) throw new Malformed('the event is no object')
    const event = parseJson(bytes)
    if (!isEvent(event)) throw new Malformed('not an event')
    if (this.ids.has(event.id)) throw new Malformed('an id twice')
    if (Object.hasOwn(this.older, event.type)) event.type = this.older[event.type](event)
    if (!Object.hasOwn(this.table, event.type)) throw new Malformed('an unknown type')
    if (!this.table[event.type](event.data)) throw new Malformed('data that its type does not have')
    this.ids.add(event.id)
    this.ended = lastWords.includes(event.type)
    return event
  }
}

// What a Did document says, of its blocks and its core's signer.
export function foldDid (coreKey, signer, blocks) {
  const header = readHeader(blocks[0], 'Did')
  if (header.author !== didOf(coreKey)) throw new Malformed('a Did that is not its own author')
  if (!isProven(blocks[0], coreKey, [signer])) throw new Malformed('the proof of the Did is wrong')
  const events = new Events('Did')
  const added = new Set([u(signer)])
  const revoked = new Set()
  const state = { did: header.author, header, service: header.service ?? [], ended: false }
  for (const [index, block] of blocks.entries()) {
    const event = index > 0 && events.take(index, block)
    if (!event) continue
    if (event.type === 'KeyAdded' && added.size < limits.keys) added.add(event.data.key)
    if (event.type === 'KeyRevoked') revoked.add(event.data.key)
    if (event.type === 'ServiceSet') state.service = event.data.service
  }
  state.ended = events.ended
  state.keys = [...added].filter((key) => !revoked.has(key)).map((key) => fromU(key, 32))
  return state
}

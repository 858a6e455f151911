// The envelopes of an AppUser and its AppAccount: keys of each epoch, seen from one of the two sides.
import { H32, Malformed, ascii, limits, randomBytes, sodium, u64, u, fromU } from './format.mjs'

const label = ascii('jlinx/doc-enc/1')
const padding = 256
const nonceBytes = 24

export function newEncryptionPair (seed) {
  const pair = { publicKey: Buffer.alloc(32), secretKey: Buffer.alloc(32) }
  if (seed) sodium.crypto_kx_seed_keypair(pair.publicKey, pair.secretKey, seed)
  else sodium.crypto_kx_keypair(pair.publicKey, pair.secretKey)
  return pair
}

// The keys of both documents in one epoch. `role` is whose secret key it is: "app" or "account".
export function epochKeys (role, mine, theirs, appUser, appAccount, epoch) {
  const rx = Buffer.alloc(32)
  const tx = Buffer.alloc(32)
  const derive = role === 'app' ? sodium.crypto_kx_server_session_keys : sodium.crypto_kx_client_session_keys
  try {
    derive(rx, tx, mine.publicKey, mine.secretKey, theirs)
  } catch {
    throw new Malformed('not a key to agree with')
  }
  const context = [label, appUser, appAccount, u64(epoch)]
  const [own, other] = [H32(context, tx), H32(context, rx)]
  rx.fill(0)
  tx.fill(0)
  return role === 'app' ? { app: own, account: other } : { app: other, account: own }
}

export const blockKey = (documentKey, index) => H32([ascii('event'), u64(index)], documentKey)

export function seal ({ documentKey, coreKey, epoch, index, json, nonce = randomBytes(nonceBytes) }) {
  const text = Buffer.from(json)
  const plain = Buffer.alloc(Math.ceil((4 + text.length) / padding) * padding)
  plain.writeUInt32LE(text.length)
  text.copy(plain, 4)
  const head = Buffer.concat([Buffer.from([1]), compact(epoch), nonce])
  const sealed = Buffer.alloc(plain.length + 16)
  const ad = Buffer.concat([head, coreKey, u64(index)])
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, plain, ad, null, nonce, blockKey(documentKey, index))
  return Buffer.concat([head, sealed])
}

export function epochOf (block) {
  const epoch = fromCompact(block.subarray(1))
  if (block[0] !== 1 || epoch === null) throw new Malformed('not an envelope')
  return epoch
}

export function unseal ({ documentKey, coreKey, index, block }) {
  const headBytes = 1 + compact(epochOf(block)).length + nonceBytes
  const size = block.length - headBytes - 16
  if (size < padding || size % padding !== 0) throw new Malformed('an envelope of a size that none has')
  const head = block.subarray(0, headBytes)
  const plain = Buffer.alloc(size)
  try {
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(plain, null, block.subarray(headBytes),
      Buffer.concat([head, coreKey, u64(index)]), head.subarray(-nonceBytes), blockKey(documentKey, index))
  } catch {
    throw new Malformed('an envelope that does not open')
  }
  const length = plain.readUInt32LE()
  const end = 4 + length
  if (end > size || size - end >= padding || plain.subarray(end).some((byte) => byte !== 0)) {
    throw new Malformed('the padding is wrong')
  }
  return plain.subarray(4, end)
}

function compact (number) {
  if (number <= 0xfc) return Buffer.from([number])
  const bytes = number <= 0xffff ? 2 : number <= 0xffffffff ? 4 : 8
  return Buffer.concat([Buffer.from([{ 2: 0xfd, 4: 0xfe, 8: 0xff }[bytes]]), u64(number).subarray(0, bytes)])
}

// Null for one that is cut, above 2^53-1, or longer than it need be.
function fromCompact (bytes) {
  const size = { 0xfd: 2, 0xfe: 4, 0xff: 8 }[bytes[0]] ?? 0
  if (bytes.length < 1 + size) return null
  if (size === 0) return bytes[0]
  const wide = Buffer.alloc(8)
  bytes.copy(wide, 0, 1, 1 + size)
  const number = Number(wide.readBigUInt64LE())
  return Number.isSafeInteger(number) && compact(number).length === 1 + size ? number : null
}

// One side's keys. It writes into one of the documents and reads the other.
export class Pair {
  constructor ({ role, mine, theirs, appUser, appAccount }) {
    Object.assign(this, { role, appUser, appAccount })
    this.mine = new Map([[0, mine]])
    this.theirs = new Map([[0, theirs]])
    this.derived = new Map()
    this.writes = 0
    this.seen = 0
    this.#keys(0)
  }

  get #own () { return this.role === 'app' ? ['app', this.appUser] : ['account', this.appAccount] }
  get #other () { return this.role === 'app' ? ['account', this.appAccount] : ['app', this.appUser] }

  seal (index, json) {
    const [name, coreKey] = this.#own
    const block = seal({ documentKey: this.#keys(this.writes)[name], coreKey, epoch: this.writes, index, json })
    if (block.length > limits.event) throw new Malformed('the event is too long')
    return block
  }

  open (index, block) {
    const [name, coreKey] = this.#other
    const epoch = epochOf(block)
    const isOfNow = epoch >= this.seen && this.mine.has(epoch) && this.theirs.has(epoch)
    if (!isOfNow) throw new Malformed('not an epoch of now')
    const bytes = unseal({ documentKey: this.#keys(epoch)[name], coreKey, index, block })
    this.seen = epoch
    this.#eraseOld()
    return bytes
  }

  // The data of the own Rekey; null if the epoch's was already written.
  rekey () {
    const epoch = this.writes + 1
    if (this.mine.has(epoch)) return null
    this.mine.set(epoch, newEncryptionPair())
    return { x25519: u(this.mine.get(epoch).publicKey), epoch }
  }

  // To be called when the own Rekey is in the document, for it is itself of the old epoch.
  advance () {
    const next = this.writes + 1
    if (this.mine.has(next) && this.theirs.has(next)) this.writes = next
    this.#eraseOld()
  }

  // The other's Rekey. False if it is malformed.
  takeRekey ({ x25519, epoch }) {
    if (epoch !== this.seen + 1 || this.theirs.has(epoch)) return false
    const key = fromU(x25519, 32)
    try {
      epochKeys(this.role, this.mine.get(this.seen), key, this.appUser, this.appAccount, epoch)
    } catch {
      return false
    }
    this.theirs.set(epoch, key)
    return true
  }

  erase () {
    for (const { secretKey } of this.mine.values()) secretKey.fill(0)
    for (const { app, account } of this.derived.values()) { app.fill(0); account.fill(0) }
    for (const map of [this.mine, this.theirs, this.derived]) map.clear()
  }

  #keys (epoch) {
    if (!this.derived.has(epoch)) {
      const { role, appUser, appAccount } = this
      const [mine, theirs] = [this.mine.get(epoch), this.theirs.get(epoch)]
      this.derived.set(epoch, epochKeys(role, mine, theirs, appUser, appAccount, epoch))
    }
    return this.derived.get(epoch)
  }

  // Old epochs, once both sides have written in a newer one.
  #eraseOld () {
    const oldest = Math.min(this.writes, this.seen)
    for (const epoch of [...this.mine.keys()].filter((epoch) => epoch < oldest)) {
      this.mine.get(epoch).secretKey.fill(0)
      for (const map of [this.mine, this.theirs, this.derived]) map.delete(epoch)
    }
  }
}

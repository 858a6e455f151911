// The names, values and headers of docs/jlinx-format.md.
import { createRequire } from 'node:module'
import { randomBytes } from 'node:crypto'
import { Malformed, parseJson } from './json.mjs'

const require = createRequire(import.meta.url)
const sodium = require('sodium-native')
const crypto = require('hypercore-crypto')
const Hypercore = require('hypercore')

export { Malformed, parseJson, sodium, crypto, Hypercore, randomBytes }

export const limits = { header: 4096, event: 16384, blocks: 10000, bytes: 16 * 1024 * 1024, services: 4, keys: 8 }

// Bytes

export const ascii = (text) => Buffer.from(text, 'ascii')

export function u64 (number) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(number))
  return bytes
}

export function H32 (parts, key) {
  const hash = Buffer.alloc(32)
  sodium.crypto_generichash_batch(hash, parts, key)
  return hash
}

export const u = (bytes) => 'u' + Buffer.from(bytes).toString('base64url')

export function fromU (text, length) {
  const bytes = typeof text === 'string' && /^u[A-Za-z0-9_-]*$/.test(text) && Buffer.from(text.slice(1), 'base64url')
  // Writing it again finds spare bits that aren't zero.
  if (!bytes || bytes.length !== length || u(bytes) !== text) throw new Malformed(`not ${length} bytes in base64url`)
  return bytes
}

export const secretHash = (secret) => H32([ascii('jlinx/signup/1'), secret])
export const tokenHash = (token) => H32([ascii('jlinx/login/1'), token])
export const nextKeyHash = (key) => H32([ascii('jlinx/next/1'), key])

// Names

export const idOf = (key) => `jlinx:${u(key)}`
export const didOf = (key) => `did:jlinx:${u(key)}`

export function parseId (text) {
  const [, name, length] = /^(?:jlinx:)?([A-Za-z0-9_-]+)(?::(0|[1-9][0-9]{0,15}))?$/.exec(text) ?? []
  if (!name) throw new Malformed('not an id')
  return { key: parseKey(name), length: length === undefined ? null : Number(length) }
}

function parseKey (name) {
  if (/^[0-9a-fA-F]{64}$/.test(name)) return Buffer.from(name, 'hex')
  return name.length === 52 ? fromZ32(name) : fromU(name, 32)
}

function fromZ32 (text) {
  let bits = 0n
  for (const letter of text) {
    const value = 'ybndrfg8ejkmcpqxot1uwisza345h769'.indexOf(letter)
    if (value < 0) throw new Malformed('not z-base-32')
    bits = bits << 5n | BigInt(value)
  }
  if (bits & 15n) throw new Malformed('spare bits')
  return Buffer.from((bits >> 4n).toString(16).padStart(64, '0'), 'hex')
}

export function parseDid (text) {
  if (!text.startsWith?.('did:jlinx:')) throw new Malformed('not a DID')
  return fromU(text.slice(10), 32)
}

export const linkOf = (key, secret, origin) => `${idOf(key)}?s=${u(secret)}&h=${encodeURIComponent(origin)}`

export function parseLink (text) {
  const [, id, secret, origin] = /^(jlinx:[^?]+)\?s=([^&]+)&h=([^&]+)$/.exec(text) ?? []
  if (!id) throw new Malformed('not a link')
  const link = { key: parseId(id).key, secret: fromU(secret, 32), origin: decodeURIComponent(origin) }
  if (!isOrigin(link.origin)) throw new Malformed('not an origin')
  return link
}

// The one form of an id that is written.
export const canonical = (id) => idOf(parseId(id).key)

export function newEventId () {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = bytes[6] & 15 | 0x70
  bytes[8] = bytes[8] & 63 | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

export const timeAt = (milliseconds) => new Date(milliseconds).toISOString()

// What a member may hold. Each is a function that says whether a value will do.

const holds = (parse) => (value) => {
  try { parse(value); return true } catch { return false }
}

// Without TLS only on this computer.
const isSecure = (url, secure) =>
  url.protocol === secure || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)

export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
export const isOrigin = (value) => {
  const url = URL.canParse(value) && new URL(value)
  return url && url.origin === value && url.protocol.startsWith('http') && isSecure(url, 'https:')
}
export const isTime = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)) &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(value)
export const isBytes = (length) => holds((value) => fromU(value, length))
export const isId = holds((value) => { if (parseId(value).length !== null) throw new Malformed('a version') })
export const isDid = holds(parseDid)
export const isText = (least, most) => (value) => {
  const length = typeof value === 'string' ? [...value].length : -1
  return length >= least && length <= most
}
export const isLike = (pattern) => (value) => typeof value === 'string' && pattern.test(value)
export const isOneOf = (...values) => (value) => values.includes(value)
export const isLength = (value) => Number.isSafeInteger(value) && value > 0
export const isWhole = Number.isSafeInteger
export const isBoolean = (value) => typeof value === 'boolean'
// An object with these members; in any of them there may be an `ext`.
export function has (required, optional = {}) {
  // Not an object's members: those of its prototype would be listed too.
  const listed = new Map(Object.entries({ ext: isObject, ...required, ...optional }))
  return (value) => isObject(value) && Object.keys(required).every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, member]) => listed.get(name)?.(member) ?? false)
}

const isService = (value) => has({
  type: isOneOf('hypercore-ws', 'hypercore-tcp'),
  endpoint: (text) => URL.canParse(text) && isEndpoint(value.type, new URL(text)),
  noise: isBytes(32)
})(value)
const isEndpoint = (type, url) => type === 'hypercore-tcp'
  ? url.protocol === 'tcp:' && url.port !== ''
  : url.protocol.startsWith('ws') && isSecure(url, 'wss:')

export const isServices = (value) => Array.isArray(value) && value.length <= limits.services && value.every(isService)
export const isRef = has({ id: isId, length: isLength, treeHash: isBytes(32) })
export const isHead = has({ length: isLength, treeHash: isBytes(32) })

// Headers

const isKind = (kind) => ({ kind: isOneOf(kind) })
const common = {
  jlinx: isOneOf(1), docType: isText(1, 16), created: isTime, nonce: isBytes(16), author: isDid, proof: isBytes(64)
}
const signup = has({ secretHash: isBytes(32), expires: isTime })
const app = has({ origin: isOrigin, name: isText(0, 64) })
const enc = has({ x25519: isBytes(32), epoch: isOneOf(0) })

const headers = {
  Did: has({ ...common, ...isKind('EventStream') },
    { app, service: isServices, nextKeyHash: isBytes(32), prev: isDid }),
  AppUser: has({ ...common, ...isKind('EventStream'), enc, app, service: isServices, signup },
    { endpoint: (text) => URL.canParse(text) }),
  AppAccount: has({ ...common, ...isKind('EventStream'), enc, ref: isRef }, { prev: isId }),
  UserProfile: has({ ...common, ...isKind('KeyValueStore') })
}

// What is signed ends before the last member, and nothing but its value comes after that.
const proofBytes = ',"proof":"u'.length + 86 + '"}'.length
const signed = (coreKey, covered) => H32([ascii('jlinx/header/1'), coreKey, covered])

export function makeHeader (docType, members, coreKey, secretKey) {
  const kind = docType === 'UserProfile' ? 'KeyValueStore' : 'EventStream'
  const all = { jlinx: 1, docType, kind, created: timeAt(Date.now()), nonce: u(randomBytes(16)), ...members }
  const covered = Buffer.from(JSON.stringify(all)).subarray(0, -1)
  const proof = crypto.sign(signed(coreKey, covered), secretKey)
  return Buffer.concat([covered, ascii(`,"proof":"${u(proof)}"}`)])
}

export function readHeader (block, docType) {
  if (block.length > limits.header) throw new Malformed('the header is too long')
  if (block[0] !== 0x7b) throw new Malformed('the header is no object')
  const header = parseJson(block)
  if (header.docType !== docType) throw new Malformed(`not a header of ${docType}`)
  if (!headers[docType](header)) throw new Malformed('a member of the header is missing, strange or wrong')
  if (!/^,"proof":"u[A-Za-z0-9_-]{86}"\}$/.test(block.subarray(-proofBytes).toString('latin1'))) {
    throw new Malformed('the proof is not the last member')
  }
  return header
}

// `keys` are those that may speak for the author.
export function isProven (block, coreKey, keys) {
  const message = signed(coreKey, block.subarray(0, block.length - proofBytes))
  const proof = fromU(parseJson(block).proof, 64)
  return keys.some((key) => crypto.verify(message, proof, key))
}

// Cores

export const manifestOf = (publicKey) => ({ version: 1, signers: [{ publicKey }] })
export const keyOf = (publicKey) => Hypercore.key(manifestOf(publicKey))

// The one key that may sign a document's core.
export function signerOf (core) {
  const key = core.manifest?.signers[0]?.publicKey
  if (!key || core.fork !== 0 || !keyOf(key).equals(core.key)) throw new Malformed('not a core with one signer')
  return key
}

export const versionOf = async (core, length) => ({ length, treeHash: u(await core.treeHash(length)) })

export async function isVersionOf (core, { length, treeHash }) {
  return length <= core.length && u(await core.treeHash(length)) === treeHash
}

// The JSON of documents: UTF-8, no member twice, whole numbers from 0 to 2^53-1, at most eight levels.
// Objects come without a prototype, so that a member called __proto__ is one like any other.
export class Malformed extends Error {}

const maxDepth = 8
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function parseJson (bytes) {
  let text
  try { text = decoder.decode(bytes) } catch { throw new Malformed('not UTF-8') }
  const reader = new Reader(text)
  const value = reader.value(1)
  reader.expect(/[ \t\r\n]*$/y, 'something after the end')
  return value
}

class Reader {
  constructor (text) {
    this.text = text
    this.at = 0
  }

  match (pattern) {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found) this.at = pattern.lastIndex
    return found?.[0]
  }

  expect (pattern, otherwise) {
    return this.match(pattern) ?? fail(otherwise)
  }

  // A token with the white space before it.
  token (pattern) {
    this.match(/[ \t\r\n]*/y)
    return this.match(pattern)
  }

  value (depth) {
    const start = this.token(/[{["]|true|false|null|-?[0-9][0-9.eE+-]*/y)
    switch (start) {
      case undefined: return fail('not a value')
      case '{': return this.object(depth)
      case '[': return this.array(depth)
      case '"': return this.string()
      case 'true': return true
      case 'false': return false
      case 'null': return null
    }
    const number = /^(0|[1-9][0-9]{0,15})$/.test(start) ? Number(start) : NaN
    return Number.isSafeInteger(number) ? number : fail('not a whole number in its shortest form')
  }

  object (depth) {
    if (depth > maxDepth) fail('too deep')
    const members = Object.create(null)
    if (this.token(/\}/y)) return members
    do {
      this.token(/"/y) ?? fail('a member has no name')
      const name = this.string()
      if (name in members) fail('a member twice')
      this.token(/:/y) ?? fail('a member without a value')
      members[name] = this.value(depth + 1)
    } while (this.token(/,/y))
    this.token(/\}/y) ?? fail('an object without end')
    return members
  }

  array (depth) {
    if (depth > maxDepth) fail('too deep')
    const items = []
    if (this.token(/\]/y)) return items
    do items.push(this.value(depth + 1)); while (this.token(/,/y))
    this.token(/\]/y) ?? fail('an array without end')
    return items
  }

  string () {
    const raw = this.expect(/(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y, 'a malformed text')
    const text = JSON.parse(`"${raw}`)
    return text.isWellFormed() ? text : fail('half a surrogate pair')
  }
}

function fail (reason) {
  throw new Malformed(reason)
}

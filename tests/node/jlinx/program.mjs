import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const patience = 60_000

const tells = (line, event, members) => line.event === event &&
  Object.entries(members).every(([member, value]) => line[member] === value)

// A script that is told what to do.
export class Program {
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

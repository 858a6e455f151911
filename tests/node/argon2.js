// Verifies with the npm package: a line of JSON per record, {"hash", "password", "secret"?}; answers true or false per line.
import { createInterface } from 'node:readline'
import argon2 from 'argon2'

for await (const line of createInterface({ input: process.stdin })) {
  const { hash, password, secret } = JSON.parse(line)
  const options = secret === undefined ? {} : { secret: Buffer.from(secret, 'base64') }
  console.log(await argon2.verify(hash, password, options))
}

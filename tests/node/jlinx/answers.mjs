// Which member keeps an answer to a request from counting; undefined if none does.

export async function faultOfYes (asked, data, index, isOurs) {
  if (isOver(asked, data)) return 'request'
  if (Date.parse(asked.expires) <= Date.now()) return 'expired'
  if (index < asked.accountLength) return 'index'
  if (data.requestHash !== asked.hash) return 'requestHash'
  const isSame = (name) => data[name] === asked[name]
    || (name === 'expires' && Date.parse(data[name]) === Date.parse(asked[name])) // a time has several texts
  const echoed = ['nonce', 'origin', 'expires', 'code'].find((name) => !isSame(name))
  return echoed ?? (await isOurs(data.head) ? undefined : 'head')
}

export function faultOfNo (asked, data) {
  if (isOver(asked, data)) return 'request'
  return data.requestHash === asked.hash ? undefined : 'requestHash'
}

const isOver = (asked, data) => asked?.id !== data.request || asked.answered

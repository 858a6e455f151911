/** Goes to an address of this site, and to no other: the address may have come from a link. */
export function goTo(path: string): void {
  const target = new URL(path, location.href);
  if (target.origin === location.origin && target.protocol.startsWith("http"))
    location.assign(target.href);
}

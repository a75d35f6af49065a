/** Parameters that are between a client and the server's own certificate, which a tap on loopback has not, or are the tap's to send. */
const OF_THE_TARGET = [
  'host',
  'port',
  'user',
  'password',
  'sslmode',
  'ssl',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'channel_binding',
  'options',
];

/** The target's URL, led to a port of this machine, with a password that is good there alone. */
export function tapUrl(
  target: string,
  tap: { readonly port: number; readonly user: string; readonly password: string },
): string {
  const url = new URL(target);
  const hadMode = url.searchParams.has('sslmode');
  for (const name of OF_THE_TARGET) url.searchParams.delete(name);
  // A framework that turns TLS on by itself takes the URL's word against it.
  if (hadMode) url.searchParams.set('sslmode', 'disable');
  const login = `${encodeURIComponent(tap.user)}:${tap.password}`;
  return `${url.protocol}//${login}@127.0.0.1:${tap.port}${url.pathname}${url.search}`;
}

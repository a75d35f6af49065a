/**
 * What Postgres says to a client it cannot serve, so that the client prints the reason: an ErrorResponse with SQLSTATE
 * 57P03, cannot_connect_now (PostgreSQL documentation, "Message Formats").
 */
export function refusalMessage(error: unknown): Buffer {
  const message = error instanceof Error ? error.message : 'The local database did not start.';
  const fields = [
    ['S', 'FATAL'],
    ['V', 'FATAL'],
    ['C', '57P03'],
    ['M', message],
  ] as const;
  const body = Buffer.from(`${fields.map(([type, value]) => `${type}${value}\0`).join('')}\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

import { connectServer, type ServerConnection } from '../../src/providers/postgres/tap/connect-server.ts';
import { readPostgresUrl } from '../../src/providers/postgres/postgres-url.ts';
import { cString, message, readCString, readFields } from '../../src/providers/postgres/tap/wire-messages.ts';

/** A client that says exactly what it is told to, message by message. */
export interface RawClient {
  readonly connection: ServerConnection;
  send(...messages: readonly Buffer[]): void;
  /** What the server says, in words, up to the given number of ReadyForQuery. */
  answers(readies: number): Promise<string[]>;
  close(): void;
}

/** Opens a session and logs in. */
export async function rawClient(url: string): Promise<RawClient> {
  const target = readPostgresUrl(url);
  const parameters = { database: target.database };
  const connection = await connectServer(target, { parameters, settings: {} }, new AbortController().signal);
  return {
    connection,
    send: (...messages) => void connection.socket.write(Buffer.concat(messages)),
    async answers(readies) {
      const heard: string[] = [];
      for (let seen = 0; seen < readies;) {
        const said = await connection.reader.message();
        if (said === null) return [...heard, 'the end'];
        if (said.type === 'Z') seen += 1;
        // What may come at any moment says nothing about the order of answers.
        if (said.type !== 'S' && said.type !== 'N') heard.push(wordsOf(said.type, said.body));
      }
      return heard;
    },
    close: () => void connection.socket.destroy(),
  };
}

function wordsOf(type: string, body: Buffer): string {
  if (type === 'T') return `T ${columnsOf(body).join(', ')}`;
  if (type !== 'E') return `${type} ${body.toString('latin1')}`;
  const fields = readFields(body);
  return `E ${fields.get('C')} ${fields.get('M')} at ${fields.get('P') ?? '-'}`;
}

/** Name, number and type; the number of the table is another one in each session. */
function columnsOf(body: Buffer): string[] {
  const columns: string[] = [];
  for (let at = 2; at < body.length;) {
    const { text, next } = readCString(body, at);
    columns.push(`${text} ${body.readInt16BE(next + 4)} ${body.readInt32BE(next + 6)}`);
    at = next + 18;
  }
  return columns;
}

/** The messages that a client may send, as they are named in the protocol. */
export const say = {
  query: (sql: string): Buffer => message('Q', cString(sql)),
  parse: (sql: string, name = ''): Buffer =>
    message('P', Buffer.concat([cString(name), cString(sql), int16(0)])),
  bind: (values: readonly string[] = [], name = '', portal = ''): Buffer =>
    message(
      'B',
      Buffer.concat([
        cString(portal),
        cString(name),
        int16(0),
        int16(values.length),
        ...values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]),
        int16(0),
      ]),
    ),
  describe: (kind: 'S' | 'P', name = ''): Buffer => message('D', cString(kind + name)),
  execute: (rows = 0, portal = ''): Buffer => message('E', Buffer.concat([cString(portal), int32(rows)])),
  close: (kind: 'S' | 'P', name = ''): Buffer => message('C', cString(kind + name)),
  flush: (): Buffer => message('H'),
  sync: (): Buffer => message('S'),
  copyData: (text: string): Buffer => message('d', Buffer.from(text)),
  copyDone: (): Buffer => message('c'),
  copyFail: (why: string): Buffer => message('f', cString(why)),
};

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

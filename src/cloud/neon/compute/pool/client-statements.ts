import { createHash } from 'node:crypto';
import type { ServerSession } from './server-session.ts';
import { textAt, wireMessage } from './wire-messages.ts';
import type { WireMessage } from './wire-messages.ts';

interface Statement {
  /** By what it says, so that clients share it. */
  readonly name: string;
  /** A Parse message under that name. */
  readonly parse: Buffer;
}

/**
 * The statements a client has prepared by the protocol. As PgBouncer does with `max_prepared_statements`, they are made
 * anew in every session that the client gets; those of SQL's PREPARE are not, and are lost with the session.
 */
export class ClientStatements {
  readonly #statements = new Map<string, Statement>();

  /** Sends a message on under the names that the session knows. */
  send(session: ServerSession, message: WireMessage): void {
    switch (message.type) {
      case 'P':
        return this.#parse(session, message);
      case 'B':
        return this.#bind(session, message);
      case 'D':
      case 'C':
        return this.#describeOrClose(session, message);
      case 'Q':
      case 'S':
      case 'F':
        return session.send(message.raw, { kind: 'sync', statement: null });
      default:
        return session.send(message.raw, null);
    }
  }

  #parse(session: ServerSession, { body, raw }: WireMessage): void {
    const { text, rest } = textAt(body);
    if (text === '') return session.send(raw, { kind: 'parse', statement: null });
    const name = `pooled_${createHash('sha256').update(rest).digest('hex').slice(0, 24)}`;
    const statement = { name, parse: wireMessage('P', name, Buffer.from(rest)) };
    this.#statements.set(text, statement);
    // There already: closed first, so that the answer to this message comes in its turn.
    if (session.prepared.has(name))
      session.send(wireMessage('C', Buffer.from('S'), name), { kind: 'close', statement: name }, true);
    session.send(statement.parse, { kind: 'parse', statement: name });
  }

  #bind(session: ServerSession, { body, raw }: WireMessage): void {
    const portal = textAt(body);
    const { text, rest } = textAt(portal.rest);
    const statement = this.#prepare(session, text);
    session.send(statement === null ? raw : wireMessage('B', portal.text, statement.name, rest), null);
  }

  #describeOrClose(session: ServerSession, { type, body, raw }: WireMessage): void {
    const isStatement = body.toString('latin1', 0, 1) === 'S';
    const name = textAt(body.subarray(1)).text;
    if (type === 'C') {
      const known = isStatement ? this.#statements.get(name) : undefined;
      if (known !== undefined) this.#statements.delete(name);
      const own = known === undefined ? raw : wireMessage('C', Buffer.from('S'), known.name);
      session.send(own, { kind: 'close', statement: known?.name ?? null });
      return;
    }
    const statement = isStatement ? this.#prepare(session, name) : null;
    session.send(statement === null ? raw : wireMessage('D', Buffer.from('S'), statement.name), null);
  }

  /** Null for the unnamed statement, and for one that the server will say it does not know. */
  #prepare(session: ServerSession, name: string): Statement | null {
    const statement = name === '' ? undefined : this.#statements.get(name);
    if (statement === undefined) return null;
    if (!session.prepared.has(statement.name))
      session.send(statement.parse, { kind: 'parse', statement: statement.name }, true);
    return statement;
  }
}

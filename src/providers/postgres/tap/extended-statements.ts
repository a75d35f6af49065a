import { readCString } from './wire-messages.ts';

/** A statement as it was bound to values. */
export interface Portal {
  readonly sql: string;
  readonly parameters: number;
  /** Executing it again brings more rows of what runs already. */
  isStarted: boolean;
}

/** Remembers what Parse and Bind name, so that it is known what an Execute runs. Values are not looked at. */
export class ExtendedStatements {
  readonly #prepared = new Map<string, string>();
  readonly #portals = new Map<string, Portal>();

  /** The text that a Parse or Bind message is about, before it is noted; null for any other message. */
  sqlOf(type: string, body: Buffer): string | null {
    if (type !== 'P' && type !== 'B') return null;
    const second = readCString(body, readCString(body, 0).next).text;
    return type === 'P' ? second : (this.#prepared.get(second) ?? null);
  }

  /** A Parse message; returns its text. */
  parse(body: Buffer): string {
    const name = readCString(body, 0);
    const { text } = readCString(body, name.next);
    this.#prepared.set(name.text, text);
    return text;
  }

  /** A Bind message; returns what it binds. */
  bind(body: Buffer): Portal {
    const name = readCString(body, 0);
    const statement = readCString(body, name.next);
    const portal = {
      sql: this.#prepared.get(statement.text) ?? '',
      parameters: parametersOf(body, statement.next),
      isStarted: false,
    };
    this.#portals.set(name.text, portal);
    return portal;
  }

  /** What an Execute message runs. */
  executed(body: Buffer): Portal {
    const name = readCString(body, 0).text;
    return this.#portals.get(name) ?? { sql: '', parameters: 0, isStarted: false };
  }

  /** A Close message. */
  close(body: Buffer): void {
    const name = readCString(body, 1).text;
    if (body[0] === 'S'.charCodeAt(0)) this.#prepared.delete(name);
    else this.#portals.delete(name);
  }
}

/** After the names: the number of format codes, the codes, the number of values (docs, "Message Formats", Bind). */
function parametersOf(body: Buffer, at: number): number {
  if (at + 2 > body.length) return 0;
  const values = at + 2 + 2 * body.readUInt16BE(at);
  return values + 2 > body.length ? 0 : body.readUInt16BE(values);
}

import { writePrivately, readIfThere } from '../server/private-file.ts';

/** The records of one name. */
export interface DnsRecords {
  readonly a?: readonly string[] | undefined;
  readonly aaaa?: readonly string[] | undefined;
  readonly cname?: readonly string[] | undefined;
  readonly txt?: readonly string[] | undefined;
}

/** What a name leads to in the end. */
export interface DnsAnswer {
  /** The names that aliases lead through, in order; the last one has the addresses. */
  readonly aliases: readonly string[];
  readonly a: readonly string[];
  readonly aaaa: readonly string[];
  readonly txt: readonly string[];
}

/** Longer chains of aliases are a loop, or as good as one. */
const ALIASES_MAX = 8;

/** The DNS of the local cloud: a table that somebody fills by hand, because no one may change the real one for a rehearsal. */
export class DnsTable {
  readonly #file: string | null;
  readonly #hosts: Map<string, DnsRecords>;

  /** With a file the table outlives the daemon. */
  constructor(file: string | null) {
    this.#file = file;
    const text = file === null ? null : readIfThere(file);
    this.#hosts = new Map(
      Object.entries(text === null ? {} : (JSON.parse(text) as Record<string, DnsRecords>)),
    );
  }

  /** Every name with its records. */
  list(): Record<string, DnsRecords> {
    return Object.fromEntries(this.#hosts);
  }

  /** Replaces the records of a name. */
  set(host: string, records: DnsRecords): void {
    this.#hosts.set(normalName(host), records);
    this.#write();
  }

  /** Whether there were any. */
  remove(host: string): boolean {
    const wasThere = this.#hosts.delete(normalName(host));
    if (wasThere) this.#write();
    return wasThere;
  }

  clear(): void {
    this.#hosts.clear();
    this.#write();
  }

  /** Looks a name up, through its aliases. What is not there is empty. */
  resolve(host: string): DnsAnswer {
    const aliases: string[] = [];
    let name = normalName(host);
    for (let hop = 0; hop < ALIASES_MAX; hop++) {
      const alias = this.#hosts.get(name)?.cname?.[0];
      if (alias === undefined) break;
      name = normalName(alias);
      aliases.push(name);
    }
    const { a = [], aaaa = [], txt = [] } = this.#hosts.get(name) ?? {};
    return { aliases, a, aaaa, txt };
  }

  #write(): void {
    if (this.#file !== null) writePrivately(this.#file, `${JSON.stringify(this.list(), null, 2)}\n`);
  }
}

function normalName(name: string): string {
  return name.toLowerCase().replace(/\.$/u, '');
}

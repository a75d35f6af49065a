import { scrypt } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { RememberedSecret, SecretMemory } from '../providers/fly/secrets/secret-memory.ts';

const SCHEMA = `
  create table if not exists secret_salt (id integer primary key check (id = 1), salt blob not null) strict;
  create table if not exists secret_fingerprint (
    app text not null, name text not null, fingerprint text not null, digest text, primary key (app, name)) strict;
  create table if not exists secret_version (app text primary key, version integer not null) strict;
`;

const SALT_BYTES = 32;
const FINGERPRINT_BYTES = 24;
/**
 * scrypt and not a plain hash: whoever gets hold of the file also has the salt, and a short password would be found by
 * trying. At this cost one try takes some tens of milliseconds.
 */
const COST = { N: 2 ** 14, r: 8, p: 1 };

/** The memory of secrets in the same file as the journal: a salted fingerprint of each that was sent, never a value. */
export function createSecretMemory(
  db: DatabaseSync,
  randomBytes: (size: number) => Uint8Array,
): SecretMemory {
  db.exec(SCHEMA);
  let salt: Uint8Array | null = null;
  return {
    fingerprint(app, name, value) {
      salt ??= saltOf(db, randomBytes);
      return derive(value, Buffer.concat([salt, Buffer.from(`${app}\0${name}`)]));
    },
    recall(app) {
      const version = db.prepare('select version from secret_version where app = ?').get(app);
      const rows = db
        .prepare('select name, fingerprint, digest from secret_fingerprint where app = ?')
        .all(app) as unknown as readonly ({ name: string } & RememberedSecret)[];
      return {
        version: version === undefined ? null : Number(version['version']),
        secrets: Object.fromEntries(
          rows.map(({ name, fingerprint, digest }) => [name, { fingerprint, digest }]),
        ),
      };
    },
    remember(app, { version, secrets }) {
      if (version !== null) {
        db.prepare(
          'insert into secret_version values (?, ?) on conflict (app) do update set version = excluded.version',
        ).run(app, version);
      }
      const insert = db.prepare(
        `insert into secret_fingerprint values (?, ?, ?, ?)
         on conflict (app, name) do update set fingerprint = excluded.fingerprint, digest = excluded.digest`,
      );
      for (const [name, { fingerprint, digest }] of Object.entries(secrets))
        insert.run(app, name, fingerprint, digest);
    },
  };
}

/** One salt for the project, random: the same secret of two projects has two fingerprints. */
function saltOf(db: DatabaseSync, randomBytes: (size: number) => Uint8Array): Uint8Array {
  const read = db.prepare('select salt from secret_salt');
  if (read.get() === undefined) {
    // Two processes may come to a new file at once: whoever comes second keeps the salt of the first.
    db.prepare('insert into secret_salt values (1, ?) on conflict do nothing').run(randomBytes(SALT_BYTES));
  }
  return read.get()?.['salt'] as Uint8Array;
}

function derive(value: string, salt: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(value, salt, FINGERPRINT_BYTES, COST, (error, key) => {
      if (error === null) resolve(key.toString('base64url'));
      else reject(error);
    });
  });
}

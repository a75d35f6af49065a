import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../util/clock.ts';
import { readIfThere, writePrivately } from '../server/private-file.ts';
import type { Grant } from './grant.ts';

const fileSchema = z.object({
  version: z.literal(1),
  organizations: z.array(z.object({ slug: z.string(), number: z.int() })),
  tokens: z.array(
    z.object({
      token: z.string(),
      org: z.string(),
      app: z.string().nullable(),
      isReadOnly: z.boolean(),
      /** Milliseconds since the Unix epoch; null for one that never ends. */
      expiresAt: z.number().nullable(),
    }),
  ),
});

type TokenRecord = z.infer<typeof fileSchema>['tokens'][number];

/** An organization, as the platform's answers show it. */
export interface Organization {
  readonly slug: string;
  readonly name: string;
  /** Its `internal_numeric_id`. */
  readonly number: number;
}

/** A token that belongs to another organization already. */
export class TokenTakenError extends Error {
  override readonly name: string = 'TokenTakenError';
}

/** What {@link Organizations} needs. */
export interface OrganizationsOptions {
  /** Holds `organizations.json`, which only its user may read. */
  readonly stateDir: string;
  /** The cloud's own token: opens every organization. */
  readonly adminToken: string;
  readonly clock: Clock;
}

/** The organization that every account has. */
const FIRST_ORGANIZATION = 'personal';

/**
 * The organizations of the local cloud and the tokens that are bound to one of them. An organization is there as soon
 * as somebody names it; a token is kept until it expires.
 */
export class Organizations {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #admin: Buffer;
  readonly #organizations: { slug: string; number: number }[] = [];
  readonly #tokens = new Map<string, TokenRecord>();

  constructor({ stateDir, adminToken, clock }: OrganizationsOptions) {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    this.#file = join(stateDir, 'organizations.json');
    this.#clock = clock;
    this.#admin = digest(adminToken);
    const known = readIfThere(this.#file);
    const { organizations, tokens } =
      known === null ? { organizations: [], tokens: [] } : fileSchema.parse(JSON.parse(known));
    this.#organizations.push(...organizations);
    for (const record of tokens) this.#tokens.set(digest(record.token).toString('hex'), record);
  }

  /** The organization of that slug, made if this is the first to be heard of it. */
  named(slug: string): Organization {
    let found = this.#organizations.find((one) => one.slug === slug);
    if (found === undefined) {
      const last = this.#organizations.at(-1)?.number ?? 0;
      found = { slug, number: last + 1 };
      this.#organizations.push(found);
      this.#save();
    }
    return { ...found, name: slug === FIRST_ORGANIZATION ? 'Personal' : slug };
  }

  /** Those that a token has sight of. */
  seenBy(grant: Grant): readonly Organization[] {
    if (grant.org !== null) return [this.named(grant.org)];
    this.named(FIRST_ORGANIZATION);
    return this.#organizations.map(({ slug }) => this.named(slug));
  }

  /** What a token opens; null for one that is unknown or has expired. */
  grantOf(token: string): Grant | null {
    const hashed = digest(token);
    // By digest: how long it takes to find one says nothing about the token.
    if (hashed.equals(this.#admin)) return { id: 'local', org: null, app: null, isReadOnly: false };
    const id = hashed.toString('hex');
    const record = this.#tokens.get(id);
    if (record === undefined || (record.expiresAt ?? Infinity) <= this.#clock.now()) return null;
    const { org, app, isReadOnly } = record;
    return { id: id.slice(0, 16), org, app, isReadOnly };
  }

  /**
   * The token of an organization: the one given, from now on beside those it has, or the first that was ever made for
   * it. Throws {@link TokenTakenError} for one that opens something else.
   */
  organizationToken(org: string, options: { token?: string; isReadOnly?: boolean } = {}): string {
    this.named(org);
    const isReadOnly = options.isReadOnly ?? false;
    const isAsAsked = (record: TokenRecord): boolean =>
      record.org === org && record.app === null && record.isReadOnly === isReadOnly;
    const { token } = options;
    if (token === undefined) {
      const made = [...this.#tokens.values()].find(
        (record) => isAsAsked(record) && record.token.startsWith(PREFIX),
      );
      return made?.token ?? this.#add({ token: newToken(), org, app: null, isReadOnly, expiresAt: null });
    }
    const held = this.#tokens.get(digest(token).toString('hex'));
    if (held !== undefined && isAsAsked(held)) return token;
    if (held !== undefined || this.grantOf(token) !== null)
      throw new TokenTakenError(`the token is one of ${held?.org ?? 'the cloud itself'} already`);
    return this.#add({ token, org, app: null, isReadOnly, expiresAt: null });
  }

  /** A new token for one app. */
  deployToken(app: { readonly name: string; readonly orgSlug: string }, expiresAt: number | null): string {
    const { name, orgSlug: org } = app;
    return this.#add({ token: newToken(), org, app: name, isReadOnly: false, expiresAt });
  }

  /** Ends the deploy tokens of an app that is gone: one of the same name is another app. */
  forgetApp(name: string): void {
    const gone = [...this.#tokens].filter(([, record]) => record.app === name);
    for (const [id] of gone) this.#tokens.delete(id);
    if (gone.length > 0) this.#save();
  }

  #add(record: TokenRecord): string {
    this.#tokens.set(digest(record.token).toString('hex'), record);
    this.#save();
    return record.token;
  }

  #save(): void {
    const now = this.#clock.now();
    const tokens = [...this.#tokens.values()].filter((record) => (record.expiresAt ?? Infinity) > now);
    const text = JSON.stringify({ version: 1, organizations: this.#organizations, tokens }, null, 2);
    writePrivately(this.#file, `${text}\n`);
  }
}

const PREFIX = 'glidepath_org_';

function newToken(): string {
  return `${PREFIX}${randomBytes(24).toString('base64url')}`;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The token in an `Authorization` header; Fly's own tools send macaroons with a scheme of their own. */
export function bearerTokenOf(header: string | undefined): string | null {
  return /^(?:Bearer|FlyV1)\s+(.+)$/iu.exec(header ?? '')?.[1]?.trim() ?? null;
}

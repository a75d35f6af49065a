import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../util/clock.ts';
import { ACTIONS_APP_ID, ACTIONS_APP_SLUG } from '../github-context.ts';
import type { GithubState } from '../github-state.ts';
import type { GithubPermissions, TokenRecord } from '../account-records.ts';

/** GitHub's prefixes: its own scanners, and others', know tokens by them. */
const PREFIX: Readonly<Record<TokenRecord['kind'], string>> = {
  classic: 'ghp_',
  'fine-grained': 'github_pat_',
  installation: 'ghs_',
  job: 'ghs_',
};

/** Levels of a permission, the least first. */
const LEVELS = ['none', 'read', 'write', 'admin'] as const;

/** A token for a job of GitHub Actions. */
export interface JobTokenOrder {
  readonly repositoryId: number;
  /** By GitHub's names, with `-` or `_`: `pull-requests: write`. `none` counts as left out. */
  readonly permissions: Readonly<Record<string, 'read' | 'write' | 'none'>>;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

/** Makes, finds and ends tokens. They are told once, and kept as digests. */
export class Tokens {
  readonly #state: GithubState;
  readonly #clock: Clock;

  constructor(state: GithubState, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** The token of a job, with which it is `github-actions[bot]`. */
  mint(order: JobTokenOrder): { readonly id: number; readonly token: string } {
    return this.create({
      kind: 'job',
      login: `${ACTIONS_APP_SLUG}[bot]`,
      permissions: normalized(order.permissions),
      repositories: [order.repositoryId],
      expiresAt: order.expiresAt,
      appId: ACTIONS_APP_ID,
    });
  }

  create(
    order: Pick<TokenRecord, 'kind' | 'login'> & Partial<TokenRecord>,
    given?: string,
  ): { readonly id: number; readonly token: string } {
    const token = given ?? `${PREFIX[order.kind]}${randomBytes(24).toString('hex')}`;
    this.#forgetExpired();
    const id = this.#state.nextId();
    this.#state.save('tokens', {
      scopes: [],
      permissions: {},
      repositories: null,
      expiresAt: null,
      appId: null,
      ...order,
      id,
      digest: digestOf(token),
      createdAt: this.#clock.now(),
    });
    return { id, token };
  }

  /** The record of a token; null for one that is unknown or has expired. */
  find(token: string): TokenRecord | null {
    const digest = digestOf(token);
    const record = this.#state.all('tokens').find((one) => one.digest === digest) ?? null;
    return record === null || (record.expiresAt ?? Infinity) <= this.#clock.now() ? null : record;
  }

  revoke(id: number): void {
    this.#state.remove('tokens', id);
  }

  #forgetExpired(): void {
    const now = this.#clock.now();
    for (const { id, expiresAt } of this.#state.all('tokens'))
      if ((expiresAt ?? Infinity) <= now) this.revoke(id);
  }
}

/** Whether a token's permissions are enough for something. Every token may read what a repository is. */
export function isPermitted(
  permissions: GithubPermissions,
  permission: string,
  level: 'read' | 'write',
): boolean {
  if (permission === 'metadata' && level === 'read') return true;
  return LEVELS.indexOf(permissions[permission] ?? 'none') >= LEVELS.indexOf(level);
}

/** GitHub workflows write `pull-requests`, the API `pull_requests`. */
function normalized(permissions: JobTokenOrder['permissions']): GithubPermissions {
  return Object.fromEntries(
    Object.entries(permissions)
      .filter(([, level]) => level !== 'none')
      .map(([name, level]) => [name.replaceAll('-', '_'), level as 'read' | 'write']),
  );
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

import { randomBytes } from 'node:crypto';

/** What a job may do with the cache of its repository. */
export interface CacheScope {
  readonly repositoryId: number;
  /** The ref for which it writes. */
  readonly ref: string;
  /** The refs that it reads, the nearest first. */
  readonly refs: readonly string[];
}

/** ACTIONS_RUNTIME_TOKEN of the jobs that run; none outlives its job, or the cloud, which ends its jobs. */
export class RuntimeTokens {
  readonly #scopes = new Map<string, CacheScope>();

  mint(scope: CacheScope): string {
    const token = randomBytes(32).toString('base64url');
    this.#scopes.set(token, scope);
    return token;
  }

  find(token: string): CacheScope | null {
    return this.#scopes.get(token) ?? null;
  }

  revoke(token: string): void {
    this.#scopes.delete(token);
  }
}

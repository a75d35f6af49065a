import type { ArtifactStore } from '../store/artifact-store.ts';
import type { CacheStore } from '../store/cache-store.ts';

/** What actions reach beyond their job. */
export interface ActionServices {
  readonly artifacts: ArtifactStore;
  readonly caches: CacheStore;
  /** The repository, the run, and which caches it may use. */
  readonly repositoryId: number;
  readonly runId: number;
  readonly attempt: number;
  readonly headSha: string;
  readonly headBranch: string | null;
  /** The ref whose caches the run writes. */
  readonly cacheRef: string;
  /** The refs whose caches it reads, the nearest first. */
  readonly cacheRefs: readonly string[];
  /** How programs that are actions reach the cache service; steps with `run` are not told. */
  readonly runtime: { readonly resultsUrl: string; readonly token: string };
  /** Names of actions whose tool need not be there, as it was declared (`erlef/setup-beam`). */
  readonly withoutTool: ReadonlySet<string>;
  /** The Node.js that the cloud runs on. */
  readonly node: string;
}

import type { GithubContext } from '../../github-context.ts';
import type { RuntimeTokens } from '../cache-service/runtime-tokens.ts';
import type { OidcService } from '../oidc/oidc-service.ts';
import type { ServiceHost } from '../runner/job-services.ts';
import type { OwnCommand } from '../runner/npx-shim.ts';
import type { ActionsStore } from '../store/actions-store.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { CacheStore } from '../store/cache-store.ts';
import type { JobLogs } from '../store/job-logs.ts';
import type { ActionsNews } from './actions-news.ts';

/** What every part of Actions works on. */
export interface ActionsContext {
  readonly github: GithubContext;
  readonly store: ActionsStore;
  readonly artifacts: ArtifactStore;
  readonly caches: CacheStore;
  /** Of the jobs that run, for the cache service. */
  readonly runtimeTokens: RuntimeTokens;
  /** Signs who a job is, for jobs with `id-token: write`. */
  readonly oidc: OidcService;
  readonly logs: JobLogs;
  readonly news: ActionsNews;
  /** What services of jobs are started with. */
  readonly services: ServiceHost;
  /** Where jobs have their directories. */
  readonly jobsDir: string;
  /** The PATH of the machine. */
  readonly path: string;
  readonly own: OwnCommand;
  /** What every job finds in its environment, such as where the platforms are. */
  readonly variables: Readonly<Record<string, string>>;
}

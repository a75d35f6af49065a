import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import type { GithubEvent } from '../events/github-event.ts';
import type { GithubContext } from '../github-context.ts';
import { CacheBlobs } from './cache-service/cache-blobs.ts';
import { cacheServiceRoutes } from './cache-service/cache-service-routes.ts';
import { RuntimeTokens } from './cache-service/runtime-tokens.ts';
import { OidcService } from './oidc/oidc-service.ts';
import { artifactRoutes } from './rest/artifact-routes.ts';
import { cacheRoutes } from './rest/cache-routes.ts';
import { actionsPages } from './rest/actions-pages.ts';
import { Downloads } from './rest/downloads.ts';
import { jobRoutes } from './rest/job-routes.ts';
import { reviewRoutes } from './rest/review-routes.ts';
import { runRoutes } from './rest/run-routes.ts';
import { workflowRoutes } from './rest/workflow-routes.ts';
import type { JobPostgres } from './runner/job-postgres.ts';
import { ServicePorts } from './runner/service-ports.ts';
import type { OwnCommand } from './runner/npx-shim.ts';
import type { ActionsContext } from './scheduler/actions-context.ts';
import { ActionsNews } from './scheduler/actions-news.ts';
import { Engine } from './scheduler/engine.ts';
import { Intake } from './scheduler/intake.ts';
import { recover } from './scheduler/recover.ts';
import { ScheduleTicks } from './scheduler/schedule-ticks.ts';
import { ActionsStore } from './store/actions-store.ts';
import { ArtifactStore } from './store/artifact-store.ts';
import { CacheStore } from './store/cache-store.ts';
import { JobLogs } from './store/job-logs.ts';

/** What {@link createActions} needs. */
export interface ActionsOptions {
  /** Holds `actions.db`, logs, artifacts, caches, and the directories of jobs while they run. */
  readonly stateDir: string;
  /** The PATH of the machine. */
  readonly path: string;
  /** What `npx glidepath` is, inside a job. */
  readonly own: OwnCommand;
  /** Starts the Postgres of a job's service. */
  readonly postgres: JobPostgres;
  /** What every job finds in its environment, such as where the platforms are. */
  readonly variables: Readonly<Record<string, string>>;
}

/** GitHub Actions over processes of this computer. */
export interface Actions {
  readonly context: ActionsContext;
  /** Its part of the API. */
  readonly routes: Hono;
  /** Beside the API: pages of runs and jobs for people, and what downloads are redirected to. */
  readonly pages: Hono;
  readonly ticks: ScheduleTicks;
  /** To be told of every event of the local GitHub. */
  onEvent(event: GithubEvent): Promise<void>;
  /** Takes up what a killed cloud left, and begins to fire schedules; to be called once, before events come. */
  start(): void;
  /** Starts jobs that may run now, as when more of them may run at once. */
  wake(): void;
  /** Forgets every run, with what is kept of it. */
  reset(): Promise<void>;
  /** Ends what runs, and waits for it; events are still taken, and what they ask for waits for the next start. */
  stop(): Promise<void>;
  /** To be called last, when no event can come any more. */
  close(): void;
}

/** Opens it on its directory, for one local GitHub. Nothing runs until `start`. */
export function createActions(github: GithubContext, options: ActionsOptions): Actions {
  const { stateDir, path, own, variables } = options;
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const store = new ActionsStore(stateDir);
  const context: ActionsContext = {
    github,
    store,
    artifacts: new ArtifactStore(store, stateDir, github.clock),
    caches: new CacheStore(store, stateDir, github.clock),
    runtimeTokens: new RuntimeTokens(),
    oidc: new OidcService({ stateDir, clock: github.clock, baseUrl: github.baseUrl }),
    logs: new JobLogs(stateDir, github.clock),
    news: new ActionsNews(),
    services: { postgres: options.postgres, ports: new ServicePorts() },
    jobsDir: join(stateDir, 'jobs'),
    path,
    own,
    variables,
  };
  const engine = new Engine(context);
  const intake = new Intake(context, engine);
  const ticks = new ScheduleTicks(context, intake);
  const downloads = new Downloads(context);
  const routes = new Hono();
  for (const part of [workflowRoutes, reviewRoutes, artifactRoutes, runRoutes, jobRoutes, cacheRoutes])
    routes.route('/', part({ context, engine, downloads, intake }));
  const pages = new Hono();
  pages.route('/', downloads.routes());
  const blobs = new CacheBlobs({ stateDir, clock: github.clock, baseUrl: github.baseUrl });
  pages.route('/', blobs.routes());
  pages.route('/', cacheServiceRoutes({ caches: context.caches, tokens: context.runtimeTokens, blobs }));
  pages.route('/', context.oidc.routes());
  pages.route('/', actionsPages(context));
  return {
    context,
    routes,
    pages,
    ticks,
    onEvent: (event) => intake.onEvent(event),
    start() {
      recover(context, engine);
      ticks.start();
    },
    wake: () => engine.wake(),
    async reset() {
      await engine.close();
      for (const { id } of store.all('jobs')) context.logs.remove(id);
      for (const { id } of store.all('artifacts')) context.artifacts.remove(id);
      for (const { id } of store.all('caches')) context.caches.remove(id);
      store.clear();
      engine.open();
    },
    async stop() {
      await ticks.stop();
      await engine.close();
    },
    close: () => store.close(),
  };
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Hono } from 'hono';
import { jobPostgres } from '../../src/cloud/check-postgres/start-job-postgres.ts';
import { actionsControlRoutes } from '../../src/cloud/control/actions-control-routes.ts';
import { createActions } from '../../src/cloud/github/actions/create-actions.ts';
import type { Actions, ActionsOptions } from '../../src/cloud/github/actions/create-actions.ts';
import { changeSettings } from '../../src/cloud/github/actions/scheduler/settings.ts';
import type { Clock } from '../../src/util/clock.ts';
import { systemClock } from '../../src/util/clock.ts';
import { until } from './cloud-fly-rig.ts';
import { ADMIN_TOKEN, GithubRig } from './github-rig.ts';
import type { Clone } from './github-rig.ts';

/** A run as the API tells of it, as far as tests look. */
export interface RunAnswer {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly event: string;
  readonly head_sha: string;
  readonly run_attempt: number;
}

/** A job as the API tells of it, as far as tests look. */
export interface JobAnswer {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly run_attempt: number;
  readonly steps: readonly { readonly name: string; readonly conclusion: string | null }[];
}

/** A local GitHub whose GitHub workflows run. */
export class ActionsRig extends GithubRig {
  actions!: Actions;
  #options: Partial<ActionsOptions> = {};
  #clock: Clock = systemClock;

  static async openWithActions(
    options: {
      readonly clock?: Clock;
      readonly actions?: Partial<ActionsOptions>;
      readonly parallel?: number;
    } = {},
  ): Promise<ActionsRig> {
    const rig = new ActionsRig();
    rig.#options = options.actions ?? {};
    rig.#clock = options.clock ?? systemClock;
    await rig.begin();
    changeSettings(rig.actions.context.store, { parallelJobs: options.parallel ?? 4 });
    return rig;
  }

  /** Everything again on the same files, as after a restart. */
  async begin(): Promise<void> {
    await this.start({
      clock: this.#clock,
      parts: [
        (context) => {
          this.actions = createActions(context, {
            stateDir: join(this.dir, 'state', 'actions'),
            path: process.env['PATH'] ?? '',
            own: { node: process.execPath, cli: join(this.dir, 'cli.js') },
            postgres: jobPostgres({ dir: join(this.dir, 'postgres-template'), clock: this.#clock }),
            variables: {},
            ...this.#options,
          });
          return this.actions.routes;
        },
      ],
    });
    this.github.onEvent('actions', (event) => this.actions.onEvent(event));
    this.actions.start();
  }

  protected override beside(): Hono {
    const routes = new Hono();
    routes.route('/_glidepath', actionsControlRoutes(this.actions));
    routes.route('/', this.actions.pages);
    return routes;
  }

  override async stop(): Promise<void> {
    await this.actions.stop();
    await super.stop();
    this.actions.close();
  }

  /** A repository with GitHub workflows on `main`, by the name of their file. */
  async project(
    workflows: Readonly<Record<string, string>>,
    more: {
      readonly name?: string;
      readonly files?: Readonly<Record<string, string>>;
      readonly settings?: object;
    } = {},
  ): Promise<Clone> {
    const { name = 'acme/shop', files = {}, settings = {} } = more;
    await this.control('PUT', '/repositories', { repository: name, ...settings });
    const clone = await this.clone(name, ADMIN_TOKEN);
    for (const [file, text] of Object.entries(workflows)) writeInto(clone, `.github/workflows/${file}`, text);
    for (const [file, text] of Object.entries(files)) writeInto(clone, file, text);
    await clone.commit('README.md', '# Shop\n', 'Begin');
    await clone.git('push', '--quiet', 'origin', 'main');
    return clone;
  }

  /** Runs of a repository, oldest first. */
  async runs(name = 'acme/shop'): Promise<readonly RunAnswer[]> {
    await this.github.context.events.settled();
    const { body } = await this.api('GET', `/repos/${name}/actions/runs?per_page=100`);
    return (body.workflow_runs as RunAnswer[]).toReversed();
  }

  /** Waits until every run of a repository has ended, and gives them. */
  async ended(name = 'acme/shop'): Promise<readonly RunAnswer[]> {
    await until(async () => (await this.runs(name)).every(({ status }) => status === 'completed'));
    return this.runs(name);
  }

  async jobs(run: number, name = 'acme/shop', filter = 'latest'): Promise<readonly JobAnswer[]> {
    const { body } = await this.api(
      'GET',
      `/repos/${name}/actions/runs/${run}/jobs?per_page=100&filter=${filter}`,
    );
    return body.jobs as JobAnswer[];
  }

  /** How each job of a run ended, by its name. */
  async conclusions(run: number, name = 'acme/shop'): Promise<Record<string, string | null>> {
    const jobs = await this.jobs(run, name);
    return Object.fromEntries(jobs.map((job) => [job.name, job.conclusion]));
  }

  /** The log of a job of a run, without its moments. */
  async log(run: number, job: string, name = 'acme/shop'): Promise<string> {
    const found = (await this.jobs(run, name)).find((one) => one.name === job);
    const { headers } = await this.api('GET', `/repos/${name}/actions/jobs/${found?.id}/logs`);
    const response = await fetch(headers.get('location') ?? '');
    return (await response.text()).replace(/^\S+Z /gmu, '');
  }
}

/** Writes a file into a clone; the next commit takes it along. */
export function writeInto(clone: Clone, file: string, text: string): void {
  mkdirSync(dirname(join(clone.dir, file)), { recursive: true });
  writeFileSync(join(clone.dir, file), text);
}

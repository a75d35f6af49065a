import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';
import { askCloud, organizationToken, readCloud } from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import type { ProjectRig } from './project-rig.ts';

/** Between two looks at what is waited for: platforms limit how often they are asked. */
const LOOK_MS = 200;
/** The repository on the local GitHub. */
const REPOSITORY = 'octo/tiny';

/** What a job is started by. */
export interface JobOptions {
  readonly args: readonly string[];
  /** `push` of main otherwise. */
  readonly event?: string;
  readonly ref?: string;
  readonly payload?: object;
  readonly run?: number;
  readonly attempt?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A job under way, in a clone of its own that has no state. */
export interface Job {
  readonly dir: string;
  text(): string;
  /** Resolves once the text has appeared; rejects when the command ends without it. */
  printed(pattern: RegExp): Promise<void>;
  /** Resolves once it is so; rejects when the command ends without it. */
  until(isSo: () => Promise<boolean>): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<JobResult>;
}

/** How a job ended, and what it handed to its runner. */
export interface JobResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** A deployment as the local GitHub answers it, with its states, newest first. */
export interface SeenDeployment {
  readonly id: number;
  readonly environment: string;
  readonly sha: string;
  readonly payload: { readonly run: string };
  readonly states: readonly {
    readonly state: string;
    readonly description: string;
    readonly environment_url: string;
  }[];
}

/** A local GitHub with the project's repository, and jobs as a runner carries them out: each in a fresh clone. */
export interface GithubJobs extends AsyncDisposable {
  readonly cloud: CloudInfo;
  /** Pushes what is committed; to main if nothing is said. */
  push(branch?: string): Promise<void>;
  start(options: JobOptions): Promise<Job>;
  run(options: JobOptions): Promise<JobResult>;
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Newest first. */
  deployments(): Promise<readonly SeenDeployment[]>;
}

/** Tokens of the organizations, as secrets of the environments would hold them. */
export const FLY_TOKENS = {
  FLY_API_TOKEN_STAGING: 'fm2_planted-token-of-staging-Zx81qW',
  FLY_API_TOKEN_PRODUCTION: 'fm2_planted-token-of-production-Kp47vB',
} as const;

/** Puts the project of a rig whose cloud is up onto the local GitHub. */
export async function githubJobs(home: ProjectRig): Promise<GithubJobs> {
  const stateDir = join(home.dir, '.glidepath', 'cloud');
  const cloud = await readCloud(stateDir);
  if (cloud === null) throw new Error('no cloud');
  await organizationToken(cloud, 'tiny-staging', FLY_TOKENS.FLY_API_TOKEN_STAGING);
  await organizationToken(cloud, 'tiny-production', FLY_TOKENS.FLY_API_TOKEN_PRODUCTION);
  await askCloud(cloud, 'PUT', '/github/orgs', { login: 'octo' });
  await askCloud(cloud, 'PUT', '/github/repositories', { repository: REPOSITORY });
  const base = `http://127.0.0.1:${cloud.apiPort}`;
  const origin = `http://x-access-token:${cloud.token}@127.0.0.1:${cloud.apiPort}/${REPOSITORY}.git`;
  const dirs: string[] = [];
  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${base}/api/v3${path}`, {
      method,
      headers: { authorization: `token ${cloud.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? null : await response.json()) as T;
  };
  /** Null for one that was written anew since it was listed: the earlier record is deleted then. */
  const statesOf = (id: number): Promise<SeenDeployment['states'] | null> =>
    api<SeenDeployment['states']>('GET', `/repos/${REPOSITORY}/deployments/${id}/statuses`).catch(
      (error: Error) => {
        if (error.message.includes(': 404 ')) return null;
        throw error;
      },
    );
  const jobs: GithubJobs = {
    cloud,
    api,
    async push(branch = 'main') {
      await home.git('push', '--quiet', '--force', origin, `HEAD:refs/heads/${branch}`, '--tags');
    },
    async start(options) {
      const dir = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-job-')));
      dirs.push(dir);
      await home.git('clone', '--quiet', origin, join(dir, 'clone'));
      return startJob(
        { ...cloud, stateDir },
        dir,
        options,
        await headOf(home, join(dir, 'clone'), options.ref),
      );
    },
    async run(options) {
      return (await jobs.start(options)).ended;
    },
    async deployments() {
      const all = await api<SeenDeployment[]>('GET', `/repos/${REPOSITORY}/deployments?per_page=100`);
      const seen = await Promise.all(
        all.map(async (each) => {
          const states = await statesOf(each.id);
          return states === null ? [] : [{ ...each, states }];
        }),
      );
      return seen.flat();
    },
    async [Symbol.asyncDispose]() {
      for (const dir of dirs) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await jobs.push();
  return jobs;
}

/** Checks out what the event is about, as actions/checkout does. */
async function headOf(home: ProjectRig, clone: string, ref: string | undefined): Promise<string> {
  const name = (ref ?? 'refs/heads/main').replace(/^refs\/heads\//, 'origin/').replace(/^refs\/tags\//, '');
  await home.git('-C', clone, 'checkout', '--quiet', '--detach', name);
  return (await home.git('-C', clone, 'rev-parse', 'HEAD')).trim();
}

function startJob(
  cloud: CloudInfo & { readonly stateDir: string },
  dir: string,
  options: JobOptions,
  sha: string,
): Job {
  const files = {
    event: join(dir, 'event.json'),
    summary: join(dir, 'summary'),
    output: join(dir, 'output'),
  };
  writeFileSync(files.event, JSON.stringify(options.payload ?? {}));
  const child = spawn(process.execPath, [inject('cli'), ...options.args], {
    cwd: join(dir, 'clone'),
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      NO_COLOR: '1',
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_SERVER_URL: `http://127.0.0.1:${cloud.apiPort}`,
      GITHUB_API_URL: `http://127.0.0.1:${cloud.apiPort}/api/v3`,
      GITHUB_TOKEN: cloud.token,
      GITHUB_EVENT_NAME: options.event ?? 'push',
      GITHUB_EVENT_PATH: files.event,
      GITHUB_REF: options.ref ?? 'refs/heads/main',
      GITHUB_SHA: sha,
      GITHUB_RUN_ID: String(options.run ?? 1_000_001),
      GITHUB_RUN_ATTEMPT: String(options.attempt ?? 1),
      GITHUB_ACTOR: 'mona',
      GITHUB_JOB: 'deploy',
      GITHUB_WORKFLOW_REF: `${REPOSITORY}/.github/workflows/deploy-staging.yml@refs/heads/main`,
      GITHUB_STEP_SUMMARY: files.summary,
      GITHUB_OUTPUT: files.output,
      GLIDEPATH_CLOUD: cloud.stateDir,
      ...FLY_TOKENS,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let hasEnded = false;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const text = (): string => stdout + stderr;
  const ended = new Promise<JobResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      hasEnded = true;
      const outputs = Object.fromEntries(
        textOf(files.output)
          .split('\n')
          .filter((line) => line.includes('='))
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
      resolve({ code, stdout, stderr, summary: textOf(files.summary), outputs });
    });
  });
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo())) {
      if (hasEnded) throw new Error(`ended without what was waited for:\n${text()}`);
      await delay(LOOK_MS);
    }
  };
  return {
    dir,
    text,
    ended,
    kill: (signal) => void child.kill(signal),
    until,
    printed: (pattern) => until(() => Promise.resolve(pattern.test(text()))),
  };
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

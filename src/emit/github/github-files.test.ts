import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  approvalGate,
  database,
  environment,
  flyApp,
  github,
  project,
  resolvedCheck,
  shop,
  vercelApp,
} from '../../../test/support/projects.ts';
import { anyGithubProject } from '../../../test/support/any-github-project.ts';
import type { ResolvedCheck, ResolvedProject } from '../../config/resolved.ts';
import { authorshipOf } from '../stamp.ts';
import { githubFiles } from './github-files.ts';

interface Step {
  readonly name: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly if?: string;
}

interface Job {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly 'timeout-minutes'?: number;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency?: {
    readonly group: string;
    readonly queue?: string;
    readonly 'cancel-in-progress': unknown;
  };
  readonly environment?: { readonly name: string; readonly deployment?: boolean };
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly permissions: object;
  readonly defaults: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

const CHECKS: readonly ResolvedCheck[] = [
  resolvedCheck('deps', { prepares: true }),
  resolvedCheck('lint', { needs: ['deps'] }),
  resolvedCheck('test', { needs: ['deps', 'lint'], timeoutMs: 90 * 60_000, env: ['TEST_REGION', 'CI'] }),
];

/** The files of a project for which GitHub workflows are written, by name. */
function filesOf(of: ResolvedProject): Map<string, string> {
  const context = { project: { ...of, github: { ...of.github, workflows: true } }, version: '1.2.3' };
  return new Map(
    githubFiles(context).map((file) => [file.path.replace('.github/workflows/', ''), file.content]),
  );
}

function workflow(of: ResolvedProject, file: string): Workflow {
  return parse(filesOf(of).get(file) ?? '') as Workflow;
}

function workflowsOf(of: ResolvedProject): readonly [string, Workflow][] {
  return [...filesOf(of)]
    .filter(([file]) => !file.startsWith('.github/'))
    .map(([file, text]) => [file, parse(text) as Workflow]);
}

function jobsOf(of: ResolvedProject): readonly { file: string; id: string; job: Job }[] {
  return workflowsOf(of).flatMap(([file, { jobs }]) =>
    Object.entries(jobs).map(([id, job]) => ({ file, id, job })),
  );
}

const SHOP: ResolvedProject = { ...shop(), checks: CHECKS };

test('a project that says nothing of GitHub has no file of it', () => {
  expect(githubFiles({ project: { ...SHOP, github: github({ dependabot: false }) }, version: '1' })).toEqual(
    [],
  );
});

test('there is a file for each thing that starts something', () => {
  const release = {
    pattern: 'v*',
    command: 'x',
    check: null,
    environment: 'release',
    permissions: [],
    secrets: [],
  };
  const [staging, ...others] = SHOP.environments;
  const asking = staging === undefined ? [] : [{ ...staging, gates: [approvalGate()] }];
  expect([...filesOf({ ...SHOP, release, environments: [...asking, ...others] }).keys()]).toEqual([
    'ci.yml',
    'review-app.yml',
    'deploy-staging.yml',
    'deploy-production.yml',
    'approvals.yml',
    'operations.yml',
    'release.yml',
    '.github/dependabot.yml',
  ]);
  expect([...filesOf({ ...project([]), release }).keys()]).toEqual(['release.yml', '.github/dependabot.yml']);
});

test('a release looks where its tag is before anything of the commit runs', () => {
  const release = {
    pattern: 'v*',
    command: 'npm publish',
    check: null,
    environment: 'release',
    permissions: ['id-token'] as const,
    secrets: [],
  };
  const { steps = [] } = workflow({ ...SHOP, release }, 'release.yml').jobs['release'] ?? {};
  const firstCommand = steps.find(({ run }) => run !== undefined);
  expect(firstCommand?.run).toBe('git merge-base --is-ancestor "$GITHUB_SHA" "$MAIN"');
  expect(steps.indexOf(firstCommand as Step)).toBe(1);
});

describe('a deployment', () => {
  test('is started by what its environment listens to, and by hand only where that is allowed', () => {
    const on = (file: string) => workflow(SHOP, file).on;
    expect(on('deploy-staging.yml')['push']).toEqual({ branches: ['main'] });
    expect(on('deploy-production.yml')['push']).toEqual({ tags: ['v*'] });
    expect(Object.keys(on('deploy-production.yml')['workflow_dispatch']?.['inputs'] ?? {})).toEqual([
      'ref',
      'confirm',
      'reason',
    ]);
    expect(Object.keys(on('deploy-staging.yml')['workflow_dispatch']?.['inputs'] ?? {})).toEqual([
      'ref',
      'reason',
    ]);
    const live = environment('live', { apps: [flyApp('web')] });
    const pushed = { ...live, on: [{ kind: 'push', branch: 'main' } as const] };
    expect(Object.keys(workflow(project([pushed]), 'deploy-live.yml').on)).toEqual(['push']);
    const approved = { ...pushed, gates: [approvalGate()] };
    expect(Object.keys(workflow(project([approved]), 'deploy-live.yml').on)).toEqual([
      'push',
      'workflow_dispatch',
    ]);
  });

  test('by hand runs at the refs of its environment and at the main branch, and never for what was deleted', () => {
    const guard =
      "github.event.deleted != true && (github.event_name != 'workflow_dispatch' || github.ref == 'refs/heads/main' || startsWith(github.ref, 'refs/tags/v'))";
    const proven = "!cancelled() && (inputs.ref == '' || needs.commit.result == 'success')";
    const { commit, ci } = workflow(SHOP, 'deploy-production.yml').jobs;
    expect(commit?.if).toBe(`inputs.ref != '' && ${guard}`);
    expect(ci?.if).toBe(`\${{ ${proven} && ${guard} }}`);
    const byHand = project([environment('live', { apps: [flyApp('web')] })]);
    expect(workflow(byHand, 'deploy-live.yml').jobs['gates']?.if).toBe(
      `\${{ ${proven} && github.ref == 'refs/heads/main' }}`,
    );
    const patterns = environment('live', {
      apps: [flyApp('web')],
      on: [
        { kind: 'push', branch: 'v1?' },
        { kind: 'push', branch: "it's" },
      ],
    });
    expect(workflow(project([patterns]), 'deploy-live.yml').jobs['gates']?.if).toContain(
      "startsWith(github.ref, 'refs/heads/v') || github.ref == 'refs/heads/it''s' || github.ref == 'refs/heads/main'",
    );
  });

  test('needs the checks, then the gates, and only the last job has the group and the secrets', () => {
    const { ci, gates, deploy } = workflow(SHOP, 'deploy-production.yml').jobs;
    expect(ci?.uses).toBe('./.github/workflows/ci.yml');
    expect(ci?.needs).toEqual(['commit']);
    expect(gates).toMatchObject({ needs: ['commit', 'ci'] });
    expect(gates?.concurrency).toBeUndefined();
    expect(gates?.environment).toBeUndefined();
    expect(deploy).toMatchObject({
      needs: ['commit', 'ci', 'gates'],
      concurrency: { group: 'deploy-production', queue: 'max', 'cancel-in-progress': false },
      environment: { name: 'production', deployment: false },
    });
    expect(JSON.stringify(gates)).not.toContain('secrets.');
    expect(workflow(SHOP, 'deploy-staging.yml').jobs['deploy']?.concurrency).toEqual({
      group: 'deploy-staging',
      'cancel-in-progress': false,
    });
  });

  test('runs nothing of a commit that somebody names before it is found in what was chosen, and never its config', () => {
    const { commit, ci, gates, deploy } = workflow(SHOP, 'deploy-production.yml').jobs;
    const named = '${{ needs.commit.outputs.sha || github.sha }}';
    expect(commit?.steps?.map(({ uses, run }) => uses?.split('@')[0] ?? run)).toEqual([
      'actions/checkout',
      expect.stringContaining('git merge-base --is-ancestor "$sha" "$GITHUB_SHA"'),
    ]);
    expect(commit?.steps?.[0]?.with).not.toHaveProperty('ref');
    expect(ci?.with).toEqual({ ref: named });
    for (const job of [gates, deploy]) {
      expect(job?.steps?.[0]?.with).toMatchObject({ ref: '${{ github.sha }}' });
      expect(job?.steps?.at(-1)?.env).toMatchObject({ REF: named });
      expect(job?.steps?.at(-1)?.run).toContain('--ref "$REF"');
    }
    expect(deploy?.steps?.at(-1)?.env).toMatchObject({ CONFIRM: '${{ inputs.confirm }}' });
    expect(workflow(SHOP, 'deploy-staging.yml').jobs['deploy']?.steps?.at(-1)?.run).not.toContain('confirm');
  });

  test('gets every secret of its environment by name, and none of another', () => {
    const staging = environment('staging', {
      apps: [
        flyApp('web', {
          token: 'FLY_STAGING',
          env: { A: { kind: 'secret', name: 'A_KEY' }, B: { kind: 'literal', value: 'b' } },
          build: { target: null, args: {}, secrets: ['NPM_TOKEN'] },
        }),
        vercelApp('site', { token: 'VERCEL_TOKEN', orgId: 'VERCEL_ORG', projectId: 'VERCEL_PROJECT' }),
      ],
      databases: [
        database('neon', { provider: 'neon', token: 'NEON_KEY', fly: null }),
        database('own', {
          provider: 'external',
          token: null,
          secret: 'OWN_URL',
          directSecret: 'OWN_DIRECT',
          fly: null,
        }),
      ],
      smoke: { command: 'x', withinMs: 1, env: { KEY: { kind: 'secret', name: 'SMOKE_KEY' } } },
    });
    const other = environment('production', { apps: [flyApp('web', { token: 'FLY_PRODUCTION' })] });
    const step = workflow(project([staging, other]), 'deploy-staging.yml').jobs['deploy']?.steps?.at(-1);
    expect(Object.keys(step?.env ?? {})).toEqual([
      'GITHUB_TOKEN',
      'FLY_STAGING',
      'VERCEL_TOKEN',
      'VERCEL_ORG',
      'VERCEL_PROJECT',
      'NEON_KEY',
      'OWN_URL',
      'OWN_DIRECT',
      'A_KEY',
      'NPM_TOKEN',
      'SMOKE_KEY',
      'REF',
    ]);
    const status = workflow(project([staging, other]), 'operations.yml').jobs['staging']?.steps?.find(
      ({ name }) => name === 'Show the status of staging',
    );
    expect(Object.keys(status?.env ?? {})).not.toContain('A_KEY');
    expect(Object.keys(status?.env ?? {})).toContain('NEON_KEY');
  });

  test('is agreed to by reviewers in a job without a secret and without the group, also by hand', () => {
    const gates = [approvalGate({ by: 'reviewers' })];
    const live = project([environment('live', { apps: [flyApp('web')], gates })]);
    const asked = { name: 'live-approval', deployment: false };
    const run = 'echo "at=$(date +%s)" >> "$GITHUB_OUTPUT"';
    const approval = { environment: asked, permissions: {}, steps: [{ run }] };
    const deploy = workflow(live, 'deploy-live.yml').jobs;
    expect(deploy['gates']?.environment).toBeUndefined();
    expect(deploy['approval']).toMatchObject({ ...approval, needs: ['gates'] });
    const { jobs } = workflow(live, 'operations.yml');
    expect(jobs['live_gates']?.environment).toBeUndefined();
    expect(jobs['live-approval']).toMatchObject({ ...approval, needs: ['live_gates'] });
    for (const job of [deploy['approval'], jobs['live-approval']]) expect(job?.concurrency).toBeUndefined();
    expect(jobs['live']?.needs).toEqual(['live_gates', 'live-approval']);
    expect(filesOf(live).has('approvals.yml')).toBe(false);
  });

  test('is told which plan its reviewers saw, and when they agreed to it', () => {
    const gates = [{ kind: 'passed' as const, environment: 'staging' }, approvalGate({ by: 'reviewers' })];
    const live = project([
      environment('staging', { apps: [flyApp('web')] }),
      environment('live', { apps: [flyApp('web')], gates }),
    ]);
    const { jobs: deploy } = workflow(live, 'deploy-live.yml');
    expect(deploy['gates']?.outputs?.['asked']).toBe('${{ steps.gates.outputs.asked }}');
    const step = deploy['deploy']?.steps?.at(-1);
    expect(step?.run).toMatch(/deploy live .*--reviewed "\$REVIEWED"$/);
    expect(step?.env?.['REVIEWED']).toBe('${{ needs.gates.outputs.asked }}@${{ needs.approval.outputs.at }}');
    const { jobs } = workflow(live, 'operations.yml');
    const steps = (job: string) => (jobs[job]?.steps ?? []).flatMap(({ run }) => run ?? []);
    expect(steps('live_gates').join()).toMatch(
      /gates live --ref "\$REF",.*gates live --promote-from staging/,
    );
    const told = jobs['live']?.steps?.filter(({ env }) => env?.['REVIEWED'] !== undefined) ?? [];
    expect(told.map(({ run }) => run)).toEqual([
      expect.stringMatching(/deploy live .*--reviewed "\$REVIEWED"$/),
      expect.stringMatching(/promote staging live .*--reviewed "\$REVIEWED"$/),
    ]);
    const isOther = workflow(live, 'deploy-staging.yml').jobs['deploy']?.steps?.at(-1);
    expect(isOther?.run).not.toContain('--reviewed');
  });
});

describe('a check', () => {
  test('waits for those it needs that have a job, may take its time, and gets variables but no secret', () => {
    const { jobs } = workflow(SHOP, 'ci.yml');
    expect(Object.keys(jobs)).toEqual(['changes', 'check-lint', 'check-test', 'gate']);
    expect(jobs['gate']?.needs).toEqual(['changes', 'check-lint', 'check-test']);
    expect(jobs['check-test']).toMatchObject({
      needs: ['changes', 'check-lint'],
      'timeout-minutes': 105,
      permissions: { contents: 'read' },
    });
    expect(jobs['check-test']?.steps?.at(-2)?.env).toEqual({ TEST_REGION: '${{ vars.TEST_REGION }}' });
    expect(filesOf(SHOP).get('ci.yml')).not.toContain('secrets.');
  });

  test('runs for pull requests, for the queue, and when called; never for a tag by itself', () => {
    expect(Object.keys(workflow(SHOP, 'ci.yml').on)).toEqual([
      'pull_request',
      'merge_group',
      'workflow_call',
      'workflow_dispatch',
    ]);
  });
});

describe('a repository', () => {
  const commands = (of: ResolvedProject): string[] =>
    jobsOf(of).flatMap(({ job }) => (job.steps ?? []).flatMap(({ run }) => (run === undefined ? [] : [run])));

  test('without a package.json runs the version that wrote the file, and installs nothing', () => {
    const phoenix = { ...SHOP, github: github({ install: null, elixir: { elixir: '1.18', otp: '27' } }) };
    const runs = commands(phoenix);
    expect(
      runs
        .filter((run) => run !== 'exit 1' && !run.includes('git merge-base'))
        .every((run) => run.startsWith('npx --yes glidepath@1.2.3 ')),
    ).toBe(true);
    const used = new Set(
      jobsOf(phoenix).flatMap(({ job }) => (job.steps ?? []).map(({ uses }) => uses?.split('@')[0])),
    );
    expect([...used]).toContain('erlef/setup-beam');
    expect(filesOf(phoenix).get('.github/dependabot.yml')).toMatch(/mix/);
    expect(filesOf(phoenix).get('.github/dependabot.yml')).not.toMatch(/npm/);
  });

  test('has npm updated where its checks work with it, not where there is no package.json', () => {
    const folders = (install: string | null, command: string, directory = ''): unknown[] => {
      const checks = [resolvedCheck('assets', { command, directory })];
      const text = filesOf({ ...SHOP, checks, github: github({ install }) }).get('.github/dependabot.yml');
      const { updates } = parse(text ?? '') as { updates: Record<string, unknown>[] };
      return updates.filter((one) => one['package-ecosystem'] === 'npm').map((one) => one['directory']);
    };
    expect(folders(null, 'mix test')).toEqual([]);
    expect(folders(null, 'npm --prefix assets test')).toEqual(['/assets']);
    expect(folders(null, 'npm ci && npm test', 'assets')).toEqual(['/assets']);
    expect(folders('npm ci', 'npm test && npm --prefix assets ci')).toEqual(['/', '/assets']);
    // A workspace: what it has is in the lock file of the root.
    expect(folders('npm ci', 'npm test', 'apps/web')).toEqual(['/']);
    expect(folders('pnpm install --frozen-lockfile', 'pnpm -C apps/web test')).toEqual(['/']);
  });

  test.each([
    [24, 'corepack enable'],
    // Which comes without corepack.
    [26, 'npx --yes corepack@0.36.0 enable --install-directory "$(dirname "$(command -v node)")"'],
  ])('of pnpm sets up pnpm first, on Node %i', (node, setup) => {
    const install = 'pnpm install --frozen-lockfile';
    const runs = commands({ ...SHOP, github: github({ install, node }) });
    expect(runs.slice(0, 3)).toEqual([setup, install, 'npx glidepath ci affected']);
  });

  test('may have its own pins, which stand with their version beside', () => {
    const actions = { 'actions/checkout': { version: 'v9.9.9', sha: 'b'.repeat(40) } };
    expect(filesOf({ ...SHOP, github: github({ actions }) }).get('ci.yml')).toContain(
      `uses: actions/checkout@${'b'.repeat(40)} # v9.9.9\n`,
    );
  });

  test('has its own Dockerfiles updated where they are', () => {
    const apps = [
      flyApp('a', { dockerfile: 'infra/a/Dockerfile' }),
      flyApp('b', { dockerfile: './Dockerfile' }),
    ];
    const text = filesOf(project([environment('live', { apps })])).get('.github/dependabot.yml') ?? '';
    const { updates } = parse(text) as { updates: Record<string, unknown>[] };
    expect(
      updates.filter((one) => one['package-ecosystem'] === 'docker').map((one) => one['directory']),
    ).toEqual(['/infra/a', '/']);
    expect(updates.every((one) => one['cooldown'] !== undefined)).toBe(true);
  });
});

describe('whatever the project is', () => {
  test('every file is read as YAML, and known again as ours', () => {
    fc.assert(
      fc.property(anyGithubProject, (any) => {
        for (const [file, text] of filesOf(any)) {
          if (!file.endsWith('.js')) expect(parse(text, { version: '1.2' }), file).toBeTypeOf('object');
          expect(authorshipOf(text)).toBe('unedited');
        }
      }),
    );
  });

  test('every job says what it may do and for how long, and waits for jobs that are there', () => {
    fc.assert(
      fc.property(anyGithubProject, (any) => {
        for (const [file, { permissions, defaults, jobs, on }] of workflowsOf(any)) {
          expect(permissions).toEqual({});
          expect(defaults).toEqual({ run: { shell: 'bash' } });
          expect(Object.keys(on)).not.toContain('workflow_run');
          expect(Object.keys(on)).not.toContain('pull_request_target');
          for (const [id, job] of Object.entries(jobs)) {
            expect(job.permissions, `${file} ${id}`).toBeDefined();
            if (job.uses === undefined) expect(job['timeout-minutes'], `${file} ${id}`).toBeGreaterThan(0);
            if (job.concurrency !== undefined) expect(job.concurrency['cancel-in-progress']).toBeDefined();
            for (const need of job.needs ?? []) expect(Object.keys(jobs)).toContain(need);
            expect(id).toMatch(/^[A-Za-z_][\w-]{0,99}$/);
          }
        }
      }),
    );
  });

  test('no step trusts what it is given: pins, no credentials, no cache, no expression for the shell', () => {
    fc.assert(
      fc.property(anyGithubProject, (any) => {
        for (const { file, id, job } of jobsOf(any)) {
          for (const step of job.steps ?? []) {
            const at = `${file} ${id} ${step.name}`;
            if (step.uses !== undefined) {
              expect(step.uses, at).toMatch(
                /^([\w/-]+@[0-9a-f]{40}|\.\/\.github\/actions\/glidepath-cache)$/,
              );
            }
            if (step.uses?.startsWith('actions/checkout@')) {
              expect(step.with?.['persist-credentials'], at).toBe(false);
            }
            if (step.uses?.startsWith('actions/setup-node@')) {
              expect(step.with, at).toMatchObject({ 'package-manager-cache': false });
              expect(step.with, at).not.toHaveProperty('cache');
            }
            expect(step.run ?? '', at).not.toMatch(/\$\{\{|\n/);
          }
          if (file !== 'ci.yml' && job.uses === undefined && JSON.stringify(job).includes('secrets.'))
            expect(job.environment, `${file} ${id}`).toBeDefined();
        }
      }),
    );
  });
});

describe('the shared cache', () => {
  const TRUST = [`ed25519:${'A'.repeat(43)}`];
  const cached = (
    remote: ResolvedProject['cache']['remote'],
    trust: readonly string[] = [],
  ): ResolvedProject => ({
    ...SHOP,
    cache: { ...SHOP.cache, remote, trust },
  });
  const stepsOf = (of: ResolvedProject): readonly Step[] =>
    workflow(of, 'ci.yml').jobs['check-lint']?.steps ?? [];
  const http = { kind: 'http', url: 'https://cache.example/', token: 'CACHE_TOKEN' } as const;

  /** What the variables of the check are in a run, by GitHub's own library. */
  function variables(of: ResolvedProject, github: object): Record<string, string> {
    const env = stepsOf(of).find(({ name }) => name === 'Run lint')?.env ?? {};
    const secrets = { CACHE_TOKEN: 'token', GLIDEPATH_CACHE_KEY: 'key', S3_ID: 'id', S3_KEY: 'secret' };
    const context = JSON.parse(JSON.stringify({ github, secrets }), data.reviver) as data.Dictionary;
    return Object.fromEntries(
      Object.entries(env).map(([name, text]) => {
        const { tokens } = new Lexer(text.slice(4, -3)).lex();
        const parsed = new Parser(tokens, ['github', 'secrets'], []).parse();
        return [name, new Evaluator(parsed, context).evaluate().coerceString()];
      }),
    );
  }

  const EVENTS = {
    'a push to main': { event_name: 'push', ref: 'refs/heads/main' },
    'a push to another branch': { event_name: 'push', ref: 'refs/heads/mainly' },
    'a tag': { event_name: 'push', ref: 'refs/tags/v1' },
    'a pull request': { event_name: 'pull_request', ref: 'refs/pull/1/merge' },
    'the merge queue': { event_name: 'merge_group', ref: 'refs/heads/gh-readonly-queue/main/pr-1' },
    'by hand on main, where any commit can be named': {
      event_name: 'workflow_dispatch',
      ref: 'refs/heads/main',
    },
  };

  test.each([
    ['a push to main', { CACHE_TOKEN: 'token', GLIDEPATH_CACHE_KEY: 'key' }],
    ['a push to another branch', { CACHE_TOKEN: 'token', GLIDEPATH_CACHE_KEY: '' }],
    ['a tag', { CACHE_TOKEN: 'token', GLIDEPATH_CACHE_KEY: '' }],
    ['a pull request', { CACHE_TOKEN: '', GLIDEPATH_CACHE_KEY: '' }],
    ['the merge queue', { CACHE_TOKEN: '', GLIDEPATH_CACHE_KEY: '' }],
    ['by hand on main, where any commit can be named', { CACHE_TOKEN: '', GLIDEPATH_CACHE_KEY: '' }],
  ] as const)('%s is given %j', (event, expected) => {
    expect(variables(cached(http, TRUST), EVENTS[event])).toEqual(expected);
  });

  test('whatever is cached where, only a push has secrets, and only one to main has the key', () => {
    fc.assert(
      fc.property(anyGithubProject, fc.constantFrom(...Object.values(EVENTS)), (any, event) => {
        const { checks } = any;
        if (checks.length === 0) return;
        const ci = workflow(any, 'ci.yml');
        for (const [id, job] of Object.entries(ci.jobs)) {
          if (!id.startsWith('check-')) expect(JSON.stringify(job)).not.toContain('secrets.');
        }
        const asked = checks.map(({ name }) => ci.jobs[`check-${name}`]?.steps ?? []).flat();
        for (const [name, text] of asked.flatMap(({ env }) => Object.entries(env ?? {}))) {
          if (!text.includes('secrets.')) continue;
          const isKey = name === 'GLIDEPATH_CACHE_KEY';
          const allowed =
            event.event_name === 'push' && (!isKey || event.ref === `refs/heads/${any.mainBranch}`);
          const context = { github: event, secrets: { [name]: 'open' } };
          const given = JSON.parse(JSON.stringify(context), data.reviver) as data.Dictionary;
          const { tokens } = new Lexer(text.slice(4, -3)).lex();
          const parsed = new Parser(tokens, ['github', 'secrets'], []).parse();
          expect(new Evaluator(parsed, given).evaluate().coerceString()).toBe(allowed ? 'open' : '');
        }
      }),
    );
  });

  test('has no key without somebody who believes it, and none of it without a cache', () => {
    expect(variables(cached(http), EVENTS['a push to main'])).toEqual({ CACHE_TOKEN: 'token' });
    expect(variables(cached({ ...http, token: null }), EVENTS['a push to main'])).toEqual({});
    expect(filesOf(cached(null, TRUST)).get('ci.yml')).not.toContain('secrets');
  });

  test('in a bucket takes both keys', () => {
    const s3 = {
      bucket: 'b',
      region: 'r',
      endpoint: null,
      prefix: '',
      accessKeyId: 'S3_ID',
      secretAccessKey: 'S3_KEY',
    };
    expect(variables(cached({ kind: 's3', ...s3 }), EVENTS['a push to main'])).toEqual({
      S3_ID: 'id',
      S3_KEY: 'secret',
    });
  });

  test('is handed on by whoever calls the checks', () => {
    const secrets = {
      CACHE_TOKEN: '${{ secrets.CACHE_TOKEN }}',
      GLIDEPATH_CACHE_KEY: '${{ secrets.GLIDEPATH_CACHE_KEY }}',
    };
    const of = cached(http, TRUST);
    expect(workflow(of, 'deploy-staging.yml').jobs['ci']).toMatchObject({ secrets });
    expect(workflow(of, 'ci.yml').on['workflow_call']).toMatchObject({
      secrets: { CACHE_TOKEN: { required: false }, GLIDEPATH_CACHE_KEY: { required: false } },
    });
  });

  test('of GitHub is told to the step of the check, and to none before it', () => {
    const of = cached({ kind: 'github' });
    expect(stepsOf(of).map(({ uses, run }) => uses?.replace(/@.*/, '') ?? run)).toEqual([
      'actions/checkout',
      'actions/setup-node',
      'npm ci',
      './.github/actions/glidepath-cache',
      'npx glidepath ci --only lint',
      'actions/upload-artifact',
    ]);
    expect(variables(of, EVENTS['a pull request'])).toEqual({});
  });

  test('is filled by the main branch, by a deployment or else by a run of its own', () => {
    const listens = (of: ResolvedProject): unknown => workflow(of, 'ci.yml').on['push'];
    const without = {
      ...cached(http),
      environments: cached(http).environments.map((each) => ({ ...each, on: [] })),
    };
    expect(listens(cached(http))).toBeUndefined();
    expect(listens(without)).toEqual({ branches: ['main'] });
    expect(listens({ ...without, cache: SHOP.cache })).toBeUndefined();
  });

  test.each(['commonjs', 'module'])(
    'its action passes on what GitHub tells actions, in a %s package',
    (type) => {
      const home = mkdtempSync(join(tmpdir(), 'glidepath-action-'));
      try {
        const files = filesOf(cached({ kind: 'github' }));
        writeFileSync(join(home, 'package.json'), JSON.stringify({ type }));
        writeFileSync(
          join(home, 'pass-on.js'),
          files.get('.github/actions/glidepath-cache/pass-on.js') ?? '',
        );
        writeFileSync(join(home, 'env'), 'BEFORE=1\n');
        const printed = execFileSync(process.execPath, [join(home, 'pass-on.js')], {
          encoding: 'utf8',
          env: {
            GITHUB_ENV: join(home, 'env'),
            ACTIONS_RESULTS_URL: 'https://r/',
            ACTIONS_RUNTIME_TOKEN: 't0ken',
          },
        });
        expect(printed).toBe('::add-mask::t0ken\n');
        expect(readFileSync(join(home, 'env'), 'utf8')).toBe(
          'BEFORE=1\nACTIONS_RESULTS_URL=https://r/\nACTIONS_RUNTIME_TOKEN=t0ken\n',
        );
      } finally {
        rmSync(home, { recursive: true });
      }
      expect(
        parse(filesOf(cached({ kind: 'github' })).get('.github/actions/glidepath-cache/action.yml') ?? ''),
      ).toMatchObject({
        runs: { using: 'node24', main: 'pass-on.js' },
      });
    },
  );
});

describe('reports', () => {
  test('are kept of every check, also of one that failed', () => {
    const last = workflow(SHOP, 'ci.yml').jobs['check-lint']?.steps?.at(-1);
    expect(last).toMatchObject({
      if: '!cancelled()',
      with: { name: 'reports-lint', path: '.glidepath/reports', 'include-hidden-files': true },
    });
  });

  const scanned: ResolvedProject = {
    ...SHOP,
    github: { ...SHOP.github, codeScanning: true },
    checks: CHECKS.map((check) =>
      check.name === 'lint' ? { ...check, reports: { ...check.reports, sarif: ['a.sarif'] } } : check,
    ),
  };

  test('of what was found are shown by GitHub only where the config says so, by a job that runs nothing else', () => {
    expect(workflow({ ...scanned, github: SHOP.github }, 'ci.yml').jobs).not.toHaveProperty('code-scanning');
    const { jobs } = workflow(scanned, 'ci.yml');
    expect(jobs['code-scanning']?.permissions).toEqual({
      contents: 'read',
      'security-events': 'write',
      actions: 'read',
    });
    expect(jobs['code-scanning']?.steps?.map(({ uses, run }) => uses?.replace(/@.*/, '') ?? run)).toEqual([
      'actions/download-artifact',
      'github/codeql-action/upload-sarif',
    ]);
    expect(jobs['check-lint']?.permissions).toEqual({ contents: 'read' });
    // A called workflow has no more rights than its caller.
    expect(workflow(scanned, 'deploy-staging.yml').jobs['ci']?.permissions).toMatchObject({
      'security-events': 'write',
    });
    expect(workflow(SHOP, 'deploy-staging.yml').jobs['ci']?.permissions).toEqual({ contents: 'read' });
  });
});

test('bash reads every command', () => {
  const runs = jobsOf(SHOP).flatMap(({ job }) => (job.steps ?? []).map(({ run }) => run ?? 'true'));
  execFileSync('bash', ['-n'], { input: [...new Set(runs)].join('\n') });
});

import { describe, expect, test } from 'vitest';
import type { ResolvedProject } from '../../src/config/resolved.ts';
import { Secret } from '../../src/diagnostics/secret.ts';
import { applySettings, type AppliedSetting } from '../../src/pipeline/github-setup/apply-settings.ts';
import { planSettings } from '../../src/plan/github-setup/plan-settings.ts';
import { wantedSettings } from '../../src/plan/github-setup/wanted-settings.ts';
import type { GithubOptions } from '../../src/providers/github/github-options.ts';
import {
  createGithubSettings,
  createGithubSettingsReader,
} from '../../src/providers/github/github-settings.ts';
import { openCodeHost, type CodeHostRig } from '../support/code-host-rig.ts';
import { approvalGate, environment, flyApp, project, resolvedCheck } from '../support/projects.ts';

const VALUE = 'FlyV1 fm2_planted+value/with=signs and a ünicode';

const PROJECT: ResolvedProject = project(
  [
    environment('staging', { apps: [flyApp('web')], on: [{ kind: 'push', branch: 'main' }] }),
    environment('production', {
      apps: [flyApp('web', { token: 'FLY_API_TOKEN_PRODUCTION' })],
      on: [{ kind: 'tag', pattern: 'v*' }],
      gates: [approvalGate({ by: 'reviewers', approvers: ['ada', 'acme/ops'], excludesInitiator: true })],
    }),
    environment('review', { kind: 'review', apps: [flyApp('web')], on: [{ kind: 'pull-request' }] }),
  ],
  { checks: [resolvedCheck('test')] },
);

async function openRig(more: { plan?: string; isPrivate?: boolean } = {}): Promise<CodeHostRig> {
  const rig = await openCodeHost({ private: more.isPrivate ?? false });
  await rig.github.control('PUT', '/users', { login: 'ada' });
  const teams = { ops: ['ada'] };
  await rig.github.control('PUT', '/orgs', {
    login: 'acme',
    plan: more.plan ?? 'free',
    members: { glidepath: 'admin' },
    teams,
  });
  return rig;
}

async function setUp(
  options: GithubOptions,
  given: readonly { environment: string; name: string }[] = [],
  asked: ResolvedProject = PROJECT,
): Promise<readonly AppliedSetting[]> {
  const found = await createGithubSettingsReader(options).found();
  const changes = planSettings(wantedSettings(asked), found, given);
  return applySettings(
    { settings: createGithubSettings(options), secretOf: () => new Secret(VALUE) },
    changes,
  );
}

/** What came of each change that had something to send. */
function outcomes(applied: readonly AppliedSetting[]): string[] {
  return applied.flatMap(({ change, outcome }) =>
    outcome === null ? [] : [`${change.subject}: ${outcome.kind}`],
  );
}

const ALL = [
  'environment staging: done',
  'environment production: done',
  'environment production-approval: done',
  'environment review: done',
  'ruleset Glidepath: main branch: done',
  'ruleset Glidepath: release tags: done',
  'label glidepath: done',
  'label review: done',
];

describe('a repository with everything', () => {
  test('is set up once, and a second time there is nothing to do', async () => {
    await using rig = await openRig();
    expect(outcomes(await setUp(rig.options()))).toEqual(ALL);
    expect(outcomes(await setUp(rig.options()))).toEqual([]);
    const found = await createGithubSettingsReader(rig.options()).found();
    expect(found.environments.find(({ name }) => name === 'production-approval')).toEqual({
      name: 'production-approval',
      reviewers: ['ada', 'acme/ops'],
      preventsSelfReview: true,
      waitMinutes: 0,
      refs: { branches: ['main'], tags: ['v*'] },
      secrets: [],
    });
    expect(found.environments.find(({ name }) => name === 'review')?.refs).toEqual({
      branches: ['refs/pull/*/merge', 'main'],
      tags: [],
    });
  });

  test('takes on main only what passed "CI gate", and lets no release tag be moved', async () => {
    await using rig = await openRig();
    await setUp(rig.options());
    await rig.github.control('PUT', '/users', { login: 'grace' });
    const collaborators = { grace: 'write' };
    await rig.github.control('PUT', '/repositories', { repository: rig.repository, collaborators });
    const { token } = await rig.github.control('POST', '/tokens', { login: 'grace' });
    const clone = await rig.github.clone(rig.repository, token);
    await clone.git('checkout', '--quiet', 'main');
    await clone.git('tag', 'v1.0.0');
    await clone.git('push', '--quiet', 'origin', 'v1.0.0');
    await clone.commit('a.txt', 'a');
    expect(await clone.refused('push', 'origin', 'main')).toMatch(/CI gate/);
    await clone.git('tag', '--force', 'v1.0.0');
    expect(await clone.refused('push', '--force', 'origin', 'v1.0.0')).toMatch(/v1\.0\.0/);
    expect(await clone.refused('push', 'origin', ':v1.0.0')).toMatch(/v1\.0\.0/);
  });

  test('what somebody changed is mended, and what somebody added stays', async () => {
    await using rig = await openRig();
    await setUp(rig.options());
    const path = `/repos/${rig.repository}/environments/production`;
    await rig.github.api('PUT', path, { deployment_branch_policy: null, wait_timer: 10 });
    const { body: rulesets } = await rig.github.api('GET', `/repos/${rig.repository}/rulesets`);
    for (const { id } of rulesets as { id: number }[]) {
      await rig.github.api('PUT', `/repos/${rig.repository}/rulesets/${id}`, { enforcement: 'disabled' });
    }
    await rig.github.api('PUT', `/repos/${rig.repository}/actions/permissions/workflow`, {
      default_workflow_permissions: 'write',
      can_approve_pull_request_reviews: true,
    });
    expect(outcomes(await setUp(rig.options()))).toEqual([
      'environment production: done',
      'ruleset Glidepath: main branch: done',
      'ruleset Glidepath: release tags: done',
      'GitHub Actions: done',
    ]);
    const found = await createGithubSettingsReader(rig.options()).found();
    expect(found.environments.find(({ name }) => name === 'production')).toMatchObject({
      refs: { branches: ['main'], tags: ['v*'] },
      waitMinutes: 10,
    });
    expect(found.rulesets.map(({ enforcement }) => enforcement)).toEqual(['active', 'active']);
    expect(found.actions).toEqual({ defaultPermissions: 'read', canApprovePullRequests: false });
  });

  test('a sealed secret arrives, in the environment it is for, and is told to nobody', async () => {
    await using rig = await openRig();
    const given = [{ environment: 'production', name: 'FLY_API_TOKEN_PRODUCTION' }];
    const sent: string[] = [];
    const fetchAndNote: GithubOptions['fetch'] = async (url, init) => {
      sent.push(`${url} ${typeof init?.body === 'string' ? init.body : ''}`);
      return fetch(url, init);
    };
    expect(outcomes(await setUp(rig.options({ fetch: fetchAndNote }), given))).toContain(
      'secret FLY_API_TOKEN_PRODUCTION of production: done',
    );
    const { state, secretBox } = rig.github.github.context;
    const kept = state.all('secrets');
    expect(kept.map(({ name }) => name)).toEqual(['FLY_API_TOKEN_PRODUCTION']);
    const production = state.all('environments').find(({ name }) => name === 'production');
    expect(kept[0]?.scope).toBe(`env:${production?.id}`);
    expect(await secretBox.open(kept[0]?.sealed ?? '')).toBe(VALUE);
    expect(sent.some((line) => line.includes('/secrets/FLY_API_TOKEN_PRODUCTION'))).toBe(true);
    expect(sent.join('\n')).not.toContain('planted');
    const found = await createGithubSettingsReader(rig.options()).found();
    expect(found.environments.find(({ name }) => name === 'production')?.secrets).toEqual([
      'FLY_API_TOKEN_PRODUCTION',
    ]);
  });
});

describe('a private repository', () => {
  test.each([
    ['enterprise', ALL],
    ['team', ALL],
    ['free', ['label glidepath: done', 'label review: done']],
  ])('of an organization on the plan %s, which its administrator is told', async (plan, expected) => {
    await using rig = await openRig({ plan, isPrivate: true });
    const applied = await setUp(rig.options());
    expect(outcomes(applied)).toEqual(expected);
    const notes = applied
      .filter(({ change }) => change.mark === 'note')
      .map(({ change }) => change.details[0]);
    if (plan === 'team')
      expect(notes).toEqual([expect.stringContaining('approval by comment stands in for it')]);
    if (plan === 'enterprise') expect(notes).toEqual([]);
    expect(outcomes(await setUp(rig.options()))).toEqual([]);
  });

  test('that was public when it was set up is told of what the plan leaves out now', async () => {
    await using rig = await openRig({ plan: 'free', isPrivate: false });
    await setUp(rig.options());
    await rig.github.control('PUT', '/repositories', { repository: rig.repository, private: true });
    const notes = (await setUp(rig.options())).flatMap(({ change }) =>
      change.mark === 'note' ? [change.subject] : [],
    );
    expect(notes).toEqual(expect.arrayContaining(['environment staging', 'ruleset Glidepath: main branch']));
  });

  test.each([
    ['team', { limited: ['environment production-approval'] }],
    [
      'free',
      {
        limited: [
          'environment staging',
          'environment production',
          'environment production-approval',
          'environment review',
          'ruleset Glidepath: main branch',
          'ruleset Glidepath: release tags',
        ],
      },
    ],
  ])(
    'on the plan %s, which nobody tells: what GitHub refuses is taken for the answer, and the rest is made',
    async (plan, { limited }) => {
      await using rig = await openRig({ plan, isPrivate: true });
      // An administrator of the repository who is no member of the organization is not told its plan.
      await rig.github.control('PUT', '/users', { login: 'grace' });
      const collaborators = { grace: 'admin' };
      await rig.github.control('PUT', '/repositories', {
        repository: rig.repository,
        private: true,
        collaborators,
      });
      const { token } = await rig.github.control('POST', '/tokens', { login: 'grace' });
      const options = rig.options({ token });
      expect((await createGithubSettingsReader(options).found()).repository.plan).toBeNull();
      const applied = await setUp(options);
      const subjects = (kind: string): string[] =>
        applied.filter(({ outcome }) => outcome?.kind === kind).map(({ change }) => change.subject);
      expect(subjects('failed')).toEqual([]);
      expect(subjects('limited')).toEqual(limited);
      expect(subjects('done')).toEqual(expect.arrayContaining(['label glidepath', 'label review']));
      const gate = applied.find(
        ({ change }) => change.subject === 'environment production-approval',
      )?.outcome;
      expect(gate).toMatchObject({
        instead: expect.stringMatching(/approval by comment|glidepath gates looks at the ref/) as unknown,
      });
    },
  );
});

describe('bad input', () => {
  test('a token without the right is told which one, for each thing, and the rest is tried', async () => {
    await using rig = await openRig();
    await rig.github.control('PUT', '/users', { login: 'grace' });
    const collaborators = { grace: 'admin' };
    await rig.github.control('PUT', '/repositories', { repository: rig.repository, collaborators });
    const permissions = {
      metadata: 'read',
      actions: 'read',
      issues: 'write',
      environments: 'read',
      secrets: 'read',
      administration: 'read',
    };
    const { token } = await rig.github.control('POST', '/tokens', {
      login: 'grace',
      permissions,
      repositories: [rig.repository],
    });
    const applied = await setUp(rig.options({ token }));
    const failed = applied.flatMap(({ outcome }) => (outcome?.kind === 'failed' ? [outcome.error] : []));
    expect(failed).toHaveLength(6);
    for (const error of failed) {
      expect(error.code).toBe('PROVIDER_UNAUTHORIZED');
      expect(error.message).toMatch(
        /^The token GITHUB_TOKEN lacks the right administration: write, which is needed to /,
      );
      expect(error.hint).toMatch(
        /^The GITHUB_TOKEN of a job cannot be granted it: use a fine-grained token or an App/,
      );
    }
    expect(outcomes(applied)).toEqual(
      expect.arrayContaining(['label glidepath: done', 'label review: done']),
    );
  });

  test('without the right to look nothing is tried at all', async () => {
    await using rig = await openRig();
    await rig.github.control('PUT', '/users', { login: 'grace' });
    const { token } = await rig.github.control('POST', '/tokens', { login: 'grace' });
    await expect(setUp(rig.options({ token }))).rejects.toMatchObject({
      code: 'PROVIDER_UNAUTHORIZED',
      message: expect.stringMatching(
        /lacks the right (administration|secrets|environments): read/,
      ) as unknown,
    });
    expect(rig.github.github.context.state.all('environments')).toEqual([]);
  });

  test('a reviewer whom GitHub does not know is named, and the rest is made', async () => {
    await using rig = await openRig();
    const asked = project([
      environment('live', {
        apps: [flyApp('web')],
        gates: [approvalGate({ by: 'reviewers', approvers: ['adda', 'acme/opps'] })],
      }),
    ]);
    const applied = await setUp(rig.options(), [], asked);
    const failed = applied.flatMap(({ outcome }) =>
      outcome?.kind === 'failed' ? [outcome.error.message] : [],
    );
    expect(failed).toEqual([
      expect.stringMatching(
        /^GitHub knows no (user adda|team acme\/opps) to review deployments of acme\/shop\.$/,
      ),
    ]);
    expect(outcomes(applied)).toContain('environment live: done');
  });

  test('a repository that is not there is said to be missing or hidden, with a near name', async () => {
    await using rig = await openRig();
    await expect(setUp(rig.options({ repository: 'acme/shpo' }))).rejects.toMatchObject({
      code: 'PROVIDER_NOT_FOUND',
      message:
        'GitHub shows no repository acme/shpo: it does not exist, or the token GITHUB_TOKEN may not see it.',
      hint: "Did you mean acme/shop? Write github: { repository: 'acme/shop' }",
    });
  });
});

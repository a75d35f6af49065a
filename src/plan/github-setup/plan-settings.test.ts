import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  approvalGate,
  environment,
  flyApp,
  project,
  resolvedCheck,
  shop,
} from '../../../test/support/projects.ts';
import type { EnvironmentSettings, FoundSettings } from '../../config/repository-settings.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import { isPendingSetting, planSettings } from './plan-settings.ts';
import type { GivenSecret } from './plan-secrets.ts';
import type { SettingChange } from './settings-plan.ts';
import { wantedSettings } from './wanted-settings.ts';

const NOTHING: FoundSettings = {
  repository: { fullName: 'acme/shop', isPrivate: false, plan: null, defaultBranch: 'main' },
  environments: [],
  rulesets: [],
  labels: [],
  actions: { defaultPermissions: 'write', canApprovePullRequests: true },
  repositorySecrets: [],
};

const CHECKED: ResolvedProject = { ...shop(), checks: [resolvedCheck('test')] };

function changes(
  asked: ResolvedProject,
  found: FoundSettings = NOTHING,
  given: readonly GivenSecret[] = [],
): readonly SettingChange[] {
  return planSettings(wantedSettings(asked), found, given);
}

function lines(all: readonly SettingChange[]): string[] {
  return all.map(({ mark, subject, details }) => [mark, subject, ...details].join(' | '));
}

/** What a repository is once the changes were made: as GitHub would keep it. */
function after(found: FoundSettings, all: readonly SettingChange[]): FoundSettings {
  return all.reduce((before, { action }): FoundSettings => {
    if (action?.kind === 'environment') {
      const others = before.environments.filter(({ name }) => name !== action.settings.name);
      const old = before.environments.find(({ name }) => name === action.settings.name);
      const kept = old === undefined || typeof old.refs === 'string' ? { branches: [], tags: [] } : old.refs;
      const refs = {
        branches: [...kept.branches, ...action.newRefs.branches],
        tags: [...kept.tags, ...action.newRefs.tags],
      };
      return { ...before, environments: [...others, { ...action.settings, refs }] };
    }
    if (action?.kind === 'ruleset') {
      const others = before.rulesets.filter(({ name }) => name !== action.ruleset.name);
      return { ...before, rulesets: [...others, { ...action.ruleset, id: 1, bypassActors: [] }] };
    }
    if (action?.kind === 'label') return { ...before, labels: [...before.labels, action.label] };
    if (action?.kind === 'actions') return { ...before, actions: action.settings };
    if (action?.kind === 'secret') {
      const environments = before.environments.map((each) =>
        each.name === action.environment ? { ...each, secrets: [...each.secrets, action.name] } : each,
      );
      return { ...before, environments };
    }
    return before;
  }, found);
}

describe('a repository in which nothing was set up', () => {
  test('gets an environment for each, with the refs that start it, and the rules of the main branch and the tags', () => {
    expect(lines(changes(CHECKED))).toEqual([
      'create | environment staging | branch main',
      'create | environment production | branch main and tag v*',
      'create | environment review | branches refs/pull/*/merge, main',
      'ask | secret FLY_API_TOKEN of staging | not set',
      'ask | secret FLY_API_TOKEN of production | not set',
      'ask | secret FLY_API_TOKEN of review | not set',
      'create | ruleset Glidepath: main branch | refs/heads/main | not deleted | not overwritten | "CI gate" required',
      'create | ruleset Glidepath: release tags | refs/tags/v* | not deleted | not overwritten | not moved',
      'create | label glidepath',
      'create | label review',
      'change | GitHub Actions | jobs that do not say what they may do may only read | jobs neither open nor approve pull requests',
    ]);
  });

  test('needs no ruleset without checks, and none for tags where no tag starts anything', () => {
    const apps = [flyApp('web')];
    const plain = project([environment('staging', { apps, on: [{ kind: 'push', branch: 'main' }] })]);
    expect(lines(changes(plain)).filter((line) => line.includes('ruleset'))).toEqual([]);
  });

  test('gets the environment of a release, with its tags and its secrets', () => {
    const release = {
      pattern: 'v[0-9]+.[0-9]+.[0-9]+',
      command: 'npm publish',
      check: null,
      environment: 'release',
      secrets: ['NPM_TOKEN'],
      permissions: [],
    };
    expect(lines(changes(project([], { release })))).toEqual(
      expect.arrayContaining([
        'create | environment release | tag v[0-9]*.[0-9]*.[0-9]*',
        'ask | secret NPM_TOKEN of release | not set',
        'create | ruleset Glidepath: release tags | refs/tags/v[0-9]*.[0-9]*.[0-9]* | not deleted | not overwritten | not moved',
      ]),
    );
    const shared = changes({ ...CHECKED, release: { ...release, environment: 'production' } });
    expect(lines(shared)).toContain(
      'create | environment production | branch main and tags v*, v[0-9]*.[0-9]*.[0-9]*',
    );
    expect(lines(shared)).toContain('ask | secret NPM_TOKEN of production | not set');
  });
});

const REVIEWED = project([
  environment('production', {
    apps: [flyApp('web')],
    on: [{ kind: 'tag', pattern: 'v*' }],
    gates: [approvalGate({ by: 'reviewers', approvers: ['ada', 'acme/ops'], excludesInitiator: true })],
  }),
]);

describe('reviewers', () => {
  test('stand before an environment of their own, which has no secrets', () => {
    expect(lines(changes(REVIEWED)).slice(0, 3)).toEqual([
      'create | environment production | branch main and tag v*',
      'create | environment production-approval | branch main and tag v* | reviewers ada, acme/ops, not for their own',
      'ask | secret FLY_API_TOKEN of production | not set',
    ]);
  });

  test.each<[string | null, string[]]>([
    ['free', ['environments', 'reviewers', 'rulesets']],
    ['team', ['reviewers']],
    ['enterprise', []],
    [null, []],
  ])(
    'of a private repository with the plan %s: what is not there is said, with what stands in for it',
    (plan, limited) => {
      const found = { ...NOTHING, repository: { ...NOTHING.repository, isPrivate: true, plan } };
      const notes = changes(REVIEWED, found).filter(({ mark }) => mark === 'note');
      const about = (subject: string): boolean =>
        notes.some(
          (note) =>
            note.subject.startsWith(subject) &&
            /not in private repositories on GitHub/.test(note.details[0] ?? ''),
        );
      expect(about('environment')).toBe(limited.includes('environments'));
      expect(about('reviewers')).toBe(limited.includes('reviewers'));
      expect(about('ruleset')).toBe(limited.includes('rulesets'));
      for (const { details } of notes.filter(({ subject }) => subject.startsWith('reviewers')))
        expect(details[0]).toContain("approval by comment stands in for it: approval({ by: 'comment' })");
      // What is noted is not waited for: a second run has nothing to do.
      expect(notes.some(isPendingSetting)).toBe(false);
    },
  );

  test('that the config does not name would let everybody through, and more than six GitHub does not take', () => {
    const asking = (approvers: string[]): SettingChange | undefined =>
      changes(
        project([
          environment('live', {
            apps: [flyApp('web')],
            gates: [approvalGate({ by: 'reviewers', approvers })],
          }),
        ]),
      ).find(({ subject }) => subject === 'reviewers of live-approval');
    expect(asking([])?.details[0]).toMatch(/^the config names nobody/);
    expect(asking(['a', 'b', 'c', 'd', 'e', 'f', 'g'])?.details[0]).toBe(
      'GitHub takes 6, so these are left out: g. Use a team.',
    );
    expect(asking(['a'])).toBeUndefined();
  });
});

function withEnvironment(change: Partial<EnvironmentSettings>): FoundSettings {
  const done = after(NOTHING, changes(REVIEWED));
  const environments = done.environments.map((each) =>
    each.name === 'production-approval' ? { ...each, ...change } : each,
  );
  return { ...done, environments };
}

describe('what was changed on GitHub', () => {
  test.each([
    [
      { refs: 'any' as const },
      'change | environment production-approval | only branch main and tag v*, not any ref',
    ],
    [
      { refs: 'protected' as const },
      'change | environment production-approval | only branch main and tag v*, not every protected branch',
    ],
    [{ refs: { branches: ['main'], tags: [] } }, 'change | environment production-approval | also tag v*'],
    [{ reviewers: ['Ada'] }, 'change | environment production-approval | reviewers acme/ops'],
    [{ preventsSelfReview: false }, 'change | environment production-approval | nobody agrees to their own'],
  ])('%o is mended', (change, line) => {
    const found = withEnvironment(change);
    const planned = changes(REVIEWED, found);
    expect(lines(planned)).toContain(line);
    expect(changes(REVIEWED, after(found, planned)).filter(({ action }) => action !== null)).toEqual([]);
  });

  test('what people added is kept, and what lets in more than the config does is said', () => {
    const found = withEnvironment({
      refs: { branches: ['main', 'hotfix/*'], tags: ['v*'] },
      reviewers: ['ada', 'acme/ops', 'eve'],
      preventsSelfReview: false,
      waitMinutes: 30,
    });
    const planned = changes(REVIEWED, found);
    expect(lines(planned)).toContain(
      'note | environment production-approval | lets in branch hotfix/* too | eve may agree too | left as it is; remove it on GitHub, or write it into the config',
    );
    const saved = planned.find(({ subject }) => subject === 'environment production-approval')?.action;
    expect(saved).toMatchObject({ settings: { waitMinutes: 30, reviewers: ['ada', 'acme/ops', 'eve'] } });
  });

  test('a ruleset is mended, with the rules and checks that people added', () => {
    const done = after(NOTHING, changes(CHECKED));
    const rulesets = done.rulesets.map((ruleset) =>
      ruleset.target === 'tag'
        ? ruleset
        : {
            ...ruleset,
            enforcement: 'disabled' as const,
            exclude: ['refs/heads/main', 'refs/heads/old'],
            rules: [
              { type: 'merge_queue', parameters: { merge_method: 'SQUASH' } },
              { type: 'deletion' },
              {
                type: 'required_status_checks',
                parameters: {
                  required_status_checks: [{ context: 'security' }],
                  strict_required_status_checks_policy: true,
                },
              },
            ],
          },
    );
    const planned = changes(CHECKED, { ...done, rulesets });
    const change = planned.find(({ subject }) => subject === 'ruleset Glidepath: main branch');
    expect(change?.details).toEqual([
      'active, not disabled',
      'without exception refs/heads/main',
      'not overwritten',
      '"security", "CI gate" required',
    ]);
    expect(change?.action).toMatchObject({
      ruleset: {
        exclude: ['refs/heads/old'],
        rules: [
          { type: 'deletion' },
          { type: 'non_fast_forward' },
          { type: 'required_status_checks', parameters: { strict_required_status_checks_policy: true } },
          { type: 'merge_queue', parameters: { merge_method: 'SQUASH' } },
        ],
      },
    });
    expect(
      changes(CHECKED, after({ ...done, rulesets }, planned)).some(({ action }) => action !== null),
    ).toBe(false);
  });
});

describe('secrets', () => {
  test('that are there are kept, those that are given are set, and those that every branch can read are said', () => {
    const done = after(NOTHING, changes(CHECKED));
    const environments = done.environments.map((each) =>
      each.name === 'staging' ? { ...each, secrets: ['FLY_API_TOKEN'] } : each,
    );
    const given = [
      { environment: 'staging', name: 'FLY_API_TOKEN' },
      { environment: 'production', name: 'FLY_API_TOKEN' },
    ];
    const found = { ...done, environments, repositorySecrets: ['FLY_API_TOKEN'] };
    const shown = (all: readonly SettingChange[]): string[] =>
      lines(all).filter((line) => line.includes('secret'));
    expect(shown(changes(CHECKED, found))).toEqual([
      'keep | secret FLY_API_TOKEN of staging',
      expect.stringMatching(/^note \| secret FLY_API_TOKEN of production \| is a secret of the repository/),
      expect.stringMatching(/^note \| secret FLY_API_TOKEN of review/),
    ]);
    expect(shown(changes(CHECKED, found, given)).slice(0, 2)).toEqual([
      'change | secret FLY_API_TOKEN of staging | set anew',
      'create | secret FLY_API_TOKEN of production | set',
    ]);
  });
});

test('once it was carried out there is nothing left to do, whatever was there before', () => {
  const refs = fc.oneof(
    fc.constantFrom('any' as const, 'protected' as const),
    fc.record({
      branches: fc.subarray(['main', 'dev', 'refs/pull/*/merge']),
      tags: fc.subarray(['v*', 'beta-*']),
    }),
  );
  const found = fc.record({
    name: fc.constantFrom('production', 'Production-Approval', 'production-approval', 'other'),
    reviewers: fc.subarray(['ada', 'ACME/ops', 'eve', 'bob', 'cy', 'dee', 'fay']),
    preventsSelfReview: fc.boolean(),
    waitMinutes: fc.nat({ max: 100 }),
    refs,
    secrets: fc.subarray(['FLY_API_TOKEN', 'OTHER']),
  });
  const environments = fc.uniqueArray(found, { selector: ({ name }) => name.toLowerCase(), maxLength: 3 });
  fc.assert(
    fc.property(environments, (environments) => {
      const before = { ...NOTHING, environments };
      const once = after(before, changes(REVIEWED, before));
      expect(changes(REVIEWED, once).filter(({ action }) => action !== null)).toEqual([]);
      // Nothing that was there is gone, but for rules of which GitHub takes no more.
      expect(once.environments.map(({ name }) => name)).toEqual(
        expect.arrayContaining(environments.map(({ name }) => name)),
      );
    }),
  );
});

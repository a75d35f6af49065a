import fc from 'fast-check';
import type { Gate, ResolvedProject, ResolvedRemoteCache, TriggerRule } from '../../src/config/resolved.ts';
import { approvalGate, environment, flyApp, github, project, resolvedCheck } from './projects.ts';

/** Names as the config takes them: from words that would be something else in YAML or in an expression, too. */
const name = fc.constantFrom(
  'web',
  'on',
  'true',
  'null',
  'y',
  'a-b-1',
  'no',
  'gate',
  'changes',
  'ci',
  'deploy',
);
const branch = fc.constantFrom('main', 'release/**', "it's", 'v[0-9]+', '*', 'a#b', 'x%y');

const trigger: fc.Arbitrary<TriggerRule> = fc.oneof(
  branch.map((text) => ({ kind: 'push' as const, branch: text })),
  branch.map((text) => ({ kind: 'tag' as const, pattern: text })),
  fc.constant({ kind: 'manual' as const }),
);

const gate: fc.Arbitrary<Gate> = fc.oneof(
  fc.constant({ kind: 'checks' as const }),
  fc
    .record({ optional: fc.boolean(), by: fc.constantFrom('comment' as const, 'reviewers' as const) })
    .map(approvalGate),
  name.map((text) => ({ kind: 'passed' as const, environment: text })),
);

const remote: fc.Arbitrary<ResolvedRemoteCache | null> = fc.constantFrom(
  null,
  { kind: 'github' as const },
  { kind: 'http' as const, url: 'https://cache.example/', token: 'CACHE_TOKEN' },
  { kind: 'http' as const, url: 'https://cache.example/', token: null },
  {
    kind: 's3' as const,
    bucket: 'shop',
    region: 'auto',
    endpoint: null,
    prefix: '',
    accessKeyId: 'S3_ID',
    secretAccessKey: 'S3_KEY',
  },
);

/** A project for GitHub, with every form that its GitHub workflows can have. */
export const anyGithubProject: fc.Arbitrary<ResolvedProject> = fc
  .record({
    environments: fc.uniqueArray(
      fc
        .record({ name, on: fc.array(trigger, { maxLength: 3 }), gates: fc.array(gate, { maxLength: 3 }) })
        .map(({ name: called, on, gates }) => ({
          ...environment(called, { apps: [flyApp('web')], gates }),
          on,
        })),
      { maxLength: 4, selector: (one) => one.name },
    ),
    hasReview: fc.boolean(),
    checks: fc.uniqueArray(name, { maxLength: 4 }),
    hasRelease: fc.boolean(),
    mainBranch: branch,
    install: fc.constantFrom(null, 'npm ci', 'yarn install --immutable'),
    remote,
    trust: fc.constantFrom<string[]>([], [`ed25519:${'A'.repeat(43)}`]),
    codeScanning: fc.boolean(),
  })
  .map(({ environments, hasReview, checks, hasRelease, mainBranch, install, ...ci }) => ({
    ...project([
      ...environments,
      ...(hasReview ? [environment('review', { kind: 'review' as const, apps: [flyApp('web')] })] : []),
    ]),
    mainBranch,
    github: github({ mainBranch, install, codeScanning: ci.codeScanning }),
    cache: { maxBytes: 5_000_000_000, remote: ci.remote, trust: ci.trust },
    checks: checks.map((called, index) =>
      resolvedCheck(called, {
        needs: checks.slice(Math.max(0, index - 1), index),
        reports: { junit: [], coverage: [], sarif: index % 2 === 0 ? [`${called}.sarif`] : [], sbom: [] },
      }),
    ),
    release: hasRelease
      ? {
          pattern: 'v*',
          command: './publish',
          check: null,
          environment: 'release',
          permissions: ['contents' as const],
          secrets: ['PUBLISH_TOKEN'],
        }
      : null,
  }));

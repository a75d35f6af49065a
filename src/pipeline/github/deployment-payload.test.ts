import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ResolvedProject } from '../../config/resolved.ts';
import type { HostWorkflowRun } from '../../providers/code-host.ts';
import { releaseOf } from '../release.ts';
import {
  decodePayload,
  DROPPED_FIRST,
  encodePayload,
  PAYLOAD_BYTES_MAX,
  releaseIn,
  type DeploymentPayload,
} from './deployment-payload.ts';
import { distrust, type TrustFacts } from './trusted-deployment.ts';

const COMMIT = 'a'.repeat(40);
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const asIs = (text: string): string => text;

function payload(change: Partial<DeploymentPayload> = {}): DeploymentPayload {
  return {
    glidepath: 1,
    project: 'shop',
    run: 'run-mabc1',
    action: 'deploy',
    actions: { run: 7, attempt: 1, job: 'deploy' },
    pullRequest: null,
    commit: COMMIT,
    ref: 'main',
    by: 'mona',
    approval: null,
    apps: null,
    live: 'r-bbbbbbb-0000',
    digests: { web: digest('1'), worker: digest('2') },
    back: null,
    restorePoints: [{ database: 'main', name: 'rp-1', at: 5, expiresAt: null }],
    made: [],
    seeded: ['main'],
    restored: null,
    migrated: [{ database: 'main', from: 'r-bbbbbbb-0000', verdict: 'safe', reason: 'It was tried.' }],
    probes: [{ database: 'main', words: '3 statements' }],
    before: { web: { release: 'r-bbbbbbb-0000', digest: digest('3'), machines: { iad: 2 } } },
    migrations: { main: { 'db/1.sql': 'f'.repeat(64) } },
    settings: null,
    dropped: [],
    ...change,
  };
}

/** As GitHub gives it back. */
const throughJson = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never;

describe('the payload of a deployment', () => {
  test('comes back as it was written, as an object or as text', () => {
    const written = encodePayload(payload(), asIs);
    expect(decodePayload(throughJson(written), 'staging')).toEqual(payload());
    expect(decodePayload(JSON.stringify(written), 'staging')).toEqual(payload());
  });

  test('comes back whole whatever stands in its words', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, fc.boolean(), (by, ref, words, isLive) => {
        const one = payload({
          by,
          ref,
          live: isLive ? 'r-1' : null,
          probes: [{ database: words, words }],
        });
        expect(decodePayload(throughJson(encodePayload(one, asIs)), 'staging')).toEqual(one);
      }),
    );
  });

  test('tells of the release by its digests: its id cannot be claimed', () => {
    const release = releaseIn(payload());
    expect(release).toEqual({
      ...releaseOf(COMMIT, 'main', { web: digest('1'), worker: digest('2') }),
      migrations: payload().migrations,
    });
    expect(releaseIn(payload({ digests: null }))).toBeNull();
  });

  test('holds no value that is to be hidden', () => {
    const secret = 'hunter2-hunter2';
    const written = encodePayload(
      payload({ ref: secret, probes: [{ database: 'main', words: secret }] }),
      (text) => text.replaceAll(secret, '***'),
    );
    expect(JSON.stringify(written)).not.toContain(secret);
    expect(decodePayload(written, 'staging')?.ref).toBe('***');
  });

  test('is cut to its size in a stated order: words first, checksums last', () => {
    const many = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `priv/repo/migrations/${index}_some_change.exs`,
          'f'.repeat(64),
        ]),
      );
    const long = 'x'.repeat(20_000);
    const one = payload({
      probes: [{ database: 'main', words: long }],
      before: { [long]: { release: null, digest: null, machines: {} } },
      migrations: { main: many(300) },
    });
    const written = decodePayload(throughJson(encodePayload(one, asIs)), 'staging');
    expect(written?.dropped).toEqual(['probes', 'before']);
    expect(written?.migrations).toEqual(one.migrations);
    const huge = decodePayload(
      throughJson(encodePayload(payload({ migrations: { main: many(900) } }), asIs)),
      's',
    );
    expect(huge?.dropped).toEqual([...DROPPED_FIRST]);
    expect(huge?.digests).toEqual(one.digests);
  });

  test('of each of the four examples is far below its size, settings and all', () => {
    for (const name of ['reify', 'gatherly', 'atlaris', 'microbima']) {
      const file = new URL(`../../../test/golden/config/${name}.json`, import.meta.url);
      const project = JSON.parse(readFileSync(file, 'utf8')) as ResolvedProject;
      for (const settings of project.environments) {
        const bytes = Buffer.byteLength(JSON.stringify(encodePayload(payload({ settings }), asIs)));
        expect(bytes, `${name} ${settings.name}`).toBeLessThan(PAYLOAD_BYTES_MAX / 3);
      }
    }
  });

  test.each<[string, unknown]>([
    ['of another version', { ...payload(), glidepath: 2 }],
    ['of somebody else', { hello: 1 }],
    ['that is text', 'deploy it'],
    ['that is empty', ''],
    ['that is nothing', null],
    ['that is a list', [payload()]],
    ['with a commit that is none', { ...payload(), commit: 'main' }],
    ['with a run that is none', { ...payload(), run: '../../x' }],
    ['with an action that is none', { ...payload(), action: 'rm' }],
    ['with a digest that is none', { ...payload(), digests: { web: 'latest' } }],
    ['with settings of another environment', { ...payload(), settings: { name: 'production' } }],
  ])('%s is not read', (_, written) => {
    expect(decodePayload(throughJson(written), 'staging')).toBeNull();
  });

  test('bears anything: what is no payload of ours is null, and nothing throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(decodePayload(value as never, 'staging')).toBeNull();
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(payload())), fc.jsonValue()), (change) => {
        decodePayload({ ...payload(), ...change } as never, 'staging');
      }),
    );
  });
});

describe('a deployment is believed', () => {
  const run: HostWorkflowRun = {
    id: 7,
    attempt: 1,
    path: '.github/workflows/deploy-staging.yml',
    event: 'push',
    status: 'completed',
    conclusion: 'success',
    headSha: COMMIT,
    headBranch: 'main',
    actor: 'mona',
    title: '',
    url: '',
  };
  const facts = (change: Partial<TrustFacts> = {}): TrustFacts => ({
    environment: { kind: 'standing', on: [{ kind: 'push', branch: 'main' }] },
    workflowRun: run,
    isOnMain: true,
    permission: null,
    ...change,
  });
  const bot = { creator: 'github-actions[bot]', sha: COMMIT };

  test('of an app whose GitHub workflow is on the main branch', () => {
    expect(distrust(bot, payload(), facts())).toBeNull();
    expect(distrust({ ...bot, creator: 'release-captain[bot]' }, payload(), facts())).toBeNull();
  });

  test('of an app whose run was on a branch that the environment is deployed from', () => {
    const environment = { kind: 'standing', on: [{ kind: 'push', branch: 'staging' }] } as const;
    const at = { ...run, headBranch: 'staging' };
    expect(distrust(bot, payload(), facts({ environment, workflowRun: at, isOnMain: false }))).toBeNull();
  });

  test('of a person who maintains the repository', () => {
    const mona = { creator: 'mona', sha: COMMIT };
    expect(distrust(mona, payload(), facts({ permission: 'admin', workflowRun: null }))).toBeNull();
    expect(distrust(mona, payload(), facts({ permission: 'maintain' }))).toBeNull();
    for (const permission of ['write', 'triage', 'read', 'none', null] as const)
      expect(distrust(mona, payload(), facts({ permission }))).toContain('does not maintain');
  });

  test.each<[string, Partial<DeploymentPayload>, Partial<TrustFacts>, RegExp]>([
    [
      'whose run is of a branch of somebody’s own',
      {},
      { isOnMain: false, workflowRun: { ...run, headBranch: 'topic' } },
      /not on the main branch/,
    ],
    ['that names no run', { actions: null }, {}, /names no run/],
    ['that names a run which does not exist', {}, { workflowRun: null }, /does not exist/],
    [
      'that names an attempt which has not been',
      { actions: { run: 7, attempt: 2, job: 'deploy' } },
      {},
      /attempt 2/,
    ],
    [
      'that claims another commit than its push',
      {},
      { workflowRun: { ...run, headSha: 'b'.repeat(40) } },
      /its run was for bbbbbbb/,
    ],
    [
      'of a pull request, for a standing environment',
      { pullRequest: 42 },
      { workflowRun: { ...run, event: 'pull_request' } },
      /review apps/,
    ],
    [
      'of an event that deploys nothing',
      {},
      { workflowRun: { ...run, event: 'issue_comment' } },
      /deploys nothing/,
    ],
  ])('and not one of an app %s', (_, change, more, why) => {
    expect(distrust(bot, payload(change), facts(more))).toMatch(why);
  });

  test('and not one of another commit than it says', () => {
    expect(distrust({ ...bot, sha: 'b'.repeat(40) }, payload(), facts())).toMatch(/it is of bbbbbbb/);
  });

  test('of a run for a pull request only where it speaks of a review app', () => {
    const environment = { kind: 'review', on: [{ kind: 'pull-request' }] } as const;
    const workflowRun = { ...run, event: 'pull_request', headBranch: 'basket' };
    const of = facts({ environment, workflowRun, isOnMain: false });
    expect(distrust(bot, payload({ pullRequest: 42 }), of)).toBeNull();
    expect(distrust(bot, payload(), of)).toMatch(/review apps/);
  });
});

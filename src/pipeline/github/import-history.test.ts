import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { ResolvedEnvironment } from '../../config/resolved.ts';
import type { HostDeployment, HostDeploymentState, HostWorkflowRun } from '../../providers/code-host.ts';
import type { Json } from '../../util/json.ts';
import { createHistory } from '../history.ts';
import { DEPLOYMENT_TASK, encodePayload, releaseIn, type DeploymentPayload } from './deployment-payload.ts';
import { importHistory } from './import-history.ts';
import { readDeployments, type ReadDeploymentsDeps } from './read-deployments.ts';

const ENVIRONMENT = {
  name: 'staging',
  kind: 'standing',
  on: [{ kind: 'push', branch: 'main' }],
} as unknown as ResolvedEnvironment;
const commit = (letter: string): string => letter.repeat(40);
const BOT = 'github-actions[bot]';

/** One deployment as GitHub has it, with its newest status. */
interface Kept extends Partial<DeploymentPayload> {
  readonly id: number;
  readonly state: HostDeploymentState | null;
  readonly creator?: string;
  readonly payload?: Json;
}

function payloadOf(kept: Kept): DeploymentPayload {
  const { id } = kept;
  return {
    glidepath: 1,
    project: 'shop',
    run: `run-${id}`,
    action: 'deploy',
    actions: { run: id, attempt: 1, job: 'deploy' },
    pullRequest: null,
    commit: commit('a'),
    ref: 'main',
    by: 'mona',
    approval: null,
    apps: null,
    live: null,
    digests: { web: `sha256:${String(id % 10).repeat(64)}` },
    back: null,
    restorePoints: [],
    made: [],
    seeded: [],
    restored: null,
    migrated: [],
    probes: [],
    before: {},
    migrations: null,
    settings: ENVIRONMENT,
    dropped: [],
    ...kept,
  };
}

/** A repository with these deployments, newest first, and a run of GitHub Actions on main for each. */
function repository(kept: readonly Kept[], onBranch: readonly number[] = []) {
  const said: string[] = [];
  const asked: string[] = [];
  const doubles: number[] = [];
  const deployments = kept.map((each): HostDeployment => {
    const payload = payloadOf(each);
    return {
      id: each.id,
      sha: payload.commit,
      ref: payload.ref,
      environment: 'staging',
      task: DEPLOYMENT_TASK,
      payload: each.payload ?? encodePayload(payload, (text) => text),
      creator: each.creator ?? BOT,
      createdAt: each.id,
    };
  });
  const workflowRun = (id: number): HostWorkflowRun => ({
    id,
    attempt: 1,
    path: '.github/workflows/deploy-staging.yml',
    event: 'workflow_dispatch',
    status: 'completed',
    conclusion: 'success',
    headSha: onBranch.includes(id) ? commit('f') : commit('e'),
    headBranch: onBranch.includes(id) ? 'topic' : 'release',
    actor: 'mona',
    title: '',
    url: '',
  });
  const deps: ReadDeploymentsDeps = {
    host: {
      deployments: (filter) => Promise.resolve(deployments.slice(0, filter.limit)),
      deploymentStatuses: (id) => {
        const state = kept.find((each) => each.id === id)?.state ?? null;
        const status = {
          description: '',
          logUrl: null,
          environmentUrl: null,
          createdAt: id + 0.5,
          creator: BOT,
        };
        return Promise.resolve(state === null ? [] : [{ ...status, state }]);
      },
      workflowRun: (id) => {
        asked.push(`run ${id}`);
        return Promise.resolve(workflowRun(id));
      },
      permissionOf: (login) => {
        asked.push(login);
        return Promise.resolve(login === 'mona' ? 'admin' : 'write');
      },
    },
    isOnMain: (sha) => Promise.resolve(sha === commit('e')),
    onDouble: (id) => doubles.push(id),
    log: (line) => said.push(line),
  };
  const read = () =>
    readDeployments(deps, { environment: ENVIRONMENT, hostEnvironment: 'staging', pullRequest: null });
  return { read, said, asked, doubles };
}

const open = () => createHistory(new DatabaseSync(':memory:'));

describe('the history of a machine that has none', () => {
  test('is read from GitHub: what is live, what passed, and what can be gone back to', async () => {
    const kept: Kept[] = [
      { id: 4, state: 'failure', commit: commit('d') },
      {
        id: 3,
        state: 'success',
        commit: commit('c'),
        restorePoints: [{ database: 'main', name: 'rp-3', at: 2, expiresAt: null }],
        migrations: { main: { 'db/1.sql': 'f'.repeat(64) } },
      },
      { id: 2, state: 'inactive', commit: commit('b') },
      { id: 1, state: 'success', commit: commit('a') },
    ];
    const history = open();
    const found = await repository(kept).read();
    importHistory(history, 'staging', found);
    const third = releaseIn(payloadOf({ ...kept[1], id: 3, state: 'success' }));
    expect(history.live('staging')?.release).toEqual(third);
    expect(history.passed('staging', commit('a'))?.digests).toEqual({ web: `sha256:${'1'.repeat(64)}` });
    expect(history.passed('staging', commit('d'))).toBeNull();
    expect(history.entries('staging', 10).map(({ runId, previous }) => [runId, previous])).toEqual([
      ['run-3', history.entries('staging', 10)[1]?.release.id],
      ['run-1', null],
    ]);
    expect(history.entries('staging', 1)[0]?.restorePoints).toHaveLength(1);
    expect(history.settingsOf('run-3')).toEqual(ENVIRONMENT);
  });

  test('read twice is the same', async () => {
    const history = open();
    const { read } = repository([
      {
        id: 2,
        state: 'success',
        made: ['main'],
        seeded: ['main'],
        restored: { database: 'main', target: 1 },
      },
    ]);
    importHistory(history, 'staging', await read());
    importHistory(history, 'staging', await read());
    expect(history.entries('staging', 10)).toHaveLength(1);
    expect(history.seededBy('staging', 'main')).toBe('run-2');
    expect(history.ranOnDatabase('staging', 'main')(2)).toBe(false);
  });

  test('knows of a run that failed what stays of it, and nothing else', async () => {
    const history = open();
    const migrated = [
      { database: 'main', from: 'r-1', verdict: 'forward-only', reason: 'A column went.' },
    ] as const;
    importHistory(history, 'staging', await repository([{ id: 2, state: 'failure', migrated }]).read());
    expect(history.live('staging')).toBeNull();
    expect(history.migratedSince({ environment: 'staging', database: 'main', from: 'r-1' })).toEqual([
      { ...migrated[0], environment: 'staging', run: 'run-2' },
    ]);
  });

  test('takes what was read in by its time, whatever was known before', async () => {
    const history = open();
    const entry = { environment: 'staging', action: 'deploy', by: 'mona' };
    for (const [letter, at] of [
      ['a', 1],
      ['c', 9],
    ] as const) {
      const release = { id: `r-${letter}`, commit: commit(letter), ref: 'main', digests: {} };
      history.saveRelease(release, at);
      history.record({ ...entry, release, runId: `run-own-${letter}`, at });
    }
    importHistory(
      history,
      'staging',
      await repository([{ id: 5, state: 'success', commit: commit('b') }]).read(),
    );
    expect(history.live('staging')?.release.commit).toBe(commit('c'));
    expect(history.entries('staging', 10).map(({ release }) => release.commit[0])).toEqual(['c', 'b', 'a']);
  });

  test('does not hold a rollback of some apps for one of the environment', async () => {
    const history = open();
    const kept = [{ id: 2, state: 'success', action: 'rollback', apps: ['web'] }] as const;
    importHistory(history, 'staging', await repository(kept).read());
    expect(history.live('staging')).toBeNull();
  });
});

describe('deployments on GitHub', () => {
  test('that nobody of the repository’s own GitHub workflows made do not count, and it is said why', async () => {
    const { read, said } = repository(
      [
        { id: 5, state: 'success' },
        { id: 4, state: 'success', creator: 'mallory' },
        { id: 3, state: 'success', payload: { hello: 'there' } },
        { id: 2, state: 'success', creator: 'mona' },
      ],
      [5],
    );
    expect((await read()).map(({ id }) => id)).toEqual([2]);
    expect(said.toSorted()).toEqual([
      'deployment 3 was not written by this version',
      'deployment 4 of staging does not count: mallory made it, who does not maintain the repository',
      'deployment 5 of staging does not count: its GitHub workflow ran at fffffff of topic, which is not on the main branch',
    ]);
  });

  test('that are not believed stand in the place of none that is', async () => {
    const own = { run: 'run-one', actions: { run: 1, attempt: 1, job: 'deploy' } };
    const { read } = repository(
      [
        { id: 3, state: 'failure', ...own, actions: { run: 5, attempt: 1, job: 'deploy' } },
        { id: 2, state: 'success', ...own },
      ],
      [5],
    );
    expect((await read()).map(({ id, state }) => [id, state])).toEqual([[2, 'success']]);
  });

  test('that were written anew stand for the first ones of their run', async () => {
    const { read, asked, doubles } = repository([
      { id: 3, state: 'in_progress', run: 'run-one', actions: { run: 1, attempt: 1, job: 'deploy' } },
      { id: 2, state: null, run: 'run-one', actions: { run: 1, attempt: 1, job: 'deploy' } },
    ]);
    expect((await read()).map(({ id, state }) => [id, state])).toEqual([[3, 'in_progress']]);
    expect(asked).toEqual(['run 1']);
    expect(doubles).toEqual([2]);
  });

  test('of another pull request are not of this one', async () => {
    const { read } = repository([{ id: 3, state: 'success', pullRequest: 42 }]);
    expect(await read()).toEqual([]);
  });

  test('without a status are queued', async () => {
    expect((await repository([{ id: 1, state: null }]).read())[0]).toMatchObject({ state: 'queued', at: 1 });
  });
});

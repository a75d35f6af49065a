import { expect, test } from 'vitest';
import { MemoryJournal, TestWork } from '../../../test/support/fly-rig.ts';
import {
  inTime,
  neonAnswering,
  type NeonAnswers,
  type NeonCall,
} from '../../../test/support/neon-answers.ts';
import { neonBranch, neonProject } from '../../../test/support/neon-shapes.ts';
import { testNeonDatabase } from '../../../test/support/test-database.ts';
import { createNeonPlatform } from './neon-platform.ts';
import type { NeonBranch, NeonProject } from './wire-types.ts';

const PROJECT = neonProject();
const AT = `/projects/${PROJECT.id}`;
const MAIN = neonBranch('production', { default: true });
const COMPUTE = {
  id: 'ep-1',
  type: 'read_write',
  current_state: 'idle',
  autoscaling_limit_min_cu: 0.25,
  autoscaling_limit_max_cu: 2,
  suspend_timeout_seconds: 0,
};

/** A Neon that carries every change out, and whose first answer to each does not arrive. */
function losingNeon(start: { projects: NeonProject[]; branches: NeonBranch[] }) {
  const world = { ...start, compute: { ...COMPUTE }, lost: new Set<string>() };
  const change = (carryOut: (call: NeonCall) => void) => (call: NeonCall) => {
    carryOut(call);
    const key = `${call.method} ${call.path}`;
    if (world.lost.has(key)) return { operations: [] };
    world.lost.add(key);
    return 'lost';
  };
  const branchOf = (path: string): NeonBranch | undefined =>
    world.branches.find(({ id }) => path.includes(`/branches/${id}`));
  const answers: NeonAnswers = {
    'GET /projects': () => ({ projects: world.projects }),
    [`GET ${AT}`]: () => (world.projects.length === 0 ? { status: 404 } : { project: PROJECT }),
    'POST /projects': change(() => {
      world.projects.push(PROJECT);
      world.branches.push(neonBranch('staging', { default: true }));
    }),
    [`GET ${AT}/branches`]: () => ({ branches: world.branches }),
    [`POST ${AT}/branches`]: change(({ body }) => {
      const { branch, endpoints } = body as {
        branch: Partial<NeonBranch> & { name: string };
        endpoints?: object[];
      };
      world.branches.push(neonBranch(branch.name, branch));
      Object.assign(world.compute, endpoints?.[0]);
    }),
    [`GET ${AT}/operations`]: { operations: [] },
  };
  for (const id of ['br-production', 'br-staging', 'br-restore-point-staging-before']) {
    const path = `${AT}/branches/${id}`;
    Object.assign(answers, {
      [`GET ${path}`]: () => ({ branch: branchOf(path) }),
      [`GET ${path}/endpoints`]: () => ({ endpoints: [world.compute] }),
      [`PATCH ${path}`]: change(() => undefined),
      [`DELETE ${path}`]: change(() => {
        world.branches = world.branches.filter((branch) => branch.id !== id);
      }),
      [`POST ${path}/restore`]: change(({ body }) => {
        const { preserve_under_name: name } = body as { preserve_under_name: string };
        world.branches.push(neonBranch(name));
      }),
    });
  }
  const { options, clock, calls } = neonAnswering(answers);
  const posts = (path: string): NeonCall[] =>
    calls.filter((call) => call.method === 'POST' && call.path === path);
  return { platform: createNeonPlatform(options), clock, world, posts, calls };
}

test('a project whose answer is lost is not made twice', async () => {
  const { platform, clock, posts } = losingNeon({ projects: [], branches: [] });
  const database = testNeonDatabase({ region: 'aws-eu-central-1' }, { org: 'org-acme', role: 'web' });
  expect(await inTime(clock, platform.ensure(database, new TestWork()))).toEqual({ created: true });
  expect(await inTime(clock, platform.ensure(database, new TestWork()))).toEqual({ created: false });
  expect(posts('/projects').map(({ body }) => body)).toEqual([
    {
      project: {
        name: 'shop',
        org_id: 'org-acme',
        region_id: 'aws-eu-central-1',
        branch: { name: 'staging', role_name: 'web' },
      },
    },
  ]);
});

test('nor is a branch, which comes from the parent that is written', async () => {
  const { platform, clock, posts } = losingNeon({ projects: [PROJECT], branches: [MAIN] });
  const database = testNeonDatabase({ sleep: 'never' }, { schemaOnly: true, size: { min: 0.25, max: 1 } });
  expect(await inTime(clock, platform.ensure(database, new TestWork()))).toEqual({ created: true });
  expect(posts(`${AT}/branches`).map(({ body }) => body)).toEqual([
    {
      branch: { name: 'staging', parent_id: 'br-production', init_source: 'schema-only' },
      endpoints: [
        {
          type: 'read_write',
          autoscaling_limit_min_cu: 0.25,
          autoscaling_limit_max_cu: 1,
          suspend_timeout_seconds: -1,
        },
      ],
    },
  ]);
});

test('a change that was refused for good is not taken for one that may have been carried out', async () => {
  const { options, clock } = neonAnswering({
    'GET /projects': { projects: [] },
    'POST /projects': { status: 422, body: { code: 'PROJECTS_LIMIT_EXCEEDED', message: 'no more' } },
  });
  const asked = inTime(clock, createNeonPlatform(options).ensure(testNeonDatabase(), new TestWork()));
  await expect(asked).rejects.toMatchObject({ code: 'PROVIDER_QUOTA' });
});

test('a branch that is gone when the second request for its removal comes is gone', async () => {
  const staging = neonBranch('staging', { parent_id: MAIN.id });
  const { platform, clock, world } = losingNeon({ projects: [PROJECT], branches: [MAIN, staging] });
  await inTime(clock, platform.destroy(testNeonDatabase(), new TestWork()));
  expect(world.branches.map(({ name }) => name)).toEqual(['production']);
  await inTime(clock, platform.destroy(testNeonDatabase(), new TestWork()));
});

test('a restore point of the same name is the same one', async () => {
  const { platform, clock, posts } = losingNeon({
    projects: [PROJECT],
    branches: [MAIN, neonBranch('staging', { parent_id: MAIN.id })],
  });
  const order = { name: 'before', expiresAt: 60_000_500 };
  for (const work of [new TestWork(), new TestWork()]) {
    const point = await inTime(clock, platform.createRestorePoint(testNeonDatabase(), order, work));
    expect(point).toMatchObject({ name: 'before', isOurs: true, expiresAt: 60_000_000 });
  }
  expect(posts(`${AT}/branches`)).toHaveLength(1);
});

test('a restore whose answer is lost, or whose process died, is not done twice', async () => {
  const point = neonBranch('restore-point/staging/before', { expires_at: '2026-03-09T00:00:00Z' });
  const staging = neonBranch('staging', { parent_id: MAIN.id });
  const { platform, clock, posts, calls } = losingNeon({
    projects: [PROJECT],
    branches: [MAIN, staging, point],
  });
  const order = { target: { kind: 'restore-point', name: 'before' }, preserveAs: 'staging-kept' } as const;
  const journal = new MemoryJournal();
  const restore = async (work: TestWork) => inTime(clock, platform.restore(testNeonDatabase(), order, work));
  const first = await restore(new TestWork({ journal }));
  expect(first).toEqual({ preservedAs: 'staging-kept', at: Date.parse('2026-03-01T00:00:00Z') });
  expect(await restore(new TestWork({ journal }))).toEqual(first);
  expect(posts(`${AT}/branches/br-staging/restore`).map(({ body }) => body)).toEqual([
    { source_branch_id: point.id, preserve_under_name: 'replaced/staging/staging-kept' },
  ]);
  // Nothing may hang on a branch that Neon removes by itself.
  expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({ branch: { expires_at: null } });
  // Another run that wants the same name would lose what was kept under it.
  await expect(restore(new TestWork())).rejects.toMatchObject({ code: 'PROVIDER_CONFLICT' });
});

test('names that are not there are said with near ones, and nothing is changed', async () => {
  const point = neonBranch('restore-point/staging/before-1', { parent_id: 'br-staging' });
  const staging = neonBranch('staging', { parent_id: MAIN.id });
  const { platform, clock, calls } = losingNeon({ projects: [PROJECT], branches: [MAIN, staging, point] });
  const database = testNeonDatabase();
  const restore = platform.restore(
    database,
    { target: { kind: 'restore-point', name: 'before-2' }, preserveAs: 'kept' },
    new TestWork(),
  );
  await expect(inTime(clock, restore)).rejects.toMatchObject({
    code: 'DATABASE_UNKNOWN_RESTORE_POINT',
    hint: 'Did you mean before-1?',
  });
  const address = platform.address(database, { use: 'direct', branch: 'stagin' });
  await expect(inTime(clock, address)).rejects.toMatchObject({
    code: 'DATABASE_UNKNOWN_BRANCH',
    hint: 'Did you mean staging?',
  });
  expect(calls.filter(({ method }) => method !== 'GET')).toEqual([]);
});

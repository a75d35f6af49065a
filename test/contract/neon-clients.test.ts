import { expect } from 'vitest';
import { until } from '../support/cloud-fly-rig.ts';
import { NeonRig, rowsOf } from '../support/neon-rig.ts';
import type { NeonAnswer } from '../support/neon-rig.ts';
import { story } from '../support/story.ts';

// Each run of neonctl takes about a second, most of it its own start.

let rig: NeonRig;
let project: string;
let url: string;

const step = story(async () => {
  rig = await NeonRig.start();
  const made = await rig.neonctlJson('projects', 'create', '--name', 'shop');
  project = made.project.id;
  url = made.connection_uris[0].connection_uri;
  await rowsOf(url, 'create table orders (id int primary key); insert into orders values (1), (2)');
  return rig;
});

step('neonctl makes branches, of the schema alone too, and pg finds in them what was there', async () => {
  const [listed, branches] = await Promise.all([
    rig.neonctlJson('projects', 'list'),
    ctl('branches', 'list'),
  ]);
  expect(listed.projects).toMatchObject([{ id: project, name: 'shop' }]);
  expect(branches).toMatchObject([{ name: 'main', default: true, current_state: 'ready' }]);
  const made = await ctl(
    'branches',
    'create',
    '--name',
    'preview',
    '--parent',
    'main',
    '--suspend-timeout',
    '60',
  );
  expect(made).toMatchObject({
    branch: { name: 'preview', parent_id: branches[0].id },
    endpoints: [{ suspend_timeout_seconds: 60 }],
  });
  await rig.settled(project);
  await ctl('branches', 'create', '--name', 'empty', '--schema-only');
  const [preview, empty] = await Promise.all([urlOf('preview'), urlOf('empty')]);
  await rowsOf(preview, 'insert into orders values (3)');
  expect([await count(url), await count(preview), await count(empty)]).toEqual([2, 3, 0]);
});

step('neonctl renames a branch, makes it the default, and sees how its schema differs', async () => {
  await rowsOf(await urlOf('preview'), 'alter table orders add column note text');
  await ctl('branches', 'rename', 'preview', 'next');
  const [diff, byDefault] = await Promise.all([
    rig.neonctl('branches', 'schema-diff', 'main', 'next', '--project-id', project, '--no-color'),
    ctl('branches', 'set-default', 'next'),
  ]);
  expect(diff).toContain('+    note text');
  expect(diff).toContain(' CREATE TABLE public.orders (');
  expect(byDefault).toMatchObject({ name: 'next', default: true });
  await ctl('branches', 'set-default', 'main');
});

step(
  'neonctl resets a branch to its parent and restores it: from its parent, from itself, of a time',
  async () => {
    const next = await urlOf('next');
    await ctl('branches', 'reset', 'next', '--parent');
    expect(await count(next)).toBe(2);
    await rig.settled(project);
    const then = await momentOf(url);
    await rowsOf(url, 'delete from orders');
    await ctl('branches', 'restore', 'next', `^parent@${then}`, '--preserve-under-name', 'next_old');
    expect(await count(next)).toBe(2);
    await rig.settled(project);
    await ctl('branches', 'restore', 'main', `^self@${then}`, '--preserve-under-name', 'main_emptied');
    expect(await count(url)).toBe(2);
    await rig.settled(project);
    const after = (await ctl('branches', 'list')) as { name: string }[];
    expect(after.map(({ name }) => name).toSorted()).toEqual([
      'empty',
      'main',
      'main_emptied',
      'next',
      'next_old',
    ]);
    await expect(ctl('branches', 'delete', 'main')).rejects.toThrow(/cannot delete the default branch/);
    await ctl('branches', 'delete', 'empty');
    await rig.settled(project);
    const { operations } = await rig.done('GET', `/projects/${project}/operations`);
    expect((await ctl('operations', 'list'))[0].id).toBe(operations[0].id);
  },
);

step('neonctl takes a snapshot, renames it, and puts it in the place of its branch', async () => {
  const taken = await ctl('snapshots', 'create', '--branch', 'main', '--name', 'before');
  await rig.settled(project);
  await rowsOf(url, 'drop table orders');
  const in2030 = '2030-01-01T00:00:00Z';
  const updated = await ctl(
    'snapshots',
    'update',
    taken.id ?? taken.snapshot.id,
    '--name',
    'kept',
    '--expires-at',
    in2030,
  );
  expect(updated).toMatchObject({ name: 'kept', expires_at: in2030 });
  await ctl('snapshots', 'restore', 'kept', '--target-branch', 'main', '--finalize');
  await rig.settled(project);
  expect(await count(url)).toBe(2);
});

step('neonctl waits while an operation runs, and goes on when it is done', async () => {
  rig.neon.hold(true);
  await rig.call('POST', `/projects/${project}/branches`, { branch: { name: 'held' } });
  const waiting = ctl('branches', 'create', '--name', 'patient');
  await until(() => rig.answers.includes(`POST /api/v2/projects/${project}/branches 423`));
  rig.neon.hold(false);
  expect((await waiting).branch.name).toBe('patient');
});

function ctl(...args: readonly string[]): Promise<NeonAnswer['body']> {
  return rig.neonctlJson(...args, '--project-id', project);
}

async function urlOf(branch: string): Promise<string> {
  return (await rig.neonctl('connection-string', branch, '--project-id', project, '--ssl', 'omit')).trim();
}

async function count(address: string): Promise<number> {
  return (await rowsOf<{ n: number }>(address, 'select count(*)::int as n from orders'))[0]?.n ?? -1;
}

/** A time at which everything that came before is there, and nothing that comes after. */
async function momentOf(address: string): Promise<string> {
  const [row] = await rowsOf<{ at: Date }>(address, 'select clock_timestamp() as at');
  const at = new Date((row?.at.getTime() ?? 0) + 1);
  await until(() => Date.now() > at.getTime() + 1);
  return at.toISOString();
}

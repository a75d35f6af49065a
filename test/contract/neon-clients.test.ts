import { afterAll, beforeAll, expect, test } from 'vitest';
import { NeonRig, rowsOf } from '../support/neon-rig.ts';

let rig: NeonRig;
let project: string;

beforeAll(async () => {
  rig = await NeonRig.start();
  const made = await rig.neonctlJson('projects', 'create', '--name', 'shop');
  project = made.project.id;
  await rowsOf(made.connection_uris[0].connection_uri, 'create table orders (id int primary key)');
});
afterAll(() => rig[Symbol.asyncDispose]());

test('neonctl makes a branch with a compute, and pg finds in it what was there', async () => {
  const [main] = await rig.neonctlJson('branches', 'list', '--project-id', project);
  expect(main).toMatchObject({ name: 'main', default: true, current_state: 'ready' });
  const url = await urlOf('main');
  await rowsOf(url, 'insert into orders values (1), (2)');
  const made = await rig.neonctlJson('branches', 'create', '--project-id', project, '--name', 'preview');
  expect(made.branch).toMatchObject({ name: 'preview', parent_id: main.id });
  const preview = await urlOf('preview');
  await rowsOf(preview, 'insert into orders values (3)');
  expect(await rowsOf(preview, 'select count(*)::int as n from orders')).toEqual([{ n: 3 }]);
  expect(await rowsOf(url, 'select count(*)::int as n from orders')).toEqual([{ n: 2 }]);
});

async function urlOf(branch: string): Promise<string> {
  return (await rig.neonctl('connection-string', branch, '--project-id', project, '--ssl', 'omit')).trim();
}

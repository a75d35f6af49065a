import { expect, test } from 'vitest';
import { removingUnfinished } from '../../src/cli/databases/removing-unfinished.ts';
import { ToolError } from '../../src/diagnostics/tool-error.ts';
import type { FlyPostgresOptions } from '../../src/providers/fly-postgres/fly-postgres-platform.ts';
import { flyDatabase, FlyDatabaseRig } from '../support/fly-database-rig.ts';
import { TestWork } from '../support/fly-rig.ts';

const DATABASE = flyDatabase('shop-db');

/** Refuses what is sent to one path, with a code that is not tried again. */
function refusing(path: RegExp): FlyPostgresOptions['fetch'] {
  return (url, init) =>
    init?.method === 'POST' && path.test(new URL(url).pathname)
      ? Promise.resolve(new Response('{"error":"refused"}', { status: 422 }))
      : fetch(url, init);
}

test('a branch that cannot be finished leaves nothing that is in no list, and names what is in one', async () => {
  await using rig = await FlyDatabaseRig.start();
  const fly = rig.platform();
  await fly.ensure(DATABASE, new TestWork({ key: 'run-1/ensure' }));
  const apps = async (): Promise<unknown> => {
    const { apps: all } = (await rig.call('GET', '/v1/apps?org_slug=acme')) as { apps: { name: string }[] };
    return all.map(({ name }) => name).toSorted();
  };
  const asked = {
    platform: fly,
    database: DATABASE,
    name: 'try',
    work: new TestWork({ key: 'run-2/remove' }),
    deleteCommand: 'glidepath db branch staging try --delete',
  };

  // By then there is an app, and no machine in it that says whose it is.
  const noVolume = rig.platform(refusing(/^\/v1\/apps\/shop-db-try\/volumes$/));
  const options = { name: 'try', expiresAt: null };
  const refused = removingUnfinished(asked, () =>
    noVolume.branch(DATABASE, options, new TestWork({ key: 'run-2/branch' })),
  );
  await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('refused') });
  await expect(refused).rejects.not.toMatchObject({ hint: expect.stringContaining('may have been made') });
  expect(await apps()).toEqual(['shop-db']);

  // The list has the database itself too, which is there in any case.
  const interrupted = removingUnfinished({ ...asked, name: 'shop-db' }, () =>
    Promise.reject(new ToolError('RUN_INTERRUPTED', 'The command was interrupted.')),
  );
  await expect(interrupted).rejects.toMatchObject({
    code: 'RUN_INTERRUPTED',
    hint: 'Branch shop-db may have been made. To delete it: glidepath db branch staging try --delete',
  });
  expect(await apps()).toEqual(['shop-db']);
});

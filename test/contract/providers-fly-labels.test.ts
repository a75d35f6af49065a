import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppPlatform } from '../../src/providers/app-platform.ts';
import { deploymentOf, ProviderRig, testApp, TestWork } from '../support/fly-rig.ts';

let rig: ProviderRig;
let platform: AppPlatform;

beforeAll(async () => {
  rig = await ProviderRig.start();
  platform = rig.platform();
});
afterAll(async () => rig[Symbol.asyncDispose]());

const EXPIRES = Date.parse('2031-02-03T04:05:06.789Z');

test('an app is among the names of its organization while it is there, and of no other', async () => {
  const app = testApp('listed');
  expect(await platform.appNames(app.org)).not.toContain('listed');
  await rig.withoutApp('listed');
  await platform.ensureApp(app, 'listed', new TestWork());
  expect(await platform.appNames(app.org)).toContain('listed');
  await platform.destroyApp('listed', { isEphemeral: true }, new TestWork());
  expect(await platform.appNames(app.org)).not.toContain('listed');
  expect(await platform.appNames('nobodys')).toEqual([]);
});

test('labels are read as they were written, change without a restart, and are taken away', async () => {
  const app = testApp('labelled', { regions: [{ region: 'iad', count: 2 }] });
  await rig.withoutApp('labelled');
  await platform.ensureApp(app, 'labelled', new TestWork());
  expect(await platform.labels('labelled')).toEqual({ environment: null, expiresAt: null });
  await platform.deploy(deploymentOf(app, await rig.image('labelled', 'one'), 'r-1'), new TestWork());
  const before = await rig.machines('labelled');
  const label = async (expiresAt: number | null): Promise<void> =>
    platform.label('labelled', { environment: 'review/pr-7', expiresAt }, new TestWork());
  await label(EXPIRES);
  expect(await platform.labels('labelled')).toEqual({ environment: 'review/pr-7', expiresAt: EXPIRES });
  await label(EXPIRES + 1000);
  expect(await platform.labels('labelled')).toMatchObject({ expiresAt: EXPIRES + 1000 });
  await label(null);
  expect(await platform.labels('labelled')).toEqual({ environment: 'review/pr-7', expiresAt: null });
  const after = await rig.machines('labelled');
  const versions = (machines: typeof before): unknown[] =>
    machines.map(({ id, instance_id }) => [id, instance_id]);
  expect(versions(after)).toEqual(versions(before));
  expect((await platform.observeApp('labelled'))?.machines.map(({ release }) => release)).toEqual([
    'r-1',
    'r-1',
  ]);
});

test('an app that is not there has no labels, and labelling it is no error', async () => {
  expect(await platform.labels('nowhere')).toBeNull();
  await platform.label('nowhere', { environment: 'review/pr-7', expiresAt: null }, new TestWork());
});

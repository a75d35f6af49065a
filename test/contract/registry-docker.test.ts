import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE_IMAGE, findDocker } from '../support/docker.ts';
import { DockerCloud } from '../support/docker-cloud.ts';

const docker = await findDocker();

describe.skipIf(docker === null)('the registry and the real docker command (needs a Docker engine)', () => {
  let cloud: DockerCloud;
  const run = (...args: string[]): Promise<string> => cloud.docker.run(...args);
  const failure = (...args: string[]): Promise<string> => cloud.docker.failure(...args);
  const named = (rest: string): string => `${cloud.registryHost}/${rest}`;

  beforeAll(async () => {
    if (docker === null) return;
    cloud = await DockerCloud.start(docker);
    await cloud.app('web');
    await cloud.app('api');
  });
  afterAll(async () => {
    await cloud?.[Symbol.asyncDispose]();
  });

  test('a push without a login, and a login with another password, are refused', async () => {
    await run('tag', BASE_IMAGE, named('web:v1'));
    expect(await failure('push', named('web:v1'))).toMatch(
      /no basic auth credentials|authentication required/,
    );
    expect(await failure('login', '--username', 'x', '--password', 'wrong', cloud.registryHost)).toMatch(
      /unauthorized|authentication required/i,
    );
  });

  test('a push goes to an app that exists; to another it is refused as Fly refuses it', async () => {
    await cloud.login();
    const pushed = await run('push', named('web:v1'));
    expect(pushed).toMatch(/v1: digest: sha256:[0-9a-f]{64} size: \d+/);
    await run('tag', BASE_IMAGE, named('nobody:v1'));
    expect(await failure('push', named('nobody:v1'))).toContain('name unknown: app repository not found');
    await run('image', 'rm', named('nobody:v1'));
  });

  test('what was pushed is pulled by tag and by digest, byte for byte', async () => {
    const id = (await run('image', 'inspect', '--format', '{{.Id}}', named('web:v1'))).trim();
    const digest = /sha256:[0-9a-f]{64}/.exec(await run('push', named('web:v1')))?.[0] ?? '';
    await run('image', 'rm', named('web:v1'));
    await run('pull', named('web:v1'));
    expect((await run('image', 'inspect', '--format', '{{.Id}}', named('web:v1'))).trim()).toBe(id);
    await run('pull', named(`web@${digest}`));
    expect(await failure('pull', named('web:none'))).toMatch(/manifest unknown|not found/);
  });

  test('layers that another app has are mounted and not sent again', async () => {
    await run('tag', named('web:v1'), named('api:v1'));
    expect(await run('push', named('api:v1'))).toMatch(/Mounted from|Layer already exists/);
    await run('image', 'rm', named('api:v1'));
    await run('pull', named('api:v1'));
    const tags = (await cloud.call('GET', '/v2/api/tags/list')).body;
    expect(tags).toEqual({ name: 'api', tags: ['v1'] });
    await run('image', 'rm', named('api:v1'));
  });

  test('a manifest list is pushed, and a pull chooses from it', async () => {
    const digest = /sha256:[0-9a-f]{64}/.exec(await run('push', named('web:v1')))?.[0] ?? '';
    await run('manifest', 'create', '--insecure', named('web:many'), named(`web@${digest}`));
    await run(
      'manifest',
      'annotate',
      '--os',
      'linux',
      '--arch',
      'amd64',
      named('web:many'),
      named(`web@${digest}`),
    );
    await run('manifest', 'push', '--insecure', '--purge', named('web:many'));
    await run('image', 'rm', named('web:v1'));
    await run('pull', named('web:many'));
    const list = (await cloud.call('GET', '/v2/web/manifests/many')).body;
    expect(list).toMatchObject({
      mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
      manifests: [{ digest, platform: { os: 'linux' } }],
    });
    const config = { image: named('web:many'), init: { exec: ['sleep', '600'] } };
    const machine = await cloud.machine('web', config);
    expect(await cloud.containers()).toHaveLength(1);
    await cloud.call('DELETE', `/v1/apps/web/machines/${machine}?force=true`);
    await cloud.waitFor('web', machine, 'destroyed');
    await run('image', 'rm', named('web:many'));
  });
});

import { expect, test } from 'vitest';
import { containerEnv, hostPortsIn } from './container-env.ts';
import type { ContainerEnvInput } from './container-env.ts';

const INPUT: ContainerEnvInput = {
  app: 'web',
  machineId: 'm1',
  region: 'iad',
  processGroup: 'app',
  imageRef: 'host/web@sha256:1',
  internalPort: 3000,
  imageEnv: {},
  configEnv: {},
  secrets: {},
  privateAddress: (app) => (app === 'api' ? '127.0.0.1:4302' : null),
  publicPorts: new Set([4302]),
};

const env = (configEnv: Record<string, string>, more: Partial<ContainerEnvInput> = {}) =>
  containerEnv({ ...INPUT, configEnv, ...more });

test.each([
  ['postgres://u:p@127.0.0.1:5433/db?x=1', 'postgres://u:p@host.docker.internal:5433/db?x=1'],
  ['http://localhost:9000', 'http://host.docker.internal:9000'],
  ['http://[::1]:9000/x', 'http://host.docker.internal:9000/x'],
  ['redis://:secret@localhost:6379', 'redis://:secret@host.docker.internal:6379'],
])('%s is this computer, and not the container', (written, seen) => {
  expect(env({ URL: written })['URL']).toBe(seen);
});

test.each(['127.0.0.1', 'localhost', 'http://127.0.0.1', 'http://10.0.0.1:80', 'http://mylocalhost:80'])(
  '%s is left as it is',
  (written) => expect(env({ URL: written })['URL']).toBe(written),
);

test('another app’s private name leads to it; a public address is for browsers and stays', () => {
  const seen = env({ API: 'http://api.flycast/v1', PUBLIC: 'http://127.0.0.1:4302/v1' });
  expect(seen['API']).toBe('http://host.docker.internal:4302/v1');
  expect(seen['PUBLIC']).toBe('http://127.0.0.1:4302/v1');
});

test('PORT is the port of the config, unless somebody says otherwise', () => {
  expect(env({})['PORT']).toBe('3000');
  expect(env({ PORT: '4000' })['PORT']).toBe('4000');
  expect(env({}, { imageEnv: { PORT: '5000' } })).not.toHaveProperty('PORT');
  expect(env({}, { internalPort: null })).not.toHaveProperty('PORT');
});

test('what the platform sets wins, and nothing of ours goes in', () => {
  const seen = env({ FLY_APP_NAME: 'other' }, { secrets: { KEY: 'k' } });
  expect(seen).toMatchObject({ FLY_APP_NAME: 'web', FLY_MACHINE_ID: 'm1', KEY: 'k', PRIMARY_REGION: 'iad' });
  expect(seen).not.toHaveProperty('HOME');
  expect(seen).not.toHaveProperty('PATH');
});

test('the ports that an environment needs of this computer are found again in it', () => {
  const seen = env({ A: 'http://api.flycast', B: 'postgres://u:p@127.0.0.1:5433/db', C: 'http://x:1' });
  expect(hostPortsIn(seen)).toEqual(new Set([4302, 5433]));
});

import { expect, test } from 'vitest';
import { flyEndpoints } from './fly-endpoints.ts';

function endpoints(env: Readonly<Record<string, string>>): ReturnType<typeof flyEndpoints> {
  return flyEndpoints({ cloud: null, fetch, read: (name) => env[name] });
}

test('The real platform is where Fly documents it', async () => {
  const fly = endpoints({ FLY_API_BASE_URL: '' });
  expect(fly).toMatchObject({
    apiBaseUrl: 'https://api.machines.dev',
    registryUrl: 'https://registry.fly.io',
    registryHost: 'registry.fly.io',
  });
  expect(fly.platformBaseUrl).toBeUndefined();
  expect(await fly.addressOf('shop')).toBe('https://shop.fly.dev');
});

test('The variables of flyctl move it, and a registry on this machine is asked without TLS', () => {
  const env = { FLY_FLAPS_BASE_URL: 'http://127.0.0.1:1', FLY_API_BASE_URL: 'http://127.0.0.1:2' };
  expect(endpoints({ ...env, FLY_REGISTRY_HOST: '127.0.0.1:3' })).toMatchObject({
    apiBaseUrl: 'http://127.0.0.1:1',
    platformBaseUrl: 'http://127.0.0.1:2',
    registryUrl: 'http://127.0.0.1:3',
    registryHost: '127.0.0.1:3',
  });
  expect(endpoints({ FLY_REGISTRY_HOST: 'registry.acme.test' }).registryUrl).toBe(
    'https://registry.acme.test',
  );
});

test('An address that is none is refused by its name', () => {
  expect(() => endpoints({ FLY_FLAPS_BASE_URL: 'nowhere' })).toThrow(
    /FLY_FLAPS_BASE_URL is no address: nowhere/,
  );
});

import { expect, test } from 'vitest';
import { serviceAddresses } from './service-addresses.ts';

const env = {
  CI: 'true',
  API_URL: 'http://127.0.0.1:4000',
  DATABASE_URL: 'postgresql://app:secret@127.0.0.1:5433/app_test',
  PGHOST: '127.0.0.1',
  PGPORT: '5433',
};

test('a service is found at the address of this computer; other addresses of the loopback stay', () => {
  const { ports, envAt } = serviceAddresses(env, ['postgres']);
  expect(ports).toEqual([5433]);
  expect(envAt('172.30.0.1')).toEqual({
    ...env,
    DATABASE_URL: 'postgresql://app:secret@172.30.0.1:5433/app_test',
    PGHOST: '172.30.0.1',
  });
});

test('without a service nothing is changed, and nothing can be reached', () => {
  const { ports, envAt } = serviceAddresses(env, []);
  expect([ports, envAt('172.30.0.1')]).toEqual([[], env]);
});

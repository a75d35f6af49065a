import { expect, test } from 'vitest';
import { privateHost } from './private-host.ts';

test('one that sleeps is reached through the proxy, which wakes it; one that never does past it', () => {
  expect(privateHost('shop-db', 'when-idle').host).toBe('shop-db.flycast');
  expect(privateHost('shop-db', 'never').host).toBe('shop-db.internal');
});

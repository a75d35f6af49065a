import { expect, test } from 'vitest';
import type { CloudInfo } from '../../cloud/control/cloud-info.ts';
import { neonBaseUrl } from './neon-endpoints.ts';

test('Neon is where Neon is, where the variable says, or on the local cloud', () => {
  expect(neonBaseUrl(null, () => undefined)).toBe('https://console.neon.tech/api/v2');
  expect(neonBaseUrl(null, () => '')).toBe('https://console.neon.tech/api/v2');
  const moved = (name: string) => (name === 'NEON_API_HOST' ? 'http://127.0.0.1:8080/api/v2/' : undefined);
  expect(neonBaseUrl(null, moved)).toBe('http://127.0.0.1:8080/api/v2');
  expect(neonBaseUrl({ apiPort: 4280 } as CloudInfo, moved)).toBe('http://127.0.0.1:4280/api/v2');
});

test('what is no address is said before anything is asked', () => {
  expect(() => neonBaseUrl(null, () => 'console.neon.tech')).toThrow('NEON_API_HOST is no address');
});

import { expect, test } from 'vitest';
import { withPrivateAddresses } from './machine-env.ts';

const address = (app: string): string | null => (app === 'api' ? 'http://127.0.0.1:4100' : null);

test.each([
  ['http://api.flycast', 'http://127.0.0.1:4100'],
  ['https://api.flycast/v1?x=1', 'http://127.0.0.1:4100/v1?x=1'],
  ['http://api.flycast:8080/v1', 'http://127.0.0.1:4100/v1'],
  ['http://api.internal:3000', 'http://127.0.0.1:4100'],
  ['a=http://api.flycast,b=http://api.internal', 'a=http://127.0.0.1:4100,b=http://127.0.0.1:4100'],
  ['postgres://api.internal:5432/db', 'postgres://127.0.0.1:4100/db'],
  ['postgresql://me:p%40ss@api.flycast:5432/db?a=b', 'postgresql://me:p%40ss@127.0.0.1:4100/db?a=b'],
  ['redis://:secret@api.flycast', 'redis://:secret@127.0.0.1:4100'],
])('%s becomes %s', (written, replaced) => {
  expect(withPrivateAddresses(written, address)).toBe(replaced);
});

test.each([
  'http://other.flycast',
  'http://api.flycast.example.com',
  'http://api.flycasting',
  'https://api.internal',
  'postgres://other.flycast:5432/db',
  'postgres://me@api.flycast.example.com/db',
  'postgres://top1.nearest.of.api.internal/db',
  'api.flycast',
])('%s stays as written', (written) => {
  expect(withPrivateAddresses(written, address)).toBe(written);
});

test('an address without a scheme gets one', () => {
  expect(withPrivateAddresses('http://api.flycast/x', () => '127.0.0.1:99')).toBe('http://127.0.0.1:99/x');
});

import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from './secret.ts';

test('a secret prints as *** wherever it ends up, and is there for whoever sends it', () => {
  const secret = new Secret('hunter2-hunter2');
  const shown = [
    String(secret),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ nested: { secret } }),
    ''.concat(secret as unknown as string),
  ];
  for (const text of shown) expect(text).not.toContain('hunter2');
  expect(shown[2]).toBe('***');
  expect(secret.reveal()).toBe('hunter2-hunter2');
});

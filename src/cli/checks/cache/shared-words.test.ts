import { expect, test } from 'vitest';
import { sharedWords } from './shared-words.ts';

const HTTP = { kind: 'http', url: 'https://cache.example.com', token: 'CACHE_TOKEN' } as const;

test('what is shared, and why this machine does not take part', () => {
  expect(sharedWords({ remote: null, trust: [] }, {})).toBe('nothing (ci.cache.remote)');
  expect(sharedWords({ remote: HTTP, trust: ['k'] }, {})).toBe('http, not used here: CACHE_TOKEN not set');
  expect(sharedWords({ remote: HTTP, trust: [] }, { CACHE_TOKEN: 'x' })).toBe(
    'http, not used: ci.cache.trust names no key (glidepath ci cache keygen)',
  );
  expect(sharedWords({ remote: HTTP, trust: ['k'] }, { CACHE_TOKEN: 'x' })).toBe('http');
  expect(sharedWords({ remote: { kind: 'github' }, trust: [] }, {})).toBe(
    'github, not used here: ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN not set',
  );
});

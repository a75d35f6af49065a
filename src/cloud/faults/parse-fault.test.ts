import { expect, test } from 'vitest';
import { parseFault } from './parse-fault.ts';

test.each([
  [
    'error POST /v1/apps/*/machines',
    { kind: 'error', route: 'POST /v1/apps/*/machines', status: 503, delayMs: 0, times: null },
  ],
  [
    'error /v1/apps status=429 times=2',
    { kind: 'error', route: '* /v1/apps', status: 429, delayMs: 0, times: 2 },
  ],
  [
    'delay get /v1/apps delay=1.5s',
    { kind: 'delay', route: 'GET /v1/apps', status: 503, delayMs: 1_500, times: null },
  ],
  [
    'lost-answer POST /v1/apps times=1',
    { kind: 'lost-answer', route: 'POST /v1/apps', status: 503, delayMs: 0, times: 1 },
  ],
  [
    'error POST github:/repos/*/*/deployments times=1',
    { kind: 'error', route: 'POST /api/v3/repos/*/*/deployments', status: 503, delayMs: 0, times: 1 },
  ],
  ['rate-limit neon:/projects/**', { kind: 'rate-limit', route: '* /api/v2/projects/**', times: null }],
  ['crash web', { kind: 'crash', target: 'web', delayMs: 0, times: null }],
  ['rate-limit GET /v1/apps/**', { kind: 'rate-limit', route: 'GET /v1/apps/**', times: null }],
  ['boot-failure web times=1', { kind: 'boot-failure', target: 'web', delayMs: 0, times: 1 }],
  ['flapping web delay=2s', { kind: 'flapping', target: 'web', delayMs: 2_000, times: null }],
  ['lease-stolen web delay=10s times=1', { kind: 'lease-stolen', target: 'web', delayMs: 10_000, times: 1 }],
  ['image-gone web@sha256:00', { kind: 'image-gone', target: 'web@sha256:00', delayMs: 0, times: null }],
  ['host-unreachable iad-1', { kind: 'host-unreachable', target: 'iad-1', delayMs: 0, times: null }],
  ['no-capacity fra times=2', { kind: 'no-capacity', target: 'fra', delayMs: 0, times: 2 }],
  ['slow-boot 148e delay=5s times=1', { kind: 'slow-boot', target: '148e', delayMs: 5_000, times: 1 }],
])('"%s" is a fault', (words, expected) => {
  expect(parseFault(words.split(' '))).toMatchObject(expected);
});

test.each([
  ['', 'No kind of fault is named.'],
  ['crsh web', '"crsh" is no kind of fault. Did you mean "crash"?'],
  ['error POST', 'A fault of kind error needs a method and a path.'],
  ['error POST /x status=200', '"200" is no error status.'],
  ['error POST /x times=0', '"0" is no number of times.'],
  ['delay GET /x', 'A fault of kind delay needs a delay.'],
  ['delay GET /x delay=soon', '"soon" is no duration.'],
  ['flapping web', 'A fault of kind flapping needs a delay.'],
  ['unhealthy web times=1', 'A fault of kind unhealthy has no setting "times".'],
  ['crash', 'A fault of kind crash needs one app or machine.'],
  ['no-capacity', 'A fault of kind no-capacity needs one region.'],
  ['host-unreachable iad-1 times=1', 'A fault of kind host-unreachable has no setting "times".'],
])('"%s" is a mistake that is explained', (words, message) => {
  expect(parseFault(words === '' ? [] : words.split(' '))).toMatchObject({
    code: 'CLI_USAGE',
    message,
    hint: expect.any(String),
  });
});

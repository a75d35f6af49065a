import { expect, test } from 'vitest';
import type { CloudStatus } from '../../../cloud/control/cloud-status.ts';
import { renderCloudStatus } from './cloud-status.ts';

const SERVICE = { url: 'http://127.0.0.1:4280/v1' };
const STATUS: CloudStatus = {
  version: 1,
  mode: 'process',
  machines: { asked: 'process', mode: 'process', engine: null },
  pid: 7,
  stateDir: '/shop/.glidepath/cloud',
  startedAt: 0,
  uptimeMs: 2_800,
  memoryBytes: 100 * 1_048_576,
  apiUrl: 'http://127.0.0.1:4280',
  edgeUrl: 'http://127.0.0.1:4281',
  services: [
    { ...SERVICE, name: 'fly', holds: 2 },
    { ...SERVICE, name: 'registry', holds: 1 },
    { ...SERVICE, name: 'edge', holds: 2 },
  ],
  apps: [],
  databases: [],
  databaseCopies: 'copy',
  neon: [],
  github: [],
  faults: [],
};

const shown = (more: Partial<CloudStatus>): string =>
  renderCloudStatus({ ...STATUS, ...more }, { color: false, width: Infinity });

test('every number says what it counts', () => {
  expect(shown({})).toMatch(/fly +\S+ +2 apps\n +registry +\S+ +1 image\n +edge +\S+ +2 addresses\n/);
});

test('addresses stand in columns, with one request in the singular', () => {
  const app = (name: string, requests: number): CloudStatus['apps'][number] => ({
    name,
    url: `http://127.0.0.1:${4300 + name.length}`,
    browserUrl: null,
    machines: [],
    traffic: { app: name, requests, errors: 0 } as NonNullable<CloudStatus['apps'][number]['traffic']>,
  });
  const text = shown({ apps: [app('shop-staging-web', 1), app('shop-web', 12)] });
  expect(text).toContain(
    [
      '  shop-staging-web  http://127.0.0.1:4316  1 request    0 errors',
      '  shop-web          http://127.0.0.1:4308  12 requests  0 errors',
    ].join('\n'),
  );
});

test('faults stand together, and say how long and how often', () => {
  const fault = { id: 'f1', since: 0, times: null, struck: 0 };
  const text = shown({
    faults: [
      { ...fault, kind: 'slow-boot', target: 'shop-web', delayMs: 20_000 },
      { ...fault, id: 'f2', struck: 2, kind: 'crash', target: 'shop-web', delayMs: 0 },
    ],
  });
  expect(text).toMatch(
    /\n\n {2}fault f1 {2}slow-boot of shop-web by 20 s, not struck yet\n {2}fault f2 {2}crash of shop-web, struck 2 times\n$/,
  );
});

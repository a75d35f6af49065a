import { expect, test } from 'vitest';
import type { EnvironmentStatus, MachineStatus } from '../../environment/environment-status.ts';
import { renderEnvironmentStatus } from './status.ts';
import { formatTime } from '../text/time.ts';

const NOW = Date.parse('2026-03-02T10:35:00Z');
const MINUTE_MS = 60_000;

function machine(id: string, more: Partial<MachineStatus> = {}): MachineStatus {
  return {
    id,
    region: 'iad',
    state: 'started',
    digest: 'sha256:a',
    release: 'r-1',
    commit: null,
    healthy: true,
    reachable: true,
    cordoned: false,
    startedAt: NOW - 4 * MINUTE_MS,
    cpuKind: 'shared',
    cpus: 1,
    memoryMb: 256,
    sleep: 'when-idle',
    wakesOnRequest: true,
    rest: null,
    wake: null,
    isUnproven: false,
    coldStartMs: null,
    ...more,
  };
}

function rendered(
  machines: readonly MachineStatus[],
  more: Partial<EnvironmentStatus['apps'][number]> = {},
  width = Infinity,
) {
  const status: EnvironmentStatus = {
    environment: 'staging',
    isReadable: true,
    problem: null,
    live: {
      release: 'r-1',
      commit: 'c',
      at: NOW - MINUTE_MS,
      by: 'ada@host',
      runId: 'run-1',
      artifact: null,
    },
    runs: [],
    databases: [],
    apps: [
      {
        name: 'web',
        platformName: 'shop-web',
        url: 'http://web',
        machines,
        versions: [],
        drift: null,
        volumes: [],
        domains: [],
        ...more,
      },
    ],
  };
  return renderEnvironmentStatus(status, { color: false, width, now: NOW, isLocal: true });
}

const AT_REST = { at: NOW - 3 * MINUTE_MS, by: 'proxy', exitCode: 0 } as const;

test.each<[string, Partial<MachineStatus>, RegExp]>([
  [
    'sleeps',
    { state: 'stopped', rest: AT_REST },
    /asleep +– .*stopped 3 min 00 s ago, wakes on the next request$/m,
  ],
  ['is suspended', { state: 'suspended', rest: AT_REST }, /suspended +– .*suspended 3 min 00 s ago, wakes/],
  [
    'was stopped by hand and is not woken',
    { state: 'stopped', wakesOnRequest: false, rest: { ...AT_REST, by: 'hand' } },
    /stopped +– .*stopped by hand 3 min 00 s ago$/m,
  ],
  [
    'crashed',
    { state: 'stopped', rest: { ...AT_REST, by: 'itself', exitCode: 3 } },
    /stopped +– .*crashed 3 min 00 s ago \(exit code 3\), wakes/,
  ],
  [
    'ended when it was idle',
    { state: 'stopped', rest: { ...AT_REST, by: 'itself' } },
    /asleep .*ended by itself 3 min 00 s ago/,
  ],
  [
    'never ran the release',
    { state: 'stopped', isUnproven: true },
    /unproven: this release never ran there$/m,
  ],
])('a machine that %s says so', (_, more, expected) => {
  expect(rendered([machine('a', more)])).toMatch(expected);
});

test('a machine that a request woke tells how long that took, and when', () => {
  const wake = { at: NOW - 4 * MINUTE_MS, bootMs: 180 };
  const at = formatTime(wake.at);
  expect(rendered([machine('a', { wake, coldStartMs: 421 })])).toContain(
    `4 min 00 s ago, woke in 0.42 s at ${at}`,
  );
  // Where only events tell, it is not claimed that the app answered by then.
  expect(rendered([machine('a', { wake })])).toContain(`booted in 0.18 s at ${at}`);
});

test('a scaling by hand is shown with who did it, and with the lines that would keep it', () => {
  const text = rendered([machine('a'), machine('b')], {
    drift: {
      differences: [
        {
          kind: 'count',
          region: 'iad',
          written: 1,
          there: 2,
          words: { written: 'iad 1', there: 'iad 2' },
          isPending: false,
        },
      ],
      scaled: { at: NOW - 5 * MINUTE_MS, by: 'ada@host', run: 'run-2' },
      toWrite: ['regions: { iad: 2 }'],
    },
  });
  expect(text).toContain('web differs from the config (scaled by hand 5 min 00 s ago by ada@host, run-2)');
  expect(text).toContain('written: iad 1  ·  there: iad 2');
  expect(text).toContain('  staging: {\n          apps: { web: { regions: { iad: 2 } } },');
});

test('two versions at once are said loudly, with both ways out', () => {
  const versions = [
    { digest: 'sha256:a', release: 'r-1', machines: ['a', 'b'] },
    { digest: 'sha256:b', release: null, machines: ['c'] },
  ];
  expect(rendered([machine('a')], { versions })).toMatch(
    /✗ web runs 2 versions at once: r-1 on 2 machines, an image that nobody recorded on machine c\n.*glidepath deploy staging --local, or glidepath rollback staging --local/,
  );
});

test('a machine on a lost host serves nobody, and the command that takes it away is named', () => {
  const text = rendered([machine('a'), machine('b', { reachable: false, healthy: false })]);
  expect(text).toMatch(/b +iad +host unreachable +– /);
  expect(text).toContain('web: machine b is on a host in iad that Fly cannot reach; it serves no traffic');
  expect(text).toContain('fly machine destroy --force b -a shop-web');
  expect(rendered([machine('a')])).not.toContain('cannot reach');
});

test('volumes are listed, and one that no machine has is said to be billed', () => {
  const volumes = [
    { id: 'vol_1', name: 'data', region: 'iad', sizeGb: 3, machine: 'a' },
    { id: 'vol_2', name: 'data', region: 'iad', sizeGb: 3, machine: null },
  ];
  expect(rendered([machine('a')], { volumes })).toMatch(/vol_1 +web +data +iad +3 GB +a\n.*vol_2.*billed/);
});

test('a domain tells what it waits for, and which records are missing', () => {
  const records = [{ type: 'CNAME', name: 'www.shop.test', value: 'shop-web.fly.dev' }] as const;
  const text = rendered([machine('a')], {
    domains: [
      { hostname: 'www.shop.test', state: 'awaiting-dns', detail: 'no record leads to the app', records },
      { hostname: 'shop.test', state: 'issued', detail: null, records: [] },
    ],
  });
  expect(text).toMatch(/www\.shop\.test +web +does not point here yet: its DNS records are missing\n/);
  expect(text).toMatch(/shop\.test +web +has its certificate/);
  expect(text).toMatch(
    /DNS records for www\.shop\.test:\n +CNAME +www\.shop\.test +shop-web\.fly\.dev\n +no record leads to the app\n/,
  );
});

const NOTHING: EnvironmentStatus = {
  environment: 'staging',
  isReadable: true,
  problem: null,
  live: null,
  runs: [],
  apps: [],
  databases: [],
};

test('databases are shown below the apps, and what keeps one from being seen', () => {
  const seen = {
    platformName: 'staging',
    state: 'ready',
    region: null,
    version: 17,
    sizeBytes: null,
    isProtected: false,
    restorableFrom: null,
  } as const;
  const problem = { code: 'PROVIDER_UNAUTHORIZED', message: 'Neon refused.', hint: 'Make a key.' } as const;
  const text = renderEnvironmentStatus(
    {
      ...NOTHING,
      databases: [
        { name: 'main', provider: 'neon', seen, problem: null },
        { name: 'logs', provider: 'neon', seen: null, problem },
      ],
    },
    { color: false, width: Infinity, now: NOW, isLocal: false },
  );
  expect(text).toMatch(/main +Neon +staging \(Postgres 17\) +ready/);
  expect(text).toContain('  ! Neon refused.\n    → Make a key.');
});

test('what could not be seen is not called absent, and what runs without a record is not called undeployed', () => {
  const shown = (more: Partial<EnvironmentStatus>): string =>
    renderEnvironmentStatus(
      { ...NOTHING, ...more },
      { color: false, width: Infinity, now: NOW, isLocal: false },
    );
  const problem = { code: 'SECRET_MISSING', message: 'The token T is not set.', hint: 'export T=…' } as const;
  expect(shown({ problem, isReadable: false })).toBe(
    'staging  no release is on record here\n  ! The token T is not set.\n    → export T=…\n\n',
  );
  expect(shown({})).toContain('nothing deployed yet: glidepath deploy staging');
  const app = {
    name: 'web',
    platformName: 'w',
    url: null,
    versions: [],
    drift: null,
    volumes: [],
    domains: [],
  };
  const text = shown({ apps: [{ ...app, machines: [machine('a')] }] });
  expect(text).toMatch(/^staging {2}no release is on record here; this is what runs:\n/);
});

test('the table of machines fits 80 columns', () => {
  const wake = { at: NOW - MINUTE_MS, bootMs: 180 };
  const text = rendered([machine('6e82d5f0a1b2c3', { release: 'r-12d5294-c8a8', wake })], {}, 80);
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(text).toContain('booted in 0.18 s');
});

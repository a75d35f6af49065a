import { describe, expect, test } from 'vitest';
import type { FlyTomlReading } from './fly-toml-reading.ts';
import { readFlyToml } from './read-fly-toml.ts';

function read(text: string, path = 'fly.toml'): FlyTomlReading {
  return readFlyToml(text, { path, shown: path });
}

/** `line severity message`. */
function said(text: string): string[] {
  return read(text).diagnostics.map(
    ({ location, severity, message }) => `${location?.line} ${severity} ${message}`,
  );
}

const LAUNCHED = `# fly.toml app configuration file generated for shop
app = 'shop'
primary_region = 'iad'

[build]

[http_service]
  internal_port = 3000
  auto_stop_machines = 'stop'
  auto_start_machines = true
  min_machines_running = 0
  processes = ['app']

[[vm]]
  memory = '1gb'
  cpu_kind = 'shared'
  cpus = 1
`;

test('what fly launch writes is honoured whole, with nothing to say', () => {
  const { settings, extra, diagnostics } = read(LAUNCHED);
  expect(settings).toEqual({
    platformName: 'shop',
    regions: ['iad'],
    port: 3000,
    sleep: 'when-idle',
    minMachinesRunning: 0,
    vm: { memory: '1gb', cpuKind: 'shared', cpus: 1 },
  });
  expect(extra).toEqual({});
  expect(diagnostics).toEqual([]);
});

test('everything that has a setting becomes it', () => {
  const { settings, extra, diagnostics } = read(
    `kill_signal = "SIGTERM"
kill_timeout = 30
[build]
dockerfile = "../../Dockerfile.web"
build-target = "release"
[build.args]
NODE_VERSION = "24"
[deploy]
strategy = "bluegreen"
max_unavailable = 0.5
wait_timeout = "1m30s"
release_command = "/app/bin/migrate up"
release_command_timeout = "10m"
[env]
LOG_LEVEL = "info"
PORT = "8080"
[processes]
app = "node 'a b.js'"
[http_service]
internal_port = 8080
auto_stop_machines = "suspend"
min_machines_running = 2
[http_service.concurrency]
type = "requests"
soft_limit = 100
hard_limit = 200
[[http_service.checks]]
method = "GET"
path = "/up"
interval = 15000
timeout = "1.5s"
grace_period = "0s"
[[vm]]
size = "performance-2x"
memory = 8192
[[restart]]
policy = "on-failure"
retries = 10
[mounts]
source = "data"
destination = "/data"
initial_size = "10GB"
snapshot_retention = 14`,
    'infra/fly/web/fly.toml',
  );
  expect(settings).toEqual({
    stop: { signal: 'SIGTERM', timeout: '30s' },
    dockerfile: 'infra/Dockerfile.web',
    build: { target: 'release', args: { NODE_VERSION: '24' } },
    strategy: 'bluegreen',
    maxUnavailable: 0.5,
    migrate: { command: '/app/bin/migrate up', runs: 'release-command', timeout: '10m' },
    env: { LOG_LEVEL: 'info' },
    command: ['node', 'a b.js'],
    port: 8080,
    sleep: 'suspend',
    minMachinesRunning: 2,
    concurrency: { type: 'requests', softLimit: 100, hardLimit: 200 },
    health: { path: '/up', interval: '15s', timeout: '1500ms', gracePeriod: '1ms', within: '90s' },
    vm: { size: 'performance-2x', memory: '8192mb' },
    volume: { name: 'data', path: '/data', size: '10GB', snapshotRetentionDays: 14 },
  });
  expect(extra).toEqual({});
  expect(diagnostics).toEqual([]);
});

test('without a service it is a worker', () => {
  expect(read('app = "x"').settings).toEqual({ platformName: 'x', port: null });
});

describe('every mistake is said at once, with its line', () => {
  test('of keys, types, sizes, regions, durations and values', () => {
    expect(
      said(`app = 3
primary_region = "idd"
kil_signal = "SIGTERM"
kill_timeout = "soon"
[http_service]
force_https = "yes"
auto_stop_machines = "stopp"
[http_service.concurrency]
soft_limit = 1.5
[[http_service.checks]]
path = "up"
[[vm]]
size = "shared-cpu-3x"
memory = "1tb"
[env]
FLY_X = "1"
LIST = [1]
[[mounts]]
source = "data"
[processes]
app = "echo 'open"`),
    ).toEqual([
      '1 error app is the number 3, but must be text.',
      '2 error primary_region is "idd", which is not a region of Fly.',
      '3 error fly.toml has no key kil_signal.',
      '4 error kill_timeout is "soon", which is not a duration.',
      '5 error The service of fly.toml needs the key internal_port.',
      '6 error http_service.force_https is "yes", but must be true or false.',
      '7 error http_service.auto_stop_machines is "stopp", which is not possible there.',
      '9 error http_service.concurrency.soft_limit is the number 1.5, but must be a whole number.',
      '11 error http_service.checks[0].path is "up", which is not a path.',
      '13 error vm[0].size is "shared-cpu-3x", which is not possible there.',
      '14 error vm[0].memory is "1tb", which is not an amount of memory.',
      '16 error env.FLY_X begins with FLY_, which Fly keeps for its own variables.',
      '17 error env.LIST is a list, but must be text.',
      '18 error mounts[0] needs the key destination.',
      "21 error processes.app has a quote that is not closed: echo 'open.",
    ]);
  });

  test('with what was probably meant', () => {
    const hints = (text: string): unknown[] => read(text).diagnostics.map(({ hint }) => hint);
    expect(hints('kil_signal = "SIGTERM"')).toEqual(['Did you mean kill_signal?']);
    expect(hints('primary_region = "sjk"')).toEqual(['Did you mean sjc?']);
    expect(hints('[[vm]]\nsize = "shared-cpu1x"')).toEqual(['Did you mean shared-cpu-1x?']);
    expect(hints('[deploy]\nstrategy = "rollin"')).toEqual(['Did you mean rolling?']);
  });

  test('and of text that is no TOML', () => {
    expect(read('a = 1\n[x]\nb = = 2').diagnostics).toEqual([
      {
        severity: 'error',
        code: 'CONFIG_TOML_SYNTAX',
        message: 'fly.toml is not TOML: invalid value.',
        hint: 'Correct the line.',
        location: { file: 'fly.toml', line: 3, column: 5 },
      },
    ]);
    expect(said('x = nan\ny = 9223372036854775807')).toEqual([
      '1 error x has a value that a fly.toml cannot have.',
      '2 error y has a value that a fly.toml cannot have.',
    ]);
  });

  test('and a wrong value leaves no setting behind', () => {
    expect(read('[http_service]\ninternal_port = 70000\n[[vm]]\nmemory = "1tb"\ncpus = 2').settings).toEqual({
      port: 8080,
    });
  });
});

describe('what cannot be honoured is said', () => {
  test('of several process groups, the one that is served is taken', () => {
    const text = `[processes]
worker = "node b.js"
web = "node a.js"
[http_service]
internal_port = 8080
processes = ["web"]
[[vm]]
memory = "2gb"
processes = ["worker"]
[[vm]]
memory = "512mb"
processes = ["web", "worker"]
[checks.queue]
type = "tcp"
port = 9000
processes = ["worker"]`;
    expect(read(text).settings).toEqual({ command: ['node', 'a.js'], port: 8080, vm: { memory: '512mb' } });
    expect(read(text).extra).toEqual({});
    expect(said(text)).toEqual([
      '2 warning processes.worker is left out: an app of Glidepath has one process group, here web.',
      '3 warning processes.web is the process group of the app: its machines will be in the group app.',
      '7 warning vm[0] is left out: it is for the process group worker, and the app runs web.',
      '13 warning checks.queue is left out: it is for the process group worker, and the app runs web.',
    ]);
  });

  test('the older services are read as the http_service that says the same', () => {
    const text = `[[services]]
protocol = "tcp"
internal_port = 4000
auto_stop_machines = true
auto_start_machines = true
[services.concurrency]
soft_limit = 25
[[services.ports]]
handlers = ["http"]
port = 80
force_https = true
[[services.ports]]
handlers = ["tls", "http"]
port = 443
[[services.ports]]
port = 9000
[[services.tcp_checks]]
interval = "15s"
[[services.http_checks]]
path = "/up"
headers = { A = "b" }
[[services]]
protocol = "udp"
internal_port = 53`;
    const { settings, extra, kept } = read(text);
    expect(settings).toEqual({
      port: 4000,
      sleep: 'when-idle',
      concurrency: { softLimit: 25 },
      health: { path: '/up' },
    });
    expect(extra).toEqual({ http_service: { force_https: true, checks: [{ headers: { A: 'b' } }] } });
    expect(kept).toEqual(['services[0].http_checks[0].headers']);
    expect(said(text).map((line) => line.split(':')[0])).toEqual([
      '4 warning services[0].auto_stop_machines is true, the old spelling of "stop", and read as that.',
      '15 warning services[0].ports[2] is left out',
      '17 warning services[0].tcp_checks is left out',
      '21 warning services[0].http_checks[0].headers is kept as it is in the generated file, and does nothing in a deployment by Glidepath',
      '22 warning services[1] is left out',
    ]);
  });

  test('a number of machines awake means nothing where none sleeps', () => {
    const text = '[http_service]\ninternal_port = 80\nmin_machines_running = 1';
    expect(read(text).settings).toEqual({ port: 80 });
    expect(said(text)).toEqual([
      '3 warning http_service.min_machines_running is left out: it only counts where machines sleep, and here none does.',
    ]);
  });

  test('a key that nobody knows is kept, unless it is a slip', () => {
    const { extra, diagnostics } = read('[new_thing]\nx = 1\n[deploy]\nrelease_command_compute = "y"');
    expect(extra).toEqual({ new_thing: { x: 1 }, deploy: { release_command_compute: 'y' } });
    expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'warning CONFIG_NOT_IMPORTED',
      'warning CONFIG_NOT_IMPORTED',
    ]);
  });
});

test('a setting is found again where it is from', () => {
  const reading = read(LAUNCHED);
  expect(reading.locate(['vm', 'cpus'])).toEqual({ file: 'fly.toml', line: 17, column: 3 });
  expect(reading.locate(['vm'])).toMatchObject({ line: 16 });
  expect(reading.locate(['minMachinesRunning'])).toMatchObject({ line: 11 });
  expect(reading.locate(['health', 'path'])).toMatchObject({ line: 1 });
});

import { describe, expect, test } from 'vitest';
import type { ImportedFlyToml, ResolvedFlyApp } from '../../../config/resolved.ts';
import { testApp } from '../../../../test/support/fly-rig.ts';
import { appMachineConfig, configHash, releaseCommandConfig, type ConfigInput } from './machine-config.ts';

const INPUT: ConfigInput = {
  app: testApp('shop', {
    command: ['node', 'dist/server.js'],
    sleep: 'when-idle',
    minMachinesRunning: 1,
    health: { path: '/health', intervalMs: 1_000, timeoutMs: 1_000, gracePeriodMs: 500, withinMs: 15_000 },
  }),
  image: `registry.fly.io/shop@sha256:${'a'.repeat(64)}`,
  env: { LOG_LEVEL: 'info' },
  releaseId: 'r-abc1234-9f00',
  commit: 'c'.repeat(40),
  releaseVersion: 4,
  key: 'run-1/deploy:shop/update/m1',
  secretsVersion: 7,
};

describe("an app's config", () => {
  test('says all that was written, in the words of the Machines API', () => {
    expect(appMachineConfig(INPUT)).toMatchInlineSnapshot(`
      {
        "auto_destroy": false,
        "env": {
          "FLY_PROCESS_GROUP": "app",
          "LOG_LEVEL": "info",
          "PORT": "8080",
          "PRIMARY_REGION": "iad",
        },
        "guest": {
          "cpu_kind": "shared",
          "cpus": 1,
          "memory_mb": 256,
        },
        "image": "registry.fly.io/shop@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "init": {
          "cmd": [
            "node",
            "dist/server.js",
          ],
        },
        "metadata": {
          "fly_platform_version": "v2",
          "fly_process_group": "app",
          "fly_release_version": "4",
          "glidepath_commit": "cccccccccccccccccccccccccccccccccccccccc",
          "glidepath_config": "bc8ccdfb5574c6cb",
          "glidepath_key": "run-1/deploy:shop/update/m1",
          "glidepath_release": "r-abc1234-9f00",
        },
        "restart": {
          "max_retries": 10,
          "policy": "on-failure",
        },
        "services": [
          {
            "autostart": true,
            "autostop": "stop",
            "checks": [
              {
                "grace_period": "500ms",
                "interval": "1000ms",
                "method": "GET",
                "path": "/health",
                "port": 8080,
                "timeout": "1000ms",
                "type": "http",
              },
            ],
            "concurrency": {
              "soft_limit": 50,
              "type": "requests",
            },
            "internal_port": 8080,
            "min_machines_running": 1,
            "ports": [
              {
                "handlers": [
                  "http",
                ],
                "port": 80,
              },
              {
                "handlers": [
                  "tls",
                  "http",
                ],
                "port": 443,
              },
            ],
            "protocol": "tcp",
          },
        ],
        "stop_config": {
          "signal": "SIGTERM",
          "timeout": "3000ms",
        },
      }
    `);
  });

  test.each([
    ['when-idle', 'stop', true],
    ['suspend', 'suspend', true],
    ['never', 'off', false],
  ] as const)('sleep %s is autostop %s and autostart %s', (sleep, autostop, autostart) => {
    const { services } = appMachineConfig({ ...INPUT, app: testApp('shop', { sleep }) });
    expect(services?.[0]).toMatchObject({ autostop, autostart });
  });

  test('an app with a port and no health path is at least asked whether it listens', () => {
    const { services } = appMachineConfig({ ...INPUT, app: testApp('shop', { health: null }) });
    expect(services?.[0]?.checks).toMatchObject([{ type: 'tcp', port: 8080 }]);
  });

  test('a worker has no service', () => {
    expect(
      appMachineConfig({ ...INPUT, app: testApp('shop', { port: null, health: null }) }).services,
    ).toEqual([]);
  });

  test('never forces https by itself, because the private address is plain HTTP', () => {
    expect(JSON.stringify(appMachineConfig(INPUT))).not.toContain('force_https');
  });
});

describe('what an imported fly.toml asks of machines', () => {
  const withExtra = (
    extra: ImportedFlyToml['extra'],
    sleep: ResolvedFlyApp['sleep'] = 'never',
  ): ConfigInput => ({
    ...INPUT,
    app: testApp('shop', { sleep, flyToml: { path: 'fly.toml', extra } }),
  });
  const EXTRA = {
    swap_size_mb: 512,
    http_service: { force_https: true },
    statics: [{ guest_path: '/app/public', url_prefix: '/static' }],
    metrics: [{ port: 9091, path: '/metrics' }],
    files: [{ guest_path: '/etc/key', secret_name: 'KEY' }],
    experimental: { cmd: ['a'] },
  };

  test('is in their config, in the words of the Machines API', () => {
    const config = appMachineConfig(withExtra(EXTRA));
    expect(config).toMatchObject({
      init: { swap_size_mb: 512 },
      statics: EXTRA.statics,
      metrics: { port: 9091, path: '/metrics' },
      files: EXTRA.files,
    });
    expect(config.services?.[0]?.['ports']).toEqual([
      { port: 80, handlers: ['http'], force_https: true },
      { port: 443, handlers: ['tls', 'http'] },
    ]);
  });

  test('is memory and files for a release command, and nothing else', () => {
    const config = releaseCommandConfig(withExtra(EXTRA), ['/app/bin/migrate']);
    expect(config).toMatchObject({
      init: { exec: ['/app/bin/migrate'], swap_size_mb: 512 },
      files: EXTRA.files,
      restart: { policy: 'no' },
      services: [],
    });
    expect(Object.keys(config)).not.toEqual(expect.arrayContaining(['statics']));
  });

  test.each([
    ['never', { policy: 'never' }, { policy: 'no' }],
    ['never', { policy: 'on-failure', retries: 3 }, { policy: 'on-failure', max_retries: 3 }],
    ['never', { policy: 'on-failure' }, { policy: 'on-failure', max_retries: 10 }],
    ['when-idle', { retries: 2 }, { policy: 'on-failure', max_retries: 2 }],
    ['when-idle', { policy: 'always' }, { policy: 'always' }],
  ] as const)('sleep %s with restart %o starts machines again with %o', (sleep, restart, expected) => {
    expect(appMachineConfig(withExtra({ restart: [restart] }, sleep))['restart']).toEqual(expected);
  });
});

describe('the hash of a config', () => {
  const hash = (input: ConfigInput): string | undefined =>
    appMachineConfig(input).metadata?.['glidepath_config'];

  test('does not depend on which deployment wrote it, nor on the order of keys', () => {
    expect(hash({ ...INPUT, key: 'other', releaseVersion: 9 })).toBe(hash(INPUT));
    expect(configHash({ image: 'i', a: 1, b: 2 }, null)).toBe(configHash({ image: 'i', b: 2, a: 1 }, null));
  });

  test('changes with the image, a variable and the secrets', () => {
    const hashes = [
      hash(INPUT),
      hash({ ...INPUT, image: 'other' }),
      hash({ ...INPUT, env: {} }),
      hash({ ...INPUT, secretsVersion: 8 }),
    ];
    expect(new Set(hashes).size).toBe(4);
  });
});

describe("a release command's config", () => {
  test('has no services, no checks and no restart, and says what it is', () => {
    const config = releaseCommandConfig(INPUT, ['node', 'migrate.js']);
    expect(config).toMatchObject({
      services: [],
      restart: { policy: 'no' },
      auto_destroy: false,
      init: { cmd: ['node', 'migrate.js'] },
      env: { RELEASE_COMMAND: '1', LOG_LEVEL: 'info', FLY_PROCESS_GROUP: 'fly_app_release_command' },
      metadata: { fly_process_group: 'fly_app_release_command', glidepath_key: INPUT.key },
    });
    expect(config.checks).toBeUndefined();
  });

  test('an absolute path is run without the entrypoint of the image', () => {
    expect(releaseCommandConfig(INPUT, ['/app/bin/migrate'])['init']).toEqual({ exec: ['/app/bin/migrate'] });
  });
});

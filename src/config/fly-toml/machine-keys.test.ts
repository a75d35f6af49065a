import { describe, expect, test } from 'vitest';
import { pathText } from '../config-path.ts';
import { machineKeys } from './machine-keys.ts';
import { readFlyToml } from './read-fly-toml.ts';

const NONE = { swapSizeMb: null, forceHttps: null, restart: null, metrics: null, statics: [], files: [] };

function read(text: string): ReturnType<typeof readFlyToml> {
  return readFlyToml(text, { path: 'fly.toml', shown: 'fly.toml' });
}

describe('what machines take over of a fly.toml', () => {
  test('is what the Machines API has a place for, and no warning says that it does nothing', () => {
    const { extra, kept, diagnostics } = read(`
swap_size_mb = 512
[http_service]
internal_port = 3000
force_https = true
[[restart]]
policy = "never"
[[statics]]
guest_path = "/app/public"
url_prefix = "/static"
[[metrics]]
port = 9091
path = "/metrics"
[[files]]
guest_path = "/etc/key"
secret_name = "KEY"
`);
    expect(machineKeys(extra).keys).toEqual({
      swapSizeMb: 512,
      forceHttps: true,
      restart: { policy: 'never', retries: null },
      metrics: { port: 9091, path: '/metrics' },
      statics: [{ guest_path: '/app/public', url_prefix: '/static' }],
      files: [{ guest_path: '/etc/key', secret_name: 'KEY' }],
    });
    expect([kept, diagnostics]).toEqual([[], []]);
  });

  test('a list with something that they cannot take over stays whole, and each of its keys is named', () => {
    const text = `
[[files]]
guest_path = "/etc/key"
secret_name = "KEY"
[[files]]
guest_path = "/etc/raw"
raw_value = "aGVsbG8="
[[metrics]]
port = 9091
path = "/metrics"
[[metrics]]
port = 9092
path = "/metrics"
[[statics]]
guest_path = "/app/public"
url_prefix = "/static"
zzzunknown = 1
[[restart]]
policy = "never"
[[restart]]
policy = "always"
`;
    const { extra, kept } = read(text);
    expect(machineKeys(extra)).toEqual({ keys: NONE, paths: [] });
    expect(kept).toEqual([
      'files[0].guest_path',
      'files[0].secret_name',
      'files[1].guest_path',
      'files[1].raw_value',
      'metrics[0].port',
      'metrics[0].path',
      'metrics[1].port',
      'metrics[1].path',
      'statics[0].guest_path',
      'statics[0].url_prefix',
      'statics[0].zzzunknown',
      'restart[0].policy',
      'restart[1].policy',
    ]);
  });

  test('is named key by key', () => {
    const extra = { swap_size_mb: 1, statics: [{ guest_path: '/a', url_prefix: '/b' }] };
    expect(machineKeys(extra).paths.map(pathText)).toEqual([
      'swap_size_mb',
      'statics[0].guest_path',
      'statics[0].url_prefix',
    ]);
    expect(machineKeys({}).keys).toEqual(NONE);
  });
});

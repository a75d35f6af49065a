import { parse, stringify } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { isRecord, pathText, type ConfigPath } from '../config-path.ts';
import type { FlyTomlReading } from './fly-toml-reading.ts';
import { FLY_TOML_SHAPE, type TomlShape, type TomlType } from './fly-toml-shape.ts';
import { readFlyToml } from './read-fly-toml.ts';

/** Every key that Fly reads, with a value that is not its default. */
const REFERENCE = `
app = "reference"
primary_region = "ord"
kill_signal = "SIGTERM"
kill_timeout = "30s"
swap_size_mb = 512
console_command = "/app/bin/console"
host_dedication_id = "06031957"
machine_config = "machine.json"
container = "web"

[build]
builder = "heroku/builder:24"
buildpacks = ["gcr.io/paketo-buildpacks/nodejs"]
image = "flyio/hellofly:latest"
dockerfile = "docker/Dockerfile"
ignorefile = "docker/.dockerignore"
build-target = "release"
builtin = "node"
compression = "zstd"
compression_level = 7
args = { NODE_VERSION = "24" }
settings = { foo = "bar" }
compose = { file = "compose.yml" }

[deploy]
strategy = "canary"
max_unavailable = 0.5
wait_timeout = "10m"
release_command = "bin/migrate"
release_command_timeout = "15m"
seed_command = "bin/seed"
[deploy.release_command_vm]
size = "performance-1x"
memory = "4gb"
cpus = 1
cpu_kind = "performance"
memory_mb = 4096
gpus = 1
gpu_kind = "a10"
kernel_args = ["quiet"]
host_dedication_id = "x"
persist_rootfs = "always"
processes = ["web"]

[env]
LOG_LEVEL = "info"

[processes]
web = "node server.js"
worker = "node worker.js"

[http_service]
internal_port = 3000
force_https = true
auto_stop_machines = "suspend"
auto_start_machines = false
min_machines_running = 1
processes = ["web"]
[http_service.concurrency]
type = "requests"
soft_limit = 100
hard_limit = 200
[http_service.tls_options]
alpn = ["h2"]
versions = ["TLSv1.3"]
default_self_signed = true
[http_service.http_options]
compress = true
h2_backend = true
idle_timeout = 600
headers_read_timeout = 20
replay_cache = [{ path_prefix = "/", ttl_seconds = 5, type = "cookie", name = "s" }]
[http_service.http_options.response]
pristine = true
headers = { X-Frame-Options = "DENY" }
[[http_service.checks]]
interval = "20s"
timeout = "3s"
grace_period = "8s"
method = "HEAD"
path = "/up"
protocol = "https"
tls_skip_verify = true
tls_server_name = "example.com"
headers = { X-Check = "fly" }
[[http_service.machine_checks]]
command = ["curl", "http://[$FLY_TEST_MACHINE_IP]"]
image = "curlimages/curl"
entrypoint = ["/bin/sh"]
kill_signal = "SIGKILL"
kill_timeout = "5s"

[checks.queue]
port = 9090
type = "http"
interval = "10s"
timeout = "2s"
grace_period = "1s"
method = "POST"
path = "/queue"
protocol = "http"
tls_skip_verify = true
tls_server_name = "example.com"
headers = { X-Queue = "1" }
processes = ["web"]

[[machine_checks]]
command = ["true"]
image = "alpine"
entrypoint = ["/bin/sh"]
kill_signal = "SIGKILL"
kill_timeout = 5

[[mounts]]
source = "data"
destination = "/data"
initial_size = "10gb"
snapshot_retention = 14
scheduled_snapshots = false
auto_extend_size_threshold = 80
auto_extend_size_increment = "1GB"
auto_extend_size_limit = "50GB"
processes = ["web"]

[[vm]]
size = "performance-2x"
memory = "8gb"
cpus = 2
cpu_kind = "performance"
gpus = 1
gpu_kind = "a10"
kernel_args = ["quiet"]
host_dedication_id = "x"
persist_rootfs = "always"
processes = ["web"]

[[files]]
guest_path = "/etc/a"
local_path = "a"
processes = ["web"]
[[files]]
guest_path = "/etc/b"
secret_name = "B"
[[files]]
guest_path = "/etc/c"
raw_value = "aGVsbG8="

[[statics]]
guest_path = "/app/public"
url_prefix = "/static"
tigris_bucket = "bucket"
index_document = "index.html"

[[metrics]]
port = 9091
path = "/metrics"
https = true
processes = ["web"]

[[restart]]
policy = "never"
retries = 3
processes = ["web"]

[experimental]
cmd = ["a"]
entrypoint = "b"
exec = ["c"]
auto_rollback = true
enable_consul = true
enable_etcd = true
machine_config = "x"
lazy_load_images = true
attached = { secrets = { export = { A = "B" } } }
`;

/** The older form of a service, which cannot stand beside the newer one, and the other way to say a size. */
const OLDER = `
[[vm]]
memory_mb = 1024

[[services]]
protocol = "tcp"
internal_port = 4000
auto_stop_machines = "stop"
auto_start_machines = false
min_machines_running = 1
processes = ["app"]
[services.concurrency]
type = "requests"
soft_limit = 10
hard_limit = 20
[[services.ports]]
port = 80
handlers = ["http"]
force_https = true
[[services.ports]]
port = 443
handlers = ["tls", "http"]
tls_options = { alpn = ["h2"], versions = ["TLSv1.3"], default_self_signed = true }
[services.ports.http_options]
compress = true
h2_backend = false
idle_timeout = 60
headers_read_timeout = 30
replay_cache = []
response = { pristine = true, headers = { A = "b" } }
[[services.ports]]
start_port = 5000
end_port = 6000
proxy_proto_options = { version = "v2" }
[[services.tcp_checks]]
interval = "15s"
timeout = "2s"
grace_period = "1s"
[[services.http_checks]]
interval = "20s"
timeout = "3s"
grace_period = "8s"
method = "HEAD"
path = "/up"
protocol = "https"
tls_skip_verify = true
tls_server_name = "example.com"
headers = { X-Check = "fly" }
[[services.machine_checks]]
command = ["true"]
image = "alpine"
entrypoint = ["/bin/sh"]
kill_signal = "SIGKILL"
kill_timeout = "5s"
`;

/** Keys that say only what holds anyway, in these documents: the group of the app, and the web's own protocol. */
const IMPLIED =
  /^(vm\[0\]|mounts\[0\]|files\[0\]|metrics\[0\]|restart\[0\]|checks\.queue|services\[0\])\.processes$|^services\[0\]\.(protocol|ports\[[01]\]\.(port|handlers))$/;

describe.each([
  ['of today', REFERENCE],
  ['of before', OLDER],
])('of the keys %s', (_, text) => {
  const whole = read(text);

  test('none is a mistake', () => {
    expect(whole.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('each is honoured, kept or reported: without it the reading is another', () => {
    const lost = leaves(parse(text), []).filter((path) => {
      const isLeftOut = whole.diagnostics.some(
        (diagnostic) =>
          diagnostic.message.includes(' is left out') && pathText(path).startsWith(diagnostic.path ?? '-'),
      );
      const without = stringify(removed(parse(text), path));
      return !isLeftOut && !IMPLIED.test(pathText(path)) && content(read(without)) === content(whole);
    });
    expect(lost.map(pathText)).toEqual([]);
  });

  test('every one that is kept has a warning with its line', () => {
    for (const path of whole.kept) {
      const warning = whole.diagnostics.find((diagnostic) => diagnostic.path === path);
      expect(warning, path).toMatchObject({ severity: 'warning', code: 'CONFIG_NOT_IMPORTED' });
      expect(warning?.location?.line, path).toBeGreaterThan(1);
    }
  });
});

test('the documents have every key that is known', () => {
  const written = new Set(
    [REFERENCE, OLDER].flatMap((text) => leaves(parse(text), []).flatMap((path) => prefixes(path))),
  );
  expect(shapePaths(FLY_TOML_SHAPE, []).filter((path) => !written.has(path))).toEqual([]);
});

function read(text: string): FlyTomlReading {
  return readFlyToml(text, { path: 'fly.toml', shown: 'fly.toml' });
}

/** Everything that a reading says, without the lines. */
function content({ settings, extra, kept, diagnostics }: FlyTomlReading): string {
  return JSON.stringify([settings, extra, kept, diagnostics.map(({ message }) => message)]);
}

/** The paths of everything that is no table and no list of tables. */
function leaves(value: unknown, path: ConfigPath): ConfigPath[] {
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord))
    return value.flatMap((item, index) => leaves(item, [...path, index]));
  if (!isRecord(value)) return [path];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
}

function removed(value: unknown, path: ConfigPath): unknown {
  const [key, ...rest] = path;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === key ? removed(item, rest) : item));
  const entries = Object.entries(value as object);
  return Object.fromEntries(
    entries.flatMap(([name, item]) =>
      name !== key ? [[name, item]] : rest.length === 0 ? [] : [[name, removed(item, rest)]],
    ),
  );
}

/** A path and those around it, without indexes and the names that a user gives. */
function prefixes(path: ConfigPath): string[] {
  const names = path.filter((part) => typeof part === 'string');
  if (names[0] === 'checks') names.splice(1, 1);
  return names.map((_, index) => names.slice(0, index + 1).join('.'));
}

function shapePaths(shape: TomlShape, path: readonly string[]): string[] {
  return Object.entries(shape).flatMap(([key, types]) => {
    const type = types as TomlType;
    const own = [...path, key];
    if (typeof type !== 'object' || Array.isArray(type)) return [own.join('.')];
    return shapePaths('table' in type ? type.table : 'tables' in type ? type.tables : type.named, own);
  });
}

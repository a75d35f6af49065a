/** What a key of fly.toml may hold; a union where Fly takes more than one spelling. */
export type TomlType =
  | 'text'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'texts'
  /** Text to text; numbers and booleans in it are read as text. */
  | 'map'
  | 'any'
  | { readonly table: TomlShape }
  /** `[[mounts]]`, and `[mounts]` for a single one. */
  | { readonly tables: TomlShape }
  /** Tables by names of the user's own. */
  | { readonly named: TomlShape };

/** The keys of a table. */
export interface TomlShape {
  readonly [key: string]: TomlType | readonly TomlType[];
}

const DURATION = ['text', 'integer'] as const;
const SIZE = ['text', 'integer'] as const;

const tlsOptions: TomlShape = { alpn: 'texts', versions: 'texts', default_self_signed: 'boolean' };

const httpOptions: TomlShape = {
  compress: 'boolean',
  h2_backend: 'boolean',
  idle_timeout: DURATION,
  headers_read_timeout: DURATION,
  response: { table: { headers: 'any', pristine: 'boolean' } },
  replay_cache: 'any',
};

const check: TomlShape = {
  interval: DURATION,
  timeout: DURATION,
  grace_period: DURATION,
  method: 'text',
  path: 'text',
  protocol: 'text',
  headers: 'any',
  tls_skip_verify: 'boolean',
  tls_server_name: 'text',
};

const machineCheck: TomlShape = {
  command: 'texts',
  image: 'text',
  entrypoint: 'texts',
  kill_signal: 'text',
  kill_timeout: DURATION,
};

const service: TomlShape = {
  internal_port: 'integer',
  auto_stop_machines: ['text', 'boolean'],
  auto_start_machines: 'boolean',
  min_machines_running: 'integer',
  processes: 'texts',
  concurrency: { table: { type: 'text', soft_limit: 'integer', hard_limit: 'integer' } },
  machine_checks: { tables: machineCheck },
};

const port: TomlShape = {
  port: 'integer',
  start_port: 'integer',
  end_port: 'integer',
  handlers: 'texts',
  force_https: 'boolean',
  tls_options: { table: tlsOptions },
  http_options: { table: httpOptions },
  proxy_proto_options: 'any',
};

const vm: TomlShape = {
  size: 'text',
  memory: SIZE,
  cpus: 'integer',
  cpu_kind: 'text',
  memory_mb: 'integer',
  gpus: 'integer',
  gpu_kind: 'text',
  kernel_args: 'any',
  host_dedication_id: 'text',
  persist_rootfs: 'text',
  processes: 'texts',
};

const build: TomlShape = {
  builder: 'text',
  buildpacks: 'texts',
  image: 'text',
  dockerfile: 'text',
  ignorefile: 'text',
  'build-target': 'text',
  args: 'map',
  settings: 'any',
  builtin: 'text',
  compose: { table: { file: 'text' } },
  compression: 'text',
  compression_level: 'integer',
};

const deploy: TomlShape = {
  strategy: 'text',
  max_unavailable: 'number',
  wait_timeout: DURATION,
  release_command: 'text',
  release_command_timeout: DURATION,
  release_command_vm: { table: vm },
  seed_command: 'text',
};

const mount: TomlShape = {
  source: 'text',
  destination: 'text',
  initial_size: SIZE,
  snapshot_retention: 'integer',
  scheduled_snapshots: 'boolean',
  auto_extend_size_threshold: 'integer',
  auto_extend_size_increment: SIZE,
  auto_extend_size_limit: SIZE,
  processes: 'texts',
};

const experimental: TomlShape = {
  cmd: ['text', 'texts'],
  entrypoint: ['text', 'texts'],
  exec: ['text', 'texts'],
  auto_rollback: 'boolean',
  enable_consul: 'boolean',
  enable_etcd: 'boolean',
  machine_config: 'text',
  attached: 'any',
  lazy_load_images: 'boolean',
};

/** Every key that Fly's own tool reads (flyctl `internal/appconfig`, fly.io/docs/reference/configuration). */
export const FLY_TOML_SHAPE: TomlShape = {
  app: 'text',
  primary_region: 'text',
  kill_signal: 'text',
  kill_timeout: DURATION,
  swap_size_mb: 'integer',
  console_command: 'text',
  host_dedication_id: 'text',
  machine_config: 'text',
  container: 'text',
  build: { table: build },
  deploy: { table: deploy },
  env: 'map',
  processes: 'map',
  http_service: {
    table: {
      ...service,
      force_https: 'boolean',
      tls_options: { table: tlsOptions },
      http_options: { table: httpOptions },
      checks: { tables: check },
    },
  },
  services: {
    tables: {
      ...service,
      protocol: 'text',
      ports: { tables: port },
      tcp_checks: { tables: { interval: DURATION, timeout: DURATION, grace_period: DURATION } },
      http_checks: { tables: check },
    },
  },
  checks: { named: { ...check, port: 'integer', type: 'text', processes: 'texts' } },
  machine_checks: { tables: machineCheck },
  mounts: { tables: mount },
  vm: { tables: vm },
  files: {
    tables: {
      guest_path: 'text',
      local_path: 'text',
      secret_name: 'text',
      raw_value: 'text',
      processes: 'texts',
    },
  },
  statics: {
    tables: { guest_path: 'text', url_prefix: 'text', tigris_bucket: 'text', index_document: 'text' },
  },
  metrics: { tables: { port: 'integer', path: 'text', https: 'boolean', processes: 'texts' } },
  restart: { tables: { policy: 'text', retries: 'integer', processes: 'texts' } },
  experimental: { table: experimental },
};

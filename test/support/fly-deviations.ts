/** Where the local Fly differs from the published document on purpose. */
export interface FlyDeviation {
  /** What `FlyDocument.differences` says of it. */
  readonly is: RegExp;
  readonly because: string;
}

/**
 * All of them, each with its reason. Each must occur in the whole run of the contract tests, so that none outlives its
 * reason.
 */
export const FLY_DEVIATIONS: readonly FlyDeviation[] = [
  {
    is: /\/lease 20[01] \/(status|data): unknown field/,
    because: "Fly's documentation and its Go client wrap a lease in {status, data}; the document has it flat",
  },
  { is: /\/lease query ttl: unknown/, because: 'flyctl sends the ttl in the query' },
  {
    is: /(?:^|\/)services\/\*\/autostop: must be /,
    because: 'Fly answers booleans for "off" and "stop", by its own description of the field',
  },
  {
    is: /(?:\/\*)?\/(cordoned|version): unknown field/,
    because: "fly-go's Machine has both fields; the document forgets them",
  },
  {
    is: /(stop|start|restart|suspend|signal|cordon|uncordon|lease|machine_id\}) 200 body undocumented/,
    because: 'Fly answers {"ok":true} or the previous state where the document has no body',
  },
  {
    is: /POST \/apps 422 \/status: must be equal/,
    because: 'the newer document adds name_taken to the status codes',
  },
  { is: /POST \/apps 201 body undocumented/, because: "Fly's documentation shows {id, created_at}" },
  {
    is: /DELETE .*machine_id\} query kill: unknown/,
    because: 'flyctl sends kill=true for what is documented as force',
  },
  { is: /^POST \/apps query wait: unknown/, because: 'flyctl sends wait=true when it makes an app' },
  {
    is: /^POST \/apps request \/app_name: unknown field/,
    because: "Fly's documentation shows app_name where the document and flyctl have name",
  },
  {
    is: /^DELETE \/apps\/\{app_name\} query force: unknown/,
    because: "the parameter stands in Fly's documentation only",
  },
  {
    is: /\/machines query started: unknown/,
    because: 'flyctl sends the wanted state as a bare query',
  },
  {
    is: /\/metadata request \/metadata\/\w+: must be string/,
    because: "null removes a key, by Fly's documentation",
  },
  {
    is: /\/secrets request \/values\/\w+: must be string/,
    because: 'null removes a secret, by its own description in the document',
  },
  {
    is: /GET .*\/machines query metadata\.\w+: unknown/,
    because: 'the filter stands in the documentation only',
  },
  {
    is: /\/volumes.* 200 .*\/attached_(machine|alloc)_id: must be string/,
    because: "Fly's documentation shows null while nothing is attached",
  },
  {
    is: /^POST \/apps\/\{app_name\}\/machines 412 \/status: must be equal/,
    because: 'fly-go knows volume_placement_capacity; the document forgets it',
  },
  {
    is: /\/secretkeys.* \/(\w+\/\*\/)?(associated_data|ciphertext|plaintext|public_key|signature|value): must be array/,
    because: 'bytes are base64 on the wire, as Go writes them; the document has arrays of numbers',
  },
  {
    is: /\/attached_(alloc|machine)_id: must be string/,
    because: 'fly-go reads null of a volume that no machine has (volume_types.go)',
  },
  {
    is: /\/checks\/\w+\/interval: must be string/,
    because: 'durations may be whole nanoseconds, as Go writes them (fly-go, machine_types.go)',
  },
  {
    is: /\/signal request \/signal: must be/,
    because: 'flyctl sends the number of a signal',
  },
  {
    is: /^\w+ \/postgres\b.*: no such route/,
    because: 'Managed Postgres is in the newer document only',
  },
];

import type { Json } from '../../util/json.ts';
import { isRecord, type ConfigPath } from '../config-path.ts';
import type { TomlTable } from './parse-toml.ts';

/** What an imported fly.toml asks of the machines, for which the config has no setting and the Machines API has. */
export interface MachineKeys {
  readonly swapSizeMb: number | null;
  /** Whether plain HTTP is answered with the way to HTTPS. */
  readonly forceHttps: boolean | null;
  /** As `[[restart]]` says it, with only what is written. */
  readonly restart: { readonly policy: string | null; readonly retries: number | null } | null;
  readonly metrics: TomlTable | null;
  readonly statics: readonly TomlTable[];
  readonly files: readonly TomlTable[];
}

/** The keys of a static and of a metrics port, called alike in fly.toml and in the Machines API. */
const STATIC_KEYS = ['guest_path', 'url_prefix', 'tigris_bucket', 'index_document'];
const METRICS_KEYS = ['port', 'path', 'https'];
/** A file whose content is a secret. Of `raw_value` Fly's documents and flyctl disagree whether it is encoded already. */
const FILE_KEYS = ['guest_path', 'secret_name'];

/**
 * The keys of a fly.toml that machines take over as they are, out of what was kept of it. `paths` are those keys, so that
 * nothing is called without effect that has one. A list is taken whole or not at all. Pure.
 */
export function machineKeys(extra: TomlTable): {
  readonly keys: MachineKeys;
  readonly paths: readonly ConfigPath[];
} {
  const service = isRecord(extra['http_service']) ? extra['http_service'] : {};
  const restarts = tablesOf(extra['restart'], ['policy', 'retries'], []);
  const metrics = tablesOf(extra['metrics'], METRICS_KEYS, ['port', 'path']);
  const statics = tablesOf(extra['statics'], STATIC_KEYS, ['guest_path', 'url_prefix']);
  const files = tablesOf(extra['files'], FILE_KEYS, FILE_KEYS);
  const [restart] = restarts.length === 1 ? restarts : [];
  const [metric] = metrics.length === 1 ? metrics : [];
  const { swap_size_mb: swap } = extra;
  const { force_https: forceHttps } = service;
  const keys: MachineKeys = {
    swapSizeMb: typeof swap === 'number' ? swap : null,
    forceHttps: typeof forceHttps === 'boolean' ? forceHttps : null,
    restart:
      restart === undefined
        ? null
        : {
            policy: typeof restart['policy'] === 'string' ? restart['policy'] : null,
            retries: typeof restart['retries'] === 'number' ? restart['retries'] : null,
          },
    metrics: metric ?? null,
    statics,
    files,
  };
  const paths: ConfigPath[] = [
    ...(keys.swapSizeMb === null ? [] : [['swap_size_mb']]),
    ...(keys.forceHttps === null ? [] : [['http_service', 'force_https']]),
    ...keysIn('restart', restart === undefined ? [] : [restart]),
    ...keysIn('metrics', metric === undefined ? [] : [metric]),
    ...keysIn('statics', statics),
    ...keysIn('files', files),
  ];
  return { keys, paths };
}

/** The tables of a list, if each has all that it needs and nothing that is not known; else none. */
function tablesOf(
  value: Json | undefined,
  known: readonly string[],
  needed: readonly string[],
): readonly TomlTable[] {
  if (!Array.isArray(value)) return [];
  const tables = value.filter(isRecord) as readonly TomlTable[];
  const isWhole = (table: TomlTable): boolean =>
    Object.keys(table).every((key) => known.includes(key)) &&
    needed.every((key) => Object.hasOwn(table, key));
  return tables.every(isWhole) ? tables : [];
}

function keysIn(list: string, tables: readonly TomlTable[]): ConfigPath[] {
  return tables.flatMap((table, index) => Object.keys(table).map((key) => [list, index, key]));
}

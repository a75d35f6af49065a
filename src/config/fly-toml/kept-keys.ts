import type { Json } from '../../util/json.ts';
import { isRecord, pathText, type ConfigPath } from '../config-path.ts';
import type { Mistake } from '../mistake.ts';
import { FLY_TOML_SHAPE, type TomlShape, type TomlType } from './fly-toml-shape.ts';
import { machineKeys } from './machine-keys.ts';
import type { TomlTable } from './parse-toml.ts';
import { tomlWarning } from './toml-problem.ts';

/** Why some keys have no setting; the others: there is none yet. By the beginning of their path, without indexes. */
const REASONS: Readonly<Record<string, string>> = {
  'http_service.auto_start_machines':
    'Glidepath has machines started by a request exactly where they may sleep',
  'build.image': 'Glidepath builds the image from the commit',
  'build.builder': 'Glidepath builds from a Dockerfile or by the stack',
  'build.buildpacks': 'Glidepath builds from a Dockerfile or by the stack',
  'deploy.seed_command': 'Fly runs it at the first launch only',
  files:
    'only files that are a secret are written to its machines: local_path is a file of the build, and of raw_value Fly’s documents and flyctl disagree what it is',
  metrics: 'a machine has one port for metrics, with its path',
  restart: 'machines are started again in one way',
  'deploy.wait_timeout': 'without a check of http_service there is nothing to wait for',
  'deploy.release_command_timeout': 'a migration of Glidepath always has an end',
  checks: 'they steer no traffic; health is the check of http_service',
  'experimental.auto_rollback': 'flyctl reads it and uses it nowhere; Glidepath puts back what failed anyway',
};

/** What nobody took out of a document. */
export interface KeptKeys {
  /** Without the tables of Fly that were emptied, or were empty: they say nothing. */
  readonly extra: TomlTable;
  /** Those that have no effect on machines. */
  readonly paths: readonly ConfigPath[];
  /** One warning for each key. */
  readonly mistakes: readonly Mistake[];
}

/** Everything left in a document that was read; `said` are the paths that have a message already. */
export function keptKeys(rest: TomlTable, said: readonly ConfigPath[]): KeptKeys {
  const extra = withoutEmpty(rest, FLY_TOML_SHAPE);
  const applied = new Set(machineKeys(extra).paths.map(pathText));
  const paths = pathsOf(extra, FLY_TOML_SHAPE, []).filter((path) => !applied.has(pathText(path)));
  const known = new Set(said.map(pathText));
  return {
    extra,
    paths,
    mistakes: paths
      .filter((path) => !known.has(pathText(path)))
      .map((path) =>
        tomlWarning(
          path,
          `is kept as it is in the generated file, and does nothing in a deployment by Glidepath: ${reasonFor(path)}`,
          'Nothing to do, where that is fine.',
        ),
      ),
  };
}

function reasonFor(path: ConfigPath): string {
  const name = path.filter((part) => typeof part === 'string').join('.');
  const [, reason] =
    Object.entries(REASONS).find(([prefix]) => name === prefix || name.startsWith(`${prefix}.`)) ?? [];
  return reason ?? 'the config has no setting for it';
}

function withoutEmpty(table: TomlTable, shape: TomlShape): TomlTable {
  return Object.fromEntries(
    Object.entries(table)
      .map(([key, value]) => [key, withoutEmptyValue(value, tableShape(shape, key))] as const)
      .filter((entry): entry is readonly [string, Json] => entry[1] !== undefined),
  );
}

/** Undefined for a table of Fly's, or a list of them, with nothing in it. Empty ones before others keep their place. */
function withoutEmptyValue(value: Json, shape: TomlShape | null): Json | undefined {
  if (shape === null) return value;
  const isEmpty = (table: TomlTable): boolean => Object.keys(table).length === 0;
  if (!Array.isArray(value)) {
    const table = withoutEmpty(value as TomlTable, shape);
    return isEmpty(table) ? undefined : table;
  }
  const tables = value.map((item) => withoutEmpty(item as TomlTable, shape));
  const last = tables.findLastIndex((table) => !isEmpty(table));
  return last < 0 ? undefined : tables.slice(0, last + 1);
}

/** The keys of Fly's own tables; null for what has none. */
function tableShape(shape: TomlShape, key: string): TomlShape | null {
  const type = Object.hasOwn(shape, key) ? (shape[key] as TomlType) : undefined;
  if (typeof type !== 'object') return null;
  if ('table' in type) return type.table;
  return 'tables' in type ? type.tables : null;
}

function pathsOf(table: TomlTable, shape: TomlShape, base: ConfigPath): ConfigPath[] {
  return Object.entries(table).flatMap(([key, value]) => {
    const path = [...base, key];
    const inner = tableShape(shape, key);
    if (isNamed(shape, key)) return Object.keys(value as TomlTable).map((name) => [...path, name]);
    if (inner === null) return [path];
    if (isRecord(value)) return pathsOf(value, inner, path);
    return (value as readonly TomlTable[]).flatMap((item, index) => pathsOf(item, inner, [...path, index]));
  });
}

/** Whether the tables under a key have names of the user's own. */
function isNamed(shape: TomlShape, key: string): boolean {
  const type = Object.hasOwn(shape, key) ? shape[key] : undefined;
  return typeof type === 'object' && 'named' in type;
}

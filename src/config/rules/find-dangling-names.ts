import { entriesOf, isRecord, pathText, valueAt, type ConfigPath } from '../config-path.ts';
import { nameHint } from '../did-you-mean.ts';
import type { Mistake } from '../mistake.ts';

/** Kinds of things that have names in a config. */
type Noun = 'app' | 'database' | 'environment' | 'check';

interface Reference {
  readonly noun: Noun;
  readonly name: string;
  readonly path: ConfigPath;
  /** The name is a key. */
  readonly atKey?: boolean;
}

/** Every name that refers to nothing. Takes a config of any shape, so that it can run beside the check of the shape. */
export function findDanglingNames(config: unknown): Mistake[] {
  const known: Readonly<Record<Noun, readonly string[]>> = {
    app: keysAt(config, ['apps']),
    database: keysAt(config, ['databases']),
    environment: keysAt(config, ['environments']),
    check: keysAt(config, ['ci', 'checks']),
  };
  return referencesOf(config)
    .filter(({ noun, name }) => !known[noun].includes(name))
    .map(({ noun, name, path, atKey }) => ({
      code: 'CONFIG_UNKNOWN_REFERENCE',
      path,
      atKey: atKey ?? false,
      message: `${pathText(path)} refers to the ${noun} ${name}, which does not exist.`,
      hint: nameHint(name, known[noun], `${noun}s`),
    }));
}

function referencesOf(config: unknown): Reference[] {
  return [
    ...entriesOf(valueAt(config, ['apps'])).flatMap(([name, app]) => ofApp(app, ['apps', name])),
    ...entriesOf(valueAt(config, ['databases'])).flatMap(([name, database]) =>
      ofKeys(database, ['databases', name], 'branches', 'environment'),
    ),
    ...entriesOf(valueAt(config, ['environments'])).flatMap(([name, environment]) =>
      ofEnvironment(environment, ['environments', name]),
    ),
    ...entriesOf(valueAt(config, ['ci', 'checks'])).flatMap(([name, check]) =>
      ofList(valueAt(check, ['needs']), ['ci', 'checks', name, 'needs'], 'check'),
    ),
    ...ofRelease(valueAt(config, ['ci', 'release', 'check'])),
    ...ofOrder(config, []),
    ...ofEnv(valueAt(config, ['smoke', 'env']), ['smoke', 'env']),
  ];
}

function ofApp(app: unknown, path: ConfigPath): Reference[] {
  const database = valueAt(app, ['database']);
  return [
    ...(typeof database === 'string'
      ? [{ noun: 'database' as const, name: database, path: [...path, 'database'] }]
      : []),
    ...ofEnv(valueAt(app, ['env']), [...path, 'env']),
  ];
}

function ofEnvironment(environment: unknown, path: ConfigPath): Reference[] {
  const gates = valueAt(environment, ['gates']);
  return [
    ...ofKeys(environment, path, 'apps', 'app'),
    ...ofKeys(environment, path, 'databases', 'database'),
    ...entriesOf(valueAt(environment, ['apps'])).flatMap(([name, app]) =>
      ofEnv(valueAt(app, ['env']), [...path, 'apps', name, 'env']),
    ),
    ...(Array.isArray(gates) ? gates : []).flatMap((gate: unknown, index) => {
      const name = isRecord(gate) && gate['kind'] === 'passed' ? gate['environment'] : undefined;
      return typeof name === 'string'
        ? [{ noun: 'environment' as const, name, path: [...path, 'gates', index] }]
        : [];
    }),
    ...ofMigrateAfter(environment, path),
    ...ofOrder(environment, path),
    ...ofEnv(valueAt(environment, ['env']), [...path, 'env']),
    ...ofEnv(valueAt(environment, ['smoke', 'env']), [...path, 'smoke', 'env']),
  ];
}

function ofMigrateAfter(environment: unknown, path: ConfigPath): Reference[] {
  const name = valueAt(environment, ['migrateAfter']);
  return typeof name === 'string' ? [{ noun: 'environment', name, path: [...path, 'migrateAfter'] }] : [];
}

function ofRelease(check: unknown): Reference[] {
  return typeof check === 'string' ? [{ noun: 'check', name: check, path: ['ci', 'release', 'check'] }] : [];
}

function ofKeys(value: unknown, path: ConfigPath, key: string, noun: Noun): Reference[] {
  return entriesOf(valueAt(value, [key])).map(([name]) => ({
    noun,
    name,
    path: [...path, key, name],
    atKey: true,
  }));
}

function ofList(value: unknown, path: ConfigPath, noun: Noun): Reference[] {
  return (Array.isArray(value) ? value : []).flatMap((name: unknown, index) =>
    typeof name === 'string' ? [{ noun, name, path: [...path, index] }] : [],
  );
}

function ofOrder(value: unknown, path: ConfigPath): Reference[] {
  const order = valueAt(value, ['order']);
  return (Array.isArray(order) ? order : []).flatMap((wave: unknown, index) =>
    ofList(wave, [...path, 'order', index], 'app'),
  );
}

function ofEnv(env: unknown, path: ConfigPath): Reference[] {
  return entriesOf(env).flatMap(([variable, value]): Reference[] => {
    if (!isRecord(value)) return [];
    const { kind, app, database } = value;
    if ((kind === 'url-of' || kind === 'public-url-of') && typeof app === 'string') {
      return [{ noun: 'app', name: app, path: [...path, variable] }];
    }
    return kind === 'database-url' && typeof database === 'string'
      ? [{ noun: 'database', name: database, path: [...path, variable] }]
      : [];
  });
}

function keysAt(config: unknown, path: ConfigPath): readonly string[] {
  return entriesOf(valueAt(config, path)).map(([name]) => name);
}

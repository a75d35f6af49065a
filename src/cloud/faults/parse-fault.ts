import { closest, distance } from 'fastest-levenshtein';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Fault, MachineFault, RouteFault } from './fault.ts';

const ROUTE_KINDS = ['error', 'rate-limit', 'delay', 'lost-answer'] as const;
const MACHINE_KINDS = [
  'crash',
  'boot-failure',
  'slow-boot',
  'unhealthy',
  'flapping',
  'lease-stolen',
  'image-gone',
  'host-unreachable',
  'no-capacity',
] as const;
const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', '*']);

/** How a fault is written on the command line. */
const FAULT_USAGE = [
  'error METHOD [github:]PATH [status=503] [times=N]',
  'rate-limit METHOD PATH [times=N]',
  'delay METHOD PATH delay=2s [times=N]',
  'lost-answer METHOD PATH [times=N]',
  'crash APP-OR-MACHINE [times=N]',
  'boot-failure APP-OR-MACHINE [times=N]',
  'slow-boot APP-OR-MACHINE delay=5s [times=N]',
  'unhealthy APP-OR-MACHINE',
  'flapping APP-OR-MACHINE delay=2s',
  'lease-stolen APP-OR-MACHINE delay=10s [times=N]',
  'image-gone APP[@sha256:…]',
  'host-unreachable APP-OR-MACHINE-OR-HOST',
  'no-capacity REGION [times=N]',
] as const;

/** Where the APIs of the platforms begin. */
const API_PATHS: Readonly<Record<string, string>> = { fly: '/v1', github: '/api/v3', neon: '/api/v2' };

/** Further off than this it is another word, not a slip. */
const TYPO_DISTANCE_MAX = 3;
const STATUS_DEFAULT = 503;

/** Reads a fault from words such as `error POST /v1/apps/web/machines times=1`; a Diagnostic when they make none. */
export function parseFault(words: readonly string[]): Fault | Diagnostic {
  const [kind = '', ...rest] = words;
  const settings = new Map(rest.filter((word) => isSetting(word)).map((word) => splitSetting(word)));
  const plain = rest.filter((word) => !isSetting(word));
  if (ROUTE_KINDS.includes(kind as RouteFault['kind']))
    return routeFault(kind as RouteFault['kind'], plain, settings);
  if (MACHINE_KINDS.includes(kind as MachineFault['kind'])) {
    return machineFault(kind as MachineFault['kind'], plain, settings);
  }
  const known = [...ROUTE_KINDS, ...MACHINE_KINDS];
  const guess = closest(kind, known);
  const isNear = kind !== '' && distance(kind, guess) <= TYPO_DISTANCE_MAX;
  const asked = kind === '' ? 'No kind of fault is named.' : `"${kind}" is no kind of fault.`;
  return mistake(isNear ? `${asked} Did you mean "${guess}"?` : asked, `One of: ${known.join(', ')}.`);
}

function routeFault(
  kind: RouteFault['kind'],
  plain: readonly string[],
  settings: ReadonlyMap<string, string>,
): Fault | Diagnostic {
  const [method = '', written = ''] = plain.length === 1 ? ['*', ...plain] : plain;
  const path = wholePath(written);
  if (!METHODS.has(method.toUpperCase()) || !path.startsWith('/') || plain.length > 2) {
    return mistake(`A fault of kind ${kind} needs a method and a path.`, usageOf(kind));
  }
  const numbers = readNumbers(kind, settings);
  if ('code' in numbers) return numbers;
  return { kind, route: `${method.toUpperCase()} ${path}`, ...numbers };
}

/** `github:/repos/acme/shop` is a path as the platform's own document has it, without where its API begins here. */
function wholePath(written: string): string {
  const [, platform = '', path = ''] = /^([a-z]+):(\/.*)$/.exec(written) ?? [];
  const begins = API_PATHS[platform];
  return begins === undefined ? written : `${begins}${path}`;
}

function machineFault(
  kind: MachineFault['kind'],
  plain: readonly string[],
  settings: ReadonlyMap<string, string>,
): Fault | Diagnostic {
  const [target] = plain;
  if (target === undefined || plain.length > 1) {
    return mistake(`A fault of kind ${kind} needs one ${AIMS[kind] ?? 'app or machine'}.`, usageOf(kind));
  }
  const numbers = readNumbers(kind, settings);
  if ('code' in numbers) return numbers;
  const { delayMs, times } = numbers;
  return { kind, target, delayMs, times };
}

function readNumbers(
  kind: Fault['kind'],
  settings: ReadonlyMap<string, string>,
): { status: number; delayMs: number; times: number | null } | Diagnostic {
  const allowed = ALLOWED[kind];
  for (const name of settings.keys()) {
    if (!allowed.includes(name))
      return mistake(`A fault of kind ${kind} has no setting "${name}".`, usageOf(kind));
  }
  const status = Number(settings.get('status') ?? STATUS_DEFAULT);
  if (!Number.isInteger(status) || status < 400 || status > 599) {
    return mistake(`"${settings.get('status')}" is no error status.`, 'From 400 to 599.');
  }
  const written = settings.get('times');
  const times = written === undefined ? null : Number(written);
  if (times !== null && (!Number.isInteger(times) || times < 1)) {
    return mistake(
      `"${written}" is no number of times.`,
      'A whole number from 1; leave it out for "until cleared".',
    );
  }
  const delay = settings.get('delay');
  const delayMs = delay === undefined ? 0 : durationMs(delay);
  if (delayMs === null) return mistake(`"${delay}" is no duration.`, 'Such as 500ms, 2s or 1m.');
  if (allowed.includes('delay') && delayMs === 0)
    return mistake(`A fault of kind ${kind} needs a delay.`, usageOf(kind));
  return { status, delayMs, times };
}

const ALLOWED: Record<Fault['kind'], readonly string[]> = {
  error: ['status', 'times'],
  'rate-limit': ['times'],
  delay: ['delay', 'times'],
  'lost-answer': ['times'],
  crash: ['times'],
  'boot-failure': ['times'],
  'slow-boot': ['delay', 'times'],
  unhealthy: [],
  flapping: ['delay'],
  'lease-stolen': ['delay', 'times'],
  'image-gone': [],
  'host-unreachable': [],
  'no-capacity': ['times'],
};

/** What a fault is aimed at, where that is not an app or a machine. */
const AIMS: Partial<Record<MachineFault['kind'], string>> = {
  'host-unreachable': 'app, machine or host',
  'no-capacity': 'region',
};

function durationMs(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/u.exec(text);
  if (match === null) return null;
  return Math.round(Number(match[1]) * { ms: 1, s: 1_000, m: 60_000 }[match[2] as 'ms' | 's' | 'm']);
}

function isSetting(word: string): boolean {
  return /^[a-z]+=/u.test(word);
}

function splitSetting(word: string): [string, string] {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
}

function usageOf(kind: Fault['kind']): string {
  return `glidepath cloud fault ${FAULT_USAGE.find((usage) => usage.startsWith(`${kind} `)) ?? kind}`;
}

function mistake(message: string, hint: string): Diagnostic {
  return { severity: 'error', code: 'CLI_USAGE', message, hint };
}

import { nameHint } from '../did-you-mean.ts';
import { FLY_AUTOSTOP } from './fly-words.ts';
import { setDuration } from './set-duration.ts';
import { honour, leaveOut, take, tableIn, tablesIn, type PlacedTable, type TomlDraft } from './toml-draft.ts';
import { tomlMistake, tomlWarning } from './toml-problem.ts';

/** In place of a port that is wrong or missing, so that no app is called a worker only because of a mistake. */
export const PORT_STAND_IN = 8080;

/** How the app is reached, when its machines sleep, and how one sees that they are healthy. None: a worker. */
export function readService(draft: TomlDraft): void {
  const root: PlacedTable = { table: draft.rest, path: [] };
  if (draft.rest['http_service'] === undefined) {
    draft.settings.push({ path: ['port'], value: null, from: [] });
    return;
  }
  const service = tableIn(root, 'http_service');
  readPort(draft, service);
  const concurrency = tableIn(service, 'concurrency');
  honour(draft, concurrency, 'type', ['concurrency', 'type']);
  honour(draft, concurrency, 'soft_limit', ['concurrency', 'softLimit']);
  honour(draft, concurrency, 'hard_limit', ['concurrency', 'hardLimit']);
  readSleep(draft, service);
  // What Glidepath does anyway.
  if (service.table['force_https'] === false) take(service.table, 'force_https');
  const [check] = tablesIn(service, 'checks');
  if (check !== undefined) readCheck(draft, check);
}

function readPort(draft: TomlDraft, service: PlacedTable): void {
  if (honour(draft, service, 'internal_port', ['port'])) return;
  draft.settings.push({ path: ['port'], value: PORT_STAND_IN, from: service.path });
  // One of the wrong type was taken out, and said.
  if (draft.mistakes.some(({ path }) => path.join('.') === 'http_service.internal_port')) return;
  draft.mistakes.push({
    code: 'CONFIG_MISSING_KEY',
    path: service.path,
    message: 'The service of fly.toml needs the key internal_port.',
    hint: 'Add it: internal_port = 8080',
  });
}

function readSleep(draft: TomlDraft, service: PlacedTable): void {
  const autostop = autostopOf(draft, service);
  const sleeps = autostop === 'stop' || autostop === 'suspend';
  if (autostop !== undefined) {
    const sleep = autostop === 'off' ? 'never' : autostop === 'stop' ? 'when-idle' : 'suspend';
    draft.settings.push({ path: ['sleep'], value: sleep, from: [...service.path, 'auto_stop_machines'] });
  }
  if (service.table['auto_start_machines'] === sleeps) take(service.table, 'auto_start_machines');
  if (sleeps) {
    honour(draft, service, 'min_machines_running', ['minMachinesRunning']);
    return;
  }
  const least = (take(service.table, 'min_machines_running') as number | undefined) ?? 0;
  if (least === 0) return;
  const path = [...service.path, 'min_machines_running'];
  leaveOut(draft, path, 'it only counts where machines sleep, and here none does', 'Set instances instead.');
}

/** In today's words. A boolean is how it was written before there was `suspend`. */
function autostopOf(draft: TomlDraft, { table, path }: PlacedTable): string | undefined {
  const written = take(table, 'auto_stop_machines') as string | boolean | undefined;
  const words: readonly string[] = Object.values(FLY_AUTOSTOP);
  const at = [...path, 'auto_stop_machines'];
  if (typeof written === 'boolean') {
    const word = written ? 'stop' : 'off';
    const says = `is ${written}, the old spelling of "${word}", and read as that`;
    draft.mistakes.push(tomlWarning(at, says, `Write auto_stop_machines = "${word}"`));
    return word;
  }
  if (written === undefined || words.includes(written)) return written;
  const says = `is ${JSON.stringify(written)}, which is not possible there`;
  draft.mistakes.push(tomlMistake('CONFIG_INVALID_VALUE', at, says, nameHint(written, words, 'values')));
  return undefined;
}

/** The first check says whether a machine is healthy; what Glidepath does not ask for (headers, TLS) stays. */
function readCheck(draft: TomlDraft, check: PlacedTable): void {
  if (!honour(draft, check, 'path', ['health', 'path'])) {
    draft.settings.push({ path: ['health', 'path'], value: '/', from: check.path });
  }
  setDuration(draft, check, 'interval', { setting: ['health', 'interval'] });
  setDuration(draft, check, 'timeout', { setting: ['health', 'timeout'] });
  // The config has no zero; a millisecond is none that anybody could notice.
  setDuration(draft, check, 'grace_period', { setting: ['health', 'gracePeriod'], zero: '1ms' });
  const { method, protocol } = check.table;
  if (typeof method === 'string' && method.toUpperCase() === 'GET') take(check.table, 'method');
  if (protocol === 'http') take(check.table, 'protocol');
}

import { FLY_REGIONS } from '../resolve/fly-sizes.ts';
import { nameHint } from '../did-you-mean.ts';
import { FLY_RESTARTS } from './fly-words.ts';
import { setDuration } from './set-duration.ts';
import { honour, leaveOut, take, tablesIn, type PlacedTable, type TomlDraft } from './toml-draft.ts';
import { tomlMistake } from './toml-problem.ts';

/** What fly.toml says of the app's machines: name, region, size, volume, how they are stopped and started again. */
export function readMachine(draft: TomlDraft): void {
  const root: PlacedTable = { table: draft.rest, path: [] };
  honour(draft, root, 'app', ['platformName']);
  readRegion(draft, root);
  honour(draft, root, 'kill_signal', ['stop', 'signal']);
  // A plain number counts in seconds here, in milliseconds everywhere else.
  setDuration(draft, root, 'kill_timeout', { setting: ['stop', 'timeout'], unitMs: 1_000 });
  const vm = onlyOne(draft, root, 'vm', 'the machines of an app are all of one size');
  if (vm !== undefined) readVm(draft, vm);
  const mount = onlyOne(draft, root, 'mounts', 'a machine of Fly has one volume');
  if (mount !== undefined) readMount(draft, mount);
  readRestart(draft, root);
}

function readRegion(draft: TomlDraft, root: PlacedTable): void {
  const region = take(root.table, 'primary_region') as string | undefined;
  if (region === undefined) return;
  const path = ['primary_region'];
  if (FLY_REGIONS.includes(region)) {
    draft.settings.push({ path: ['regions'], value: [region], from: path });
    return;
  }
  const says = `is ${JSON.stringify(region)}, which is not a region of Fly`;
  draft.mistakes.push(
    tomlMistake('CONFIG_INVALID_VALUE', path, says, nameHint(region, FLY_REGIONS, 'regions')),
  );
}

/** The first table of a list; what follows is left out and said. */
function onlyOne(draft: TomlDraft, root: PlacedTable, key: string, why: string): PlacedTable | undefined {
  const [first, ...others] = tablesIn(root, key);
  for (const { path } of others) leaveOut(draft, path, why, 'Keep one of them.');
  if (first !== undefined && others.length > 0) draft.rest[key] = [first.table];
  return first;
}

function readVm(draft: TomlDraft, vm: PlacedTable): void {
  honour(draft, vm, 'size', ['vm', 'size']);
  honour(draft, vm, 'cpu_kind', ['vm', 'cpuKind']);
  honour(draft, vm, 'cpus', ['vm', 'cpus']);
  const hasMb = honour(draft, vm, 'memory_mb', ['vm', 'memory'], (mb: number) => `${mb}mb`);
  if (!hasMb) honour(draft, vm, 'memory', ['vm', 'memory'], (size: string | number) => sizeText(size, 'mb'));
}

function readMount(draft: TomlDraft, mount: PlacedTable): void {
  honour(draft, mount, 'source', ['volume', 'name']);
  honour(draft, mount, 'destination', ['volume', 'path']);
  honour(draft, mount, 'initial_size', ['volume', 'size'], (size: string | number) => sizeText(size, 'gb'));
  honour(draft, mount, 'snapshot_retention', ['volume', 'snapshotRetentionDays']);
}

/** Fly takes `1gb`, `1GB`, `512`, and the number alone, which counts in `unit`. */
function sizeText(size: string | number, unit: 'mb' | 'gb'): string {
  return /^\d+$/.test(String(size)) ? `${size}${unit}` : String(size);
}

/** What Glidepath's machines do anyway needs no setting; anything else stays to be kept. */
function readRestart(draft: TomlDraft, root: PlacedTable): void {
  const [first, ...others] = tablesIn(root, 'restart');
  const sleep = draft.settings.find(({ path }) => path[0] === 'sleep')?.value;
  const own = FLY_RESTARTS[sleep === 'when-idle' || sleep === 'suspend' ? 'sleeping' : 'awake'];
  if (first !== undefined && others.length === 0 && JSON.stringify(first.table) === JSON.stringify(own))
    delete draft.rest['restart'];
}

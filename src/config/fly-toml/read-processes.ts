import { shellWords } from '../../util/shell-words.ts';
import { take, leaveOut, tableIn, tablesIn, type PlacedTable, type TomlDraft } from './toml-draft.ts';
import { tomlMistake, tomlWarning } from './toml-problem.ts';

/** The process group that flyctl makes when fly.toml names none, and the one that Glidepath's machines are in. */
const DEFAULT_GROUP = 'app';

/** Lists of tables that may each be for some process groups only. */
const LISTS = ['services', 'vm', 'mounts', 'files', 'metrics', 'restart'] as const;

/**
 * Reduces the document to the process group that Glidepath runs: the one that is served, else `app`, else the first. Its
 * command becomes the app's; the other groups, and what is for them alone, are left out and said.
 */
export function readProcesses(draft: TomlDraft): void {
  const root: PlacedTable = { table: draft.rest, path: [] };
  const commands = (take(draft.rest, 'processes') as Record<string, string> | undefined) ?? {};
  const group = mainGroup(Object.keys(commands), root);
  readCommand(draft, group, commands[group]);
  for (const other of Object.keys(commands).filter((name) => name !== group)) {
    leaveOut(
      draft,
      ['processes', other],
      `an app of Glidepath has one process group, here ${group}`,
      `Make it an app of its own: flyApp({ command: […] })`,
    );
  }
  const isForGroup = (placed: PlacedTable): boolean => belongs(draft, placed, group);
  if (!isForGroup(tableIn(root, 'http_service'))) delete draft.rest['http_service'];
  for (const list of LISTS) {
    const own = tablesIn(root, list).filter(isForGroup);
    if (own.length > 0) draft.rest[list] = own.map(({ table }) => table);
    else if (tablesIn(root, list).length > 0) delete draft.rest[list];
  }
  const checks = tableIn(root, 'checks');
  for (const name of Object.keys(checks.table))
    if (!isForGroup(tableIn(checks, name))) delete checks.table[name];
  if (Object.keys(checks.table).length === 0) delete draft.rest['checks'];
}

function mainGroup(groups: readonly string[], root: PlacedTable): string {
  const services = [tableIn(root, 'http_service'), ...tablesIn(root, 'services')];
  const served = services
    .flatMap(({ table }) => (table['processes'] as readonly string[] | undefined) ?? [])
    .find((name) => groups.includes(name));
  if (served !== undefined) return served;
  return groups.length === 0 || groups.includes(DEFAULT_GROUP) ? DEFAULT_GROUP : (groups[0] ?? DEFAULT_GROUP);
}

function readCommand(draft: TomlDraft, group: string, command: string | undefined): void {
  if (command === undefined) return;
  const path = ['processes', group];
  if (group !== DEFAULT_GROUP) {
    const says = `is the process group of the app: its machines will be in the group ${DEFAULT_GROUP}`;
    draft.mistakes.push(tomlWarning(path, says, `Machines that flyctl made are in the group ${group}.`));
  }
  const words = shellWords(command);
  if (words === null) {
    const says = `has a quote that is not closed: ${command}`;
    draft.mistakes.push(tomlMistake('CONFIG_INVALID_VALUE', path, says, 'Close the quote.'));
  } else if (words.length > 0) draft.settings.push({ path: ['command'], value: words, from: path });
}

/** Whether a table is for the group, or for all; said when it is not. Takes the list of groups away. */
function belongs(draft: TomlDraft, { table, path }: PlacedTable, group: string): boolean {
  const groups = (take(table, 'processes') as readonly string[] | undefined) ?? [];
  if (groups.length === 0 || groups.includes(group)) return true;
  const why = `it is for the process group ${groups.join(', ')}, and the app runs ${group}`;
  leaveOut(draft, path, why, 'Make an app of its own of that group.');
  return false;
}

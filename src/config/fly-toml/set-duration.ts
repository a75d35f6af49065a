import type { ConfigPath } from '../config-path.ts';
import { flyDuration, parseFlyDuration } from './fly-duration.ts';
import { take, type PlacedTable, type TomlDraft } from './toml-draft.ts';
import { tomlMistake } from './toml-problem.ts';

/** Takes a duration in any of Fly's spellings, and makes it a setting. `zero` stands for no time at all. */
export function setDuration(
  draft: TomlDraft,
  { table, path }: PlacedTable,
  key: string,
  options: { readonly setting: ConfigPath; readonly unitMs?: number; readonly zero?: string },
): void {
  const written = take(table, key) as string | number | undefined;
  if (written === undefined) return;
  const from = [...path, key];
  const ms = parseFlyDuration(written, options.unitMs ?? 1);
  const value = ms === 0 ? options.zero : ms === null ? undefined : flyDuration(ms);
  if (value !== undefined) {
    draft.settings.push({ path: options.setting, value, from });
    return;
  }
  const says = `is ${JSON.stringify(written)}, which is not a duration`;
  draft.mistakes.push(
    tomlMistake('CONFIG_INVALID_VALUE', from, says, 'Write a number and its unit: "10s", "1m30s".'),
  );
}

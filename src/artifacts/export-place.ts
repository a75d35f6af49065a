import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../diagnostics/tool-error.ts';
import { utcTime } from '../util/utc-time.ts';
import { MANIFEST_FILE, parseManifest } from './artifact-manifest.ts';

/** A commit by its first letters, as people write it. */
const SHORT_COMMIT = 7;

/** A directory's name with `{commit}` and `{time}` (milliseconds since the Unix epoch) filled in. Throws CLI_USAGE. */
export function exportName(
  typed: string,
  { commit, time }: { readonly commit: string; readonly time: number },
): string {
  const values: Readonly<Record<string, string>> = {
    commit: commit.slice(0, SHORT_COMMIT),
    time: `${utcTime(time).slice(0, 19).replaceAll(/[-:]/g, '').replace(' ', 'T')}Z`,
  };
  return typed.replaceAll(/\{(\w*)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value !== undefined) return value;
    throw new ToolError('CLI_USAGE', `${whole} cannot be filled in in ${typed}.`, {
      hint: "There are {commit} and {time}: glidepath ci --export 'dist/{time}-{commit}'",
    });
  });
}

/** An earlier export is replaced; anything else that lies there is somebody's work. Throws ARTIFACT_INVALID. */
export async function requireReplaceable(directory: string): Promise<void> {
  const facts = await lstat(directory).catch(() => null);
  if (facts === null) return;
  const refused = (why: string): ToolError =>
    new ToolError('ARTIFACT_INVALID', `${directory} ${why}, and is left alone.`, {
      hint: 'Name a directory that is not there yet, or an earlier export.',
    });
  if (!facts.isDirectory()) throw refused('is no directory');
  if ((await readdir(directory)).length === 0) return;
  const text = await readFile(join(directory, MANIFEST_FILE), 'utf8').catch(() => null);
  if (text === null) throw refused('is not empty and no export');
  try {
    parseManifest(text);
  } catch {
    throw refused(`holds a ${MANIFEST_FILE} that is none of ours`);
  }
}

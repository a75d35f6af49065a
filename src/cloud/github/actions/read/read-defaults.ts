import type { ExpressionKeyName } from '../expressions/expression-keys.ts';
import type { Source } from '../model/source.ts';
import type { RunDefaults } from '../model/workflow.ts';
import type { At } from './reading.ts';
import { unsupported } from './reading.ts';
import { plainText, sourced, template } from './read-values.ts';
import { knownEntries } from './yaml-walk.ts';

/** Shells of systems that runs are not carried out on. */
const FOREIGN_SHELLS: readonly string[] = ['pwsh', 'powershell', 'cmd'];

/** Reads `defaults` of a workflow (no expressions) or of a job. */
export function readDefaults(at: At | undefined, key?: ExpressionKeyName): RunDefaults {
  if (at === undefined) return {};
  const run = knownEntries(at, ['run'])?.get('run')?.at;
  const entries = run === undefined ? undefined : knownEntries(run, ['shell', 'working-directory']);
  const shell = shellAt(entries?.get('shell')?.at, key);
  const directory = entries?.get('working-directory')?.at;
  const workingDirectory = key === undefined ? plain(directory) : template(directory, key);
  return {
    ...(shell === undefined ? {} : { shell }),
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
  };
}

/** Reads `shell`. One that there is not is no mistake of the file: as on GitHub, its step fails. */
export function shellAt(at: At | undefined, key?: ExpressionKeyName): Source<string> | undefined {
  const shell = key === undefined ? plain(at) : template(at, key);
  if (at === undefined || shell === undefined) return undefined;
  const { value } = shell;
  if (FOREIGN_SHELLS.includes(value)) {
    unsupported(at, `The shell ${value} is not carried out: runners here are Linux`, 'Use bash or sh.');
  }
  return shell;
}

function plain(at: At | undefined): Source<string> | undefined {
  const text = plainText(at);
  return at === undefined || text === undefined ? undefined : sourced(at, text);
}

import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnvironmentFile, parseKeyValueFile, parsePathFile } from './file-commands.ts';

const KINDS = {
  GITHUB_OUTPUT: 'set_output',
  GITHUB_ENV: 'set_env',
  GITHUB_PATH: 'add_path',
  GITHUB_STATE: 'save_state',
  GITHUB_STEP_SUMMARY: 'step_summary',
} as const;
type FileVariable = keyof typeof KINDS;
/** GitHub shows no more of one step. */
export const SUMMARY_BYTES_MAX = 1_048_576;

/** What a step wrote to its files. */
export interface StepWrites {
  readonly outputs: ReadonlyMap<string, string>;
  readonly env: ReadonlyMap<string, string>;
  /** In the order they were written. */
  readonly path: readonly string[];
  readonly state: ReadonlyMap<string, string>;
  readonly summary: string;
}

/** The files that one step hands values on with. */
export interface StepFiles {
  readonly variables: Readonly<Record<FileVariable, string>>;
  /** What is in them now. Throws a `FileCommandError` for a file that is not as it must be. */
  read(): StepWrites;
  remove(): void;
}

/** Makes them, empty, in the directory of the job. */
export function makeStepFiles(dir: string): StepFiles {
  const id = randomUUID();
  const names = Object.keys(KINDS) as FileVariable[];
  const variables = Object.fromEntries(
    names.map((name) => [name, join(dir, `${KINDS[name]}_${id}`)]),
  ) as Record<FileVariable, string>;
  for (const file of Object.values(variables)) writeFileSync(file, '');
  const text = (name: FileVariable): string =>
    existsSync(variables[name]) ? readFileSync(variables[name], 'utf8').replace(/^\uFEFF/u, '') : '';
  return {
    variables,
    read: () => ({
      outputs: parseKeyValueFile(text('GITHUB_OUTPUT')),
      env: parseEnvironmentFile(text('GITHUB_ENV')),
      path: parsePathFile(text('GITHUB_PATH')),
      state: parseKeyValueFile(text('GITHUB_STATE')),
      summary: text('GITHUB_STEP_SUMMARY'),
    }),
    remove: () => {
      for (const file of Object.values(variables)) rmSync(file, { force: true });
    },
  };
}

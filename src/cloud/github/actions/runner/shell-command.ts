/** How the script of a `run` step is started. */
export interface ShellCommand {
  readonly program: string;
  /** With the path of the script in them. */
  readonly args: readonly string[];
  /** As the log shows it: `/usr/bin/bash -e {0}`. */
  readonly shown: string;
}

/** A shell that the local GitHub does not carry out, or that GitHub does not know; the message says which. */
export class ShellError extends Error {
  override readonly name: string = 'ShellError';
}

/**
 * The shells of a Linux runner (workflow syntax, `jobs.<job_id>.steps[*].shell`). One that is not named runs bash
 * without pipefail; one that is named `bash` has it.
 */
const BUILT_IN: Readonly<Record<string, string>> = {
  bash: 'bash --noprofile --norc -eo pipefail {0}',
  sh: 'sh -e {0}',
  python: 'python3 {0}',
};
const DEFAULT = 'bash -e {0}';
/** Of other systems, or not to be counted on here. */
const ELSEWHERE: ReadonlySet<string> = new Set(['pwsh', 'powershell', 'cmd']);
const EXTENSIONS: Readonly<Record<string, string>> = { bash: '.sh', sh: '.sh', python: '.py' };

/** Where the script of a step is written: with the ending its shell wants. A template of one's own gets none. */
export function scriptExtension(shell: string | null): string {
  return EXTENSIONS[shell ?? 'bash'] ?? '';
}

/** Throws a {@link ShellError} for what cannot be run. */
export function shellCommand(shell: string | null, scriptFile: string): ShellCommand {
  const shown = shell === null ? DEFAULT : (BUILT_IN[shell] ?? templateOf(shell));
  const [program = '', ...args] = shown.split(/\s+/u).filter((word) => word !== '');
  return { program, args: args.map((word) => word.replace('{0}', scriptFile)), shown };
}

function templateOf(shell: string): string {
  if (ELSEWHERE.has(shell))
    throw new ShellError(`shell: ${shell} is not carried out by the local GitHub, whose runners are Linux`);
  if (!shell.includes('{0}'))
    throw new ShellError(
      `Invalid shell option. Shell must be a valid built-in (bash, sh, cmd, powershell, pwsh) or a format string containing '{0}'`,
    );
  return shell;
}

import type { Output } from './output.ts';

/** What every command is given. Nothing in a command reads `process` itself. */
export interface CommandContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: Output;
  /** `--project FILE`. */
  readonly projectFile: string | null;
  /** `--local`: the local cloud instead of the platforms. */
  readonly isLocal: boolean;
  /** Inside a job of the local GitHub: where the state of its cloud is. Null elsewhere. */
  readonly cloudOfJob: string | null;
  readonly isVerbose: boolean;
  /** How long a run may wait for its turn; null for no limit. */
  readonly lockWaitMs: number | null;
  /** Aborts on the first Ctrl-C (or SIGTERM). */
  readonly interrupt: AbortSignal;
  /** Who is asking, for the record: `user@host`. */
  readonly by: string;
}

/** Ends with an exit code of CLI.md. */
export type ExitCode = number;

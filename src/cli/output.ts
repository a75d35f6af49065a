import { EXIT } from '../diagnostics/error-codes.ts';

/** Where a command writes, and what the place can show. Only `cli/` has one. */
export interface Output {
  /** Results, and the live view: standard output. */
  write(text: string): void;
  /** Everything that is not the result: progress, warnings, errors. */
  error(text: string): void;
  /** As long as a picture is drawn: what goes to standard error meanwhile comes when this is disposed, below it. */
  holdErrors(): Disposable;
  readonly isTty: boolean;
  /**
   * From here on a closed pipe (`| head`) no longer ends the process: what was begun is finished, unseen. With `onGone`
   * it is told, for what would never end by itself.
   */
  outliveReader(onGone?: () => void): void;
  /** Whether a progress line on standard error is seen, and can be taken back. */
  readonly isErrorTty: boolean;
  /** Columns and rows as they are now: a window may be resized. */
  readonly width: number;
  readonly rows: number;
  readonly color: boolean;
  readonly json: boolean;
}

/** Columns of what is no terminal, or of one that does not know its size. */
export const DEFAULT_WIDTH = 100;

/** How wide a table may be: what is read by a program or kept in a file has its rows whole. */
export function tableWidth({ isTty, width }: Pick<Output, 'isTty' | 'width'>): number {
  return isTty ? width : Infinity;
}

/** Writes one JSON document, or one line of NDJSON with `compact`. */
export function writeJson(output: Output, value: unknown, compact = false): void {
  output.write(`${JSON.stringify(value, null, compact ? 0 : 2)}\n`);
}

/** Whether a text for this process's output has colours: where a person looks and NO_COLOR is not set, or where it is asked for. */
export function hasColor(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  const isForced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const isUnwanted = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  return !isUnwanted && (isForced || (isTerminal && env['TERM'] !== 'dumb'));
}

/** The output of this process. */
export function processOutput(options: { json: boolean }): Output {
  const { stdout, stderr, env } = process;
  const isTty = stdout.isTTY && env['CI'] === undefined && env['TERM'] !== 'dumb';
  let outlived: (() => void) | null = null;
  let held: string[] | null = null;
  let isLost = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A closed pipe is not an error of ours. Anything else is said once: what was to be read is not all there.
    if (error.code !== 'EPIPE' && !isLost) {
      isLost = true;
      stderr.write(unwrittenWords(error));
    }
    if (outlived === null) process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed);
    outlived();
  });
  // Nobody is left to be told.
  stderr.on('error', () => undefined);
  return {
    outliveReader: (onGone = () => undefined) => void (outlived = onGone),
    write: (text) => void stdout.write(text),
    error(text) {
      if (held === null) stderr.write(text);
      else held.push(text);
    },
    holdErrors() {
      const texts: string[] = (held ??= []);
      return {
        [Symbol.dispose]() {
          if (held !== texts) return;
          held = null;
          for (const text of texts) stderr.write(text);
        },
      };
    },
    isTty: isTty && !options.json,
    isErrorTty: stderr.isTTY && env['CI'] === undefined && env['TERM'] !== 'dumb',
    get width() {
      // A terminal that does not know its size says 0.
      return stdout.columns || DEFAULT_WIDTH;
    },
    get rows() {
      return stdout.rows || 24;
    },
    color: !options.json && hasColor(env, stdout.isTTY),
    json: options.json,
  };
}

/** Not by way of a ToolError: the stream says so after the command may have ended. */
function unwrittenWords({ code = 'unknown error' }: NodeJS.ErrnoException): string {
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return isFull
    ? '✗ The output could not be written: the disk is full.\n  → Free some space, or write it elsewhere.\n  STORE_DISK_FULL · docs/errors/STORE_DISK_FULL.md\n'
    : `✗ The output could not be written: ${code}.\n`;
}

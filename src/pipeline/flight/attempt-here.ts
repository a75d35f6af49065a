import { openTap } from '../../providers/postgres/tap/open-tap.ts';
import type { Clock } from '../../util/clock.ts';
import { keptLines } from '../../util/kept-lines.ts';
import type { RunCommand } from '../../util/run-command.ts';
import type { AttemptEnd, AttemptRequest, Craft } from './attempt.ts';
import { letsOthersWork } from './lets-others-work.ts';
import { createStatementLog, type StatementLog } from './statement-log.ts';

/** What a migration that runs where Glidepath runs is made with. */
export interface HereOptions {
  readonly command: string;
  readonly cwd: string;
  /** The URL of the database past any pooler. A secret. */
  readonly url: string;
  /** The variables of the command, with the URL that it is to use. */
  readonly env: (url: string) => Readonly<Record<string, string>>;
  /** What others see in pg_stat_activity, unless the command names itself. */
  readonly applicationName: string;
  readonly clock: Clock;
  readonly runCommand: RunCommand;
  /** Remembers the tap's own URL as a secret. */
  readonly hide: (value: string) => void;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/**
 * Runs the command with a URL that leads through a tap: the settings are set for whatever client it has, and every
 * statement is seen.
 */
export function craftHere(options: HereOptions): Craft {
  return {
    seesStatements: true,
    attemptsBefore: 0,
    onBlocked: () => Promise.resolve(),
    begin(request) {
      const log = createStatementLog();
      return { end: run(options, request, log), log, pids: () => Promise.resolve([...log.pids]) };
    },
  };
}

async function run(options: HereOptions, request: AttemptRequest, log: StatementLog): Promise<AttemptEnd> {
  const output = keptLines();
  const failures: string[] = [];
  const tap = await openTap({
    target: options.url,
    settings: settingsOf(options, request),
    // Waiting holds up nobody there, and giving up leaves an invalid index.
    lockTimeouts: { session: lockTimeout(request), of: (sql) => (letsOthersWork(sql) ? '0' : null) },
    clock: options.clock,
    onStart: log.onStart,
    onStatement: log.onStatement,
    onError: ({ message }) => failures.push(message),
  });
  try {
    options.hide(tap.url);
    options.hide(new URL(tap.url).password);
    const { exitCode, timedOut } = await options.runCommand({
      command: options.command,
      cwd: options.cwd,
      env: options.env(tap.url),
      timeoutMs: request.timeoutMs,
      signal: options.signal,
      onLine: (line) => {
        output.add(line);
        options.log(line);
      },
    });
    return {
      isDone: exitCode === 0,
      message: `The migration ${timedOut ? 'took too long and was stopped' : `failed with exit code ${exitCode}`}: ${options.command}`,
      isTimedOut: timedOut,
      output: [...output.lines(), ...failures],
      log,
    };
  } finally {
    await tap.close();
  }
}

function settingsOf({ applicationName }: HereOptions, request: AttemptRequest): Record<string, string> {
  return {
    application_name: applicationName,
    lock_timeout: lockTimeout(request),
    // A session whose client is gone holds its locks until it next says something: for long, in a long statement.
    ...(request.checksClients ? { client_connection_check_interval: '1s' } : {}),
  };
}

function lockTimeout({ lockTimeoutMs }: AttemptRequest): string {
  return `${lockTimeoutMs}ms`;
}

import type { ResolvedCheck } from '../config/resolved.ts';
import type { Clock } from '../util/clock.ts';
import { keptLines } from '../util/kept-lines.ts';
import { CheckLog } from './check-log.ts';
import type { CheckService, OpenCheckService } from './check-services.ts';
import type { ExecuteCheck, ExecutionEnd, LeftProcess } from './execute-check.ts';
import { failureWords } from './failure-words.ts';

/** A longer line is cut where it is shown; the log has it whole. */
const OUTPUT_CHARS = 2_000;

/** What running checks needs of the outside. */
export interface CheckDeps {
  /** How a check is carried out, by where it is to run. */
  readonly execute: Readonly<Record<ResolvedCheck['where'], ExecuteCheck>>;
  readonly openService: OpenCheckService;
  /** The value of a variable that the check names in `env`. */
  readonly variable: (name: string) => string | undefined;
  /** Takes every secret out of a line. */
  readonly redact: (line: string) => string;
  readonly clock: Clock;
}

/** Where a check runs, and who listens. */
export interface CheckRun {
  /** A checkout that it may work in. */
  readonly root: string;
  readonly signal: AbortSignal;
  /** Each line that it prints, masked. */
  readonly onLine: (line: string) => void;
  /** An attempt failed, and the next one begins. */
  readonly onRetry: (attempt: number, failure: string) => void;
  readonly log: CheckLog;
}

/** How a check ended that ran. */
export interface CheckEnd extends Pick<ExecutionEnd, 'exitCode' | 'signal' | 'timedOut'> {
  readonly hasPassed: boolean;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly failedAttempts: number;
  /** What all attempts left running. */
  readonly left: readonly LeftProcess[];
  /** After an attempt something that was not found still had its output open. */
  readonly isHeldOpen: boolean;
  /** Files that it changed and does not declare, where the place it ran in says so. */
  readonly wroteOutside: readonly string[];
  /** What it printed, as far as it is shown: see keptLines. */
  readonly output: readonly string[];
}

/**
 * Runs one check, again where it fails and may, each time with services of its own, which are gone when this resolves
 * or throws. A check that fails is a result; thrown is what kept it from being run, or the reason of the signal.
 */
export async function runCheck(deps: CheckDeps, check: ResolvedCheck, run: CheckRun): Promise<CheckEnd> {
  const startedAt = deps.clock.now();
  const left: LeftProcess[] = [];
  let isHeldOpen = false;
  for (let attempt = 1; ; attempt += 1) {
    const { end, output } = await runAttempt(deps, check, run);
    left.push(...end.left);
    isHeldOpen ||= end.isHeldOpen === true;
    const hasPassed = end.exitCode === 0 && !end.timedOut;
    if (hasPassed || attempt > check.retries) {
      const { exitCode, signal = null, timedOut } = end;
      const durationMs = deps.clock.now() - startedAt;
      const failedAttempts = hasPassed ? attempt - 1 : attempt;
      const wroteOutside = end.wroteOutside ?? [];
      return {
        hasPassed,
        exitCode,
        signal,
        timedOut,
        startedAt,
        durationMs,
        failedAttempts,
        left,
        isHeldOpen,
        wroteOutside,
        output,
      };
    }
    run.onRetry(attempt + 1, failureWords(check, end));
  }
}

async function runAttempt(
  deps: CheckDeps,
  check: ResolvedCheck,
  { root, signal, onLine, log }: CheckRun,
): Promise<{ readonly end: ExecutionEnd; readonly output: readonly string[] }> {
  const services: CheckService[] = [];
  const output = keptLines();
  const take = (raw: string): void => {
    const line = deps.redact(raw);
    output.add(line.slice(0, OUTPUT_CHARS));
    log.add(line);
    onLine(line);
  };
  try {
    for (const service of check.services) services.push(await deps.openService(service, signal));
    const env = environmentOf(deps, check, services);
    const end = await deps.execute[check.where]({ check, root, env, signal, onLine: take });
    return { end, output: output.lines() };
  } finally {
    for (const service of services.toReversed()) await service.close();
  }
}

function environmentOf(
  { variable }: CheckDeps,
  check: ResolvedCheck,
  services: readonly CheckService[],
): Record<string, string> {
  const asked = check.env.flatMap((name) => {
    const value = variable(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  // What a service says of itself counts: a DATABASE_URL from outside must not lead a test to somebody's data.
  return Object.assign(
    { CI: 'true' },
    Object.fromEntries(asked),
    ...services.map(({ env }) => env),
  ) as Record<string, string>;
}

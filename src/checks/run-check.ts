import type { ResolvedCheck } from '../config/resolved.ts';
import type { Clock } from '../util/clock.ts';
import type { RunCommand } from '../util/run-command.ts';
import type { CheckService, OpenCheckService } from './check-services.ts';

/** Lines of a check's output that are kept for whoever asks why it failed. */
const OUTPUT_LINES = 20;

/** What running checks needs of the outside. */
export interface CheckDeps {
  readonly runCommand: RunCommand;
  readonly openService: OpenCheckService;
  /** The value of a variable that the check names in `env`. */
  readonly variable: (name: string) => string | undefined;
  readonly clock: Clock;
}

/** Where a check runs, and who listens. */
export interface CheckRun {
  /** A checkout that it may work in. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Each line that it prints. */
  readonly onLine: (line: string) => void;
}

/** How a check ended. */
export interface CheckResult {
  readonly name: string;
  readonly hasPassed: boolean;
  /** Null where it was ended. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** The last lines that it printed. */
  readonly output: readonly string[];
}

/**
 * Runs one check with services of its own, which are gone when this resolves or throws. A check that fails is a
 * result; thrown is what kept it from being run, or the reason of the signal.
 */
export async function runCheck(deps: CheckDeps, check: ResolvedCheck, run: CheckRun): Promise<CheckResult> {
  const startedAt = deps.clock.now();
  const services: CheckService[] = [];
  const output: string[] = [];
  try {
    for (const service of check.services) services.push(await deps.openService(service, run.signal));
    const { exitCode, timedOut } = await deps.runCommand({
      command: check.command,
      cwd: run.directory,
      env: environmentOf(deps, check, services),
      timeoutMs: check.timeoutMs,
      signal: run.signal,
      onLine(line) {
        output.push(line);
        if (output.length > OUTPUT_LINES) output.shift();
        run.onLine(line);
      },
    });
    const durationMs = deps.clock.now() - startedAt;
    return {
      name: check.name,
      hasPassed: exitCode === 0 && !timedOut,
      exitCode,
      timedOut,
      durationMs,
      output,
    };
  } finally {
    for (const service of services.toReversed()) await service.close();
  }
}

/** How a check that failed ended, in words: `failed with exit code 1`. */
export function failureWords({ timeoutMs }: ResolvedCheck, { exitCode, timedOut }: CheckResult): string {
  if (timedOut) return `did not end within ${timeoutMs / 1000} s`;
  return exitCode === null ? 'was ended by a signal' : `failed with exit code ${exitCode}`;
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

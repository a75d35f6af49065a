import type { ResolvedCheck } from '../config/resolved.ts';
import type { CheckProblem, CheckResult } from './check-event.ts';
import type { CheckIdentity, RememberedResult } from './check-memory.ts';
import type { LeftProcess } from './execute-check.ts';
import { failureWords } from './failure-words.ts';
import { agoWords } from './reason-words.ts';
import type { CheckEnd } from './run-check.ts';
import type { OutsideWrite } from './tree-watch.ts';
import type { UnmadeOutputs } from './unmade-outputs.ts';

/** A check that ran to its end, and what was seen of it. */
export interface Attempted {
  readonly check: ResolvedCheck;
  readonly end: CheckEnd;
  /** `ran: src/a.ts changed`. */
  readonly reason: string;
  readonly outside: OutsideWrite | null;
  /** What it depends on changed while it ran: `src/a.ts changed`; null: nothing did. */
  readonly changed: string | null;
  readonly unmade: UnmadeOutputs;
  readonly isWatched: boolean;
  readonly key: string | null;
  readonly isKept: boolean;
}

/** Paths that one sentence names. */
const PATHS_MAX = 5;

/** The result of a check that ran to its end. */
export function afterRun(ran: Attempted): CheckResult {
  const { check, end, reason, changed, unmade, key, isKept } = ran;
  const problem = problemOf(ran);
  return {
    name: check.name,
    status: problem === null ? 'passed' : 'failed',
    from: 'ran',
    reason,
    key,
    exitCode: end.exitCode,
    timedOut: end.timedOut,
    startedAt: end.startedAt,
    durationMs: end.durationMs,
    endedAt: end.startedAt + end.durationMs,
    savedMs: 0,
    failedAttempts: end.failedAttempts,
    isKept,
    warnings: [
      ...flakyWarning(end),
      ...leftWarning(end.left),
      ...heldWarning(end),
      ...changedWarning(problem, changed),
      ...unmadeWarning(problem, unmade),
    ],
    left: end.left,
    output: end.output,
    problem,
  };
}

/** The result of a check that need not run. */
export function rememberedResult(
  { check, key }: Pick<CheckIdentity, 'check' | 'key'>,
  found: RememberedResult,
  now: number,
): CheckResult {
  return {
    ...notRunResult(check.name, rememberedReason(check, found, now)),
    status: 'passed',
    from: found.from,
    key,
    endedAt: found.createdAt,
    savedMs: found.durationMs,
    failedAttempts: found.failedAttempts,
    isKept: true,
  };
}

function rememberedReason(check: ResolvedCheck, found: RememberedResult, now: number): string {
  const when = agoWords(now - found.createdAt);
  if (found.from === 'restored')
    return found.where === 'this machine'
      ? `restored: same inputs as ${when}`
      : `restored from ${found.where}`;
  const makesFiles = check.outputs.length > 0 || check.leaves.length > 0;
  return makesFiles ? 'up to date: outputs are in place' : `up to date: same inputs as ${when}`;
}

/** The result of a check that was running when it all was ended, or that something kept from being run. */
export function endedResult(
  { name }: ResolvedCheck,
  why: 'it was still running' | 'it could not be run',
  [startedAt, now]: readonly [number, number],
): CheckResult {
  const ended = { ...notRunResult(name, `ended: ${why}`), status: 'ended' } as const;
  return { ...ended, startedAt, durationMs: now - startedAt };
}

/** The result of a check that did not begin. */
export function notRunResult(name: string, reason: string): CheckResult {
  return {
    name,
    status: 'not-run',
    from: null,
    reason,
    key: null,
    exitCode: null,
    timedOut: false,
    startedAt: null,
    durationMs: null,
    endedAt: null,
    savedMs: 0,
    failedAttempts: 0,
    isKept: false,
    warnings: [],
    left: [],
    output: [],
    problem: null,
  };
}

function problemOf({ check, end, outside: seen, isWatched }: Attempted): CheckProblem | null {
  const { name } = check;
  // A place that keeps such changes out of the checkout knows whose they are, whoever else is at work.
  const kept: OutsideWrite | null =
    end.wroteOutside.length > 0 ? { paths: end.wroteOutside, suspects: [name] } : null;
  const outside = kept ?? (isWatched ? null : seen);
  if (!end.hasPassed) {
    const code = 'CHECK_FAILED';
    const hint = `Run it again: glidepath ci --only ${name}`;
    return { code, message: `The check ${name} ${failureWords(check, end)}.`, hint };
  }
  if (outside === null) return null;
  const who =
    outside.suspects.length === 1
      ? `The check ${name}`
      : `While the checks ${outside.suspects.join(', ')} ran, one of them`;
  const { makers } = outside;
  const hint =
    makers === undefined
      ? 'Declare it in outputs (or leaves, or reports) of the check, or have git ignore it'
      : `It is an output of ${makers.join(', ')}: write somewhere else, or make the change there`;
  return {
    code: 'CHECK_WROTE_OUTSIDE',
    message: `${who} changed files outside its declared outputs: ${listed(outside.paths)}.`,
    hint: `${hint}; see it alone: glidepath ci --only ${name} --force`,
  };
}

function listed(paths: readonly string[]): string {
  const rest = paths.length - PATHS_MAX;
  return paths.slice(0, PATHS_MAX).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function flakyWarning({ hasPassed, failedAttempts }: CheckEnd): string[] {
  if (!hasPassed || failedAttempts === 0) return [];
  return [`flaky: it failed ${failedAttempts === 1 ? 'once' : `${failedAttempts} times`} before it passed`];
}

function leftWarning(left: readonly LeftProcess[]): string[] {
  if (left.length === 0) return [];
  const named = left.slice(0, PATHS_MAX).map(({ pid, command }) => `${command} (pid ${pid})`);
  const rest = left.length - named.length;
  const which = named.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  const count = left.length === 1 ? '1 process' : `${left.length} processes`;
  return [`it left ${count} running, now stopped: ${which}; the result is not cached`];
}

function heldWarning({ isHeldOpen }: CheckEnd): string[] {
  return isHeldOpen
    ? ['something that it started still holds its output open and was not found; the result is not cached']
    : [];
}

function changedWarning(problem: CheckProblem | null, changed: string | null): string[] {
  return problem !== null || changed === null ? [] : [`${changed} while it ran; the result is not cached`];
}

function unmadeWarning(problem: CheckProblem | null, { globs, isAll }: UnmadeOutputs): string[] {
  if (problem !== null || globs.length === 0) return [];
  const kept = isAll ? '; the result is not cached' : '';
  return [`it made nothing at ${listed(globs)}: correct its outputs in glidepath.config.ts${kept}`];
}

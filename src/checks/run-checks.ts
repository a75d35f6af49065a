import type { ResolvedCheck } from '../config/resolved.ts';
import type { CheckEvent, CheckResult, ChecksOutcome } from './check-event.ts';
import { CheckLog } from './check-log.ts';
import type { CheckIdentity, CheckMemory } from './check-memory.ts';
import type { CheckClaims, ClaimWait } from './claims/check-claims.ts';
import { claimForRun, makesFiles, type RunClaims } from './claims/claim-for-run.ts';
import { afterRun, endedResult, notRunResult, rememberedResult, type Attempted } from './check-result.ts';
import { criticalPath } from './critical-path.ts';
import type { InputReader } from './inputs/input-tree.ts';
import { maskReports } from './mask-reports.ts';
import { NeedsWatch } from './needs-watch.ts';
import { differenceWords } from './reason-words.ts';
import { runCheck, type CheckDeps } from './run-check.ts';
import { runSchedule } from './schedule/run-schedule.ts';
import { Schedule, type Ending } from './schedule/schedule.ts';
import type { CheckPlan } from './select-checks.ts';
import { TreeWatch } from './tree-watch.ts';
import { unmadeOutputs } from './unmade-outputs.ts';

/** What running checks needs beside what one check needs. */
export interface ChecksDeps extends CheckDeps {
  /** Cores that may be busy at once. */
  readonly capacity: number;
  /** The files of the checkout; null: nobody looks whether checks write beside what they make. */
  readonly reader: InputReader | null;
  /** Null: every check runs, and nothing is kept. Needs a reader. */
  readonly memory: CheckMemory | null;
  /** Of the checkout; null: nobody else runs checks in it. */
  readonly claims: CheckClaims | null;
  /** For logs that are too long for the memory; made where it is needed. */
  readonly logDirectory: string;
}

/** Where the checks run, how, and who listens. */
export interface ChecksRun {
  /** The checkout. */
  readonly root: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: CheckEvent) => void;
  /** After a failure only those that need what failed are not run. */
  readonly isKeepGoing: boolean;
  /** Every check runs, and what it makes is kept. */
  readonly isForce: boolean;
  /** Somebody works in the checkout meanwhile: what changes beside the checks is nobody's fault. */
  readonly isWatched: boolean;
  /** What a check printed, whole, once it has ended; gone when this returns. */
  readonly onLog?: (check: ResolvedCheck, log: CheckLog, result: CheckResult) => void;
}

/**
 * Runs checks as far beside each other as their needs and the cores allow, and none whose result is there. A check that
 * fails is a result. Throws what keeps checks from being run, and the reason of the signal; when it resolves or throws,
 * nothing that it began runs any more.
 */
export async function runChecks(deps: ChecksDeps, plan: CheckPlan, run: ChecksRun): Promise<ChecksOutcome> {
  const startedAt = deps.clock.now();
  const { capacity, memory, reader } = deps;
  run.onEvent({ type: 'planned', at: startedAt, plan, capacity });
  const watch = reader === null ? null : await TreeWatch.open(reader, deps.clock, run.signal);
  const carrier = new ChecksCarrier(deps, plan, run, watch);
  const schedule = new Schedule(
    plan.selected.map(({ check: { name, weight }, after }) => ({ name, weight, needs: after })),
    { capacity, isKeepGoing: run.isKeepGoing },
  );
  try {
    await runSchedule(
      schedule,
      {
        look: async (name) => carrier.look(name, run.signal),
        run: async (name, signal, onIdle) => carrier.run(name, signal, onIdle),
        notRun: (notRun) => carrier.notRun(notRun),
        estimates: async () =>
          (await memory?.durations(plan.selected.map(({ check }) => check.name))) ??
          new Map<string, number>(),
      },
      run.signal,
    );
  } finally {
    reader?.save();
    await memory?.settle();
  }
  return outcomeOf(plan, carrier, deps.clock.now() - startedAt);
}

/** One run of checks: what is known of each by now. */
class ChecksCarrier {
  readonly #deps: ChecksDeps;
  readonly #run: ChecksRun;
  readonly #watch: TreeWatch | null;
  readonly #checks: ReadonlyMap<string, ResolvedCheck>;
  readonly #identities = new Map<string, CheckIdentity>();
  /** What checks after it depend on, by name. */
  readonly #made = new Map<string, string>();
  readonly #needsWatch = new NeedsWatch();
  readonly results = new Map<string, CheckResult>();

  constructor(deps: ChecksDeps, plan: CheckPlan, run: ChecksRun, watch: TreeWatch | null) {
    this.#deps = deps;
    this.#run = run;
    this.#watch = watch;
    this.#checks = new Map(plan.selected.map(({ check }) => [check.name, check]));
  }

  async look(name: string, signal: AbortSignal): Promise<boolean> {
    const check = this.#check(name);
    const identity = await this.#identify(check);
    if (identity === null) return false;
    this.#identities.set(name, identity);
    return this.#recall(identity, this.#wait(name, signal));
  }

  async run(name: string, signal: AbortSignal, onIdle: () => void): Promise<Ending> {
    const check = this.#check(name);
    const claims = await this.#claim(check, signal);
    if (claims === null) return 'ended';
    try {
      const identity = this.#identities.get(name);
      // Another run may have done it meanwhile.
      const isThere = claims.made.hasWaited && identity !== undefined && (await this.#recall(identity, null));
      return isThere ? 'passed' : await this.#carryOut(check, signal, onIdle);
    } finally {
      claims.used.giveBack();
      if (this.#deps.memory === null) claims.made.giveBack(makesFiles(check));
      else this.#deps.memory.giveBack(claims.made);
    }
  }

  /** Null where it was ended while it waited. */
  async #claim(check: ResolvedCheck, signal: AbortSignal): Promise<RunClaims | null> {
    try {
      return await claimForRun(this.#deps.claims, check, this.#checks, this.#wait(check.name, signal));
    } catch (error) {
      if (!signal.aborted) throw error;
      this.notRun({ name: check.name, reason: 'it was still waiting' });
      return null;
    }
  }

  async #carryOut(check: ResolvedCheck, signal: AbortSignal, onIdle: () => void): Promise<Ending> {
    const { name } = check;
    const reason = `ran: ${await this.#whyItRuns(check)}`;
    using log = new CheckLog(this.#deps.logDirectory, `${encodeURIComponent(name)}.log`);
    this.#say({ type: 'started', at: this.#deps.clock.now(), check, reason });
    this.#watch?.begin(check);
    this.#needsWatch.begin(name);
    this.#deps.memory?.begin(check);
    const startedAt = this.#deps.clock.now();
    try {
      const end = await runCheck(this.#deps, check, {
        root: this.#run.root,
        signal,
        log,
        onLine: (line) => this.#say({ type: 'line', name, line }),
        onRetry: (attempt, failure) => this.#retry(check, attempt, failure),
      });
      onIdle();
      maskReports(this.#run.root, check, this.#deps.redact);
      const outside = (await this.#watch?.end(check)) ?? null;
      const result = await this.#conclude({ check, end, reason, outside, log });
      this.#end(check, result, log);
      return result.status === 'passed' ? 'passed' : 'failed';
    } catch (error) {
      const why = signal.aborted ? 'it was still running' : 'it could not be run';
      const result = endedResult(check, why, [startedAt, this.#deps.clock.now()]);
      this.#end(check, result, log);
      if (signal.aborted) return 'ended';
      throw error;
    } finally {
      this.#needsWatch.end(name);
    }
  }

  /** Takes the result that is there; `wait` is null where nobody can be at work on it. */
  async #recall(identity: CheckIdentity, wait: ClaimWait | null): Promise<boolean> {
    const { check } = identity;
    if (this.#run.isForce || !check.isCached) return false;
    this.#watch?.restoring(check);
    const found = await this.#deps.memory?.recall(identity, wait);
    if (found === undefined || found === null) return false;
    this.#madeBy(check.name, found.result);
    this.#end(check, rememberedResult(identity, found, this.#deps.clock.now()));
    return true;
  }

  notRun({ name, reason }: { readonly name: string; readonly reason: string }): void {
    this.#end(this.#check(name), notRunResult(name, `not run: ${reason}`));
  }

  /** Says how a check ended that ran, and keeps what it made where it may be believed. */
  async #conclude(
    ran: Omit<Attempted, 'changed' | 'unmade' | 'isWatched' | 'key' | 'isKept'> & { log: CheckLog },
  ): Promise<CheckResult> {
    const { check, log, end } = ran;
    const identity = this.#identities.get(check.name) ?? null;
    const seen = this.#deps.memory?.changedNeeds(check, this.#made);
    const needs = this.#needsWatch.look(check, seen, this.#run.isWatched);
    const changed = needs.changed ?? (await this.#changedInputs(check, identity));
    const { isWatched, root } = this.#run;
    const unmade = unmadeOutputs(root, check);
    const attempted: Attempted = {
      ...ran,
      outside: ran.outside ?? needs.outside,
      changed,
      unmade,
      isWatched,
      key: identity?.key ?? null,
      isKept: false,
    };
    const result = afterRun(attempted);
    if (result.status !== 'passed' || identity === null || this.#deps.memory === null) return result;
    const isDoubtful = changed !== null || end.left.length > 0 || end.isHeldOpen || unmade.isAll;
    const isToKeep = check.isCached && !isDoubtful;
    const kept = await this.#deps.memory.keep({
      identity,
      durationMs: end.durationMs,
      failedAttempts: end.failedAttempts,
      log: isToKeep ? log.text() : '',
      isToKeep,
    });
    this.#madeBy(check.name, kept.result);
    return { ...result, isKept: kept.isKept };
  }

  async #changedInputs(check: ResolvedCheck, before: CheckIdentity | null): Promise<string | null> {
    const now = await this.#identify(check);
    if (before === null || now === null || before.key === now.key) return null;
    const { explainKey } = await import('./key/explain-key.ts');
    return differenceWords(explainKey(before.parts, now.parts));
  }

  #madeBy(name: string, result: string): void {
    this.#made.set(name, result);
    this.#needsWatch.isAsMade(name);
  }

  #wait(name: string, signal: AbortSignal): ClaimWait {
    return {
      signal,
      onWait: (pid) => this.#say({ type: 'waiting', at: this.#deps.clock.now(), name, pid }),
    };
  }

  /** Null where nothing is remembered. */
  async #identify(check: ResolvedCheck): Promise<CheckIdentity | null> {
    if (this.#deps.memory === null || this.#watch === null) return null;
    return this.#deps.memory.identify(check, this.#watch.tree, this.#made);
  }

  async #whyItRuns(check: ResolvedCheck): Promise<string> {
    const identity = this.#identities.get(check.name);
    if (this.#deps.memory === null || identity === undefined) return 'without the cache';
    if (this.#run.isForce) return 'forced (--force)';
    if (!check.isCached) return 'its result is never cached';
    const differences = await this.#deps.memory.explain(identity);
    // The cache may hold its result, but not what it leaves.
    if (differences?.length === 0 && check.leaves.length > 0)
      return `${check.leaves.join(', ')} changed or is gone`;
    return differenceWords(differences);
  }

  #retry(check: ResolvedCheck, attempt: number, failure: string): void {
    const at = this.#deps.clock.now();
    this.#say({ type: 'retrying', at, name: check.name, attempt, attempts: check.retries + 1, failure });
  }

  #check(name: string): ResolvedCheck {
    const check = this.#checks.get(name);
    if (check === undefined) throw new Error(`${name} is not in the plan`);
    return check;
  }

  #end(check: ResolvedCheck, result: CheckResult, log?: CheckLog): void {
    this.results.set(check.name, result);
    if (log !== undefined) this.#run.onLog?.(check, log, result);
    this.#say({ type: 'ended', at: this.#deps.clock.now(), check, result });
  }

  #say(event: CheckEvent): void {
    this.#run.onEvent(event);
  }
}

function outcomeOf(plan: CheckPlan, { results }: ChecksCarrier, durationMs: number): ChecksOutcome {
  const checks = plan.selected.map(({ check }) => check);
  const inOrder = checks.flatMap(({ name }) => results.get(name) ?? []);
  // As they ended: the map has them in that order.
  const failures = [...results.values()].filter(({ status }) => status === 'failed');
  const path = criticalPath(checks, (name) => results.get(name)?.durationMs ?? 0);
  return {
    hasPassed: inOrder.every(({ status }) => status === 'passed'),
    results: inOrder,
    failures,
    durationMs,
    savedMs: inOrder.reduce((sum, { savedMs }) => sum + savedMs, 0),
    criticalPath: path.names,
    criticalPathMs: path.ms,
  };
}

import { ToolError } from '../../../../diagnostics/tool-error.ts';
import { evaluateText, ExpressionError } from '../expressions/evaluate.ts';
import { ActionFailure } from '../known-actions/known-action.ts';
import type { Source } from '../model/source.ts';
import type { Step } from '../model/workflow.ts';
import type { StepRecord } from '../store/records.ts';
import { endProcessesOfJob } from './end-processes-of-job.ts';
import type { JobHost, JobOrder, JobReport } from './job-order.ts';
import { makeJobPlaces, removeJobPlaces } from './job-places.ts';
import { JobServices } from './job-services.ts';
import { githubTexts, JobSession } from './job-session.ts';
import { writeNpxShim } from './npx-shim.ts';
import { performStep } from './perform-step.ts';
import { refuseAtStart } from './refuse-at-start.ts';
import { isDebug, runnerFacts } from './runner-facts.ts';
import { SecretMasker } from './secret-masker.ts';
import { wantedService } from './service-spec.ts';
import { stepName } from './step-name.ts';
import { StepOutput } from './step-output.ts';

/** After a cancel everything is over within this (docs "Workflow cancellation reference"). */
const CANCEL_LIMIT_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

/**
 * Carries out a job in a clean directory of its own. Whatever goes wrong in it is its result; what is thrown is a bug.
 * At its end no process and no file of it is left.
 */
export async function runJob(order: JobOrder, host: JobHost): Promise<JobReport> {
  const { trackingId } = order;
  const bounds = boundsOf(order, host);
  try {
    const github = order.scope.contexts.github as { readonly repository?: string } | undefined;
    const places = makeJobPlaces(host.dir, github?.repository?.split('/')[1] ?? 'repository', order.event);
    writeNpxShim(places.shims, host.own, host.path);
    const secrets = Object.values((order.scope.contexts.secrets ?? {}) as Record<string, string>);
    const masker = new SecretMasker([
      ...secrets,
      order.token,
      host.actions.runtime.token,
      host.idToken?.token ?? '',
    ]);
    const session = new JobSession({
      order,
      host: { ...host, cancel: bounds.cancel, kill: bounds.kill },
      places,
      masker,
    });
    const run = new JobRun(session, bounds.timedOut);
    try {
      return await run.run();
    } finally {
      await run.close();
    }
  } finally {
    bounds.end();
    endProcessesOfJob(trackingId);
    removeJobPlaces(host.dir);
  }
}

/** When it is cancelled, and when it is killed: as it was asked for, by its time, and by the limit of a cancel. */
function boundsOf(
  { timeoutMs }: JobOrder,
  host: JobHost,
): {
  readonly cancel: AbortSignal;
  readonly kill: AbortSignal;
  readonly timedOut: () => boolean;
  readonly end: () => void;
} {
  const done = new AbortController();
  const time = new AbortController();
  const limit = new AbortController();
  const cancel = AbortSignal.any([host.cancel, host.kill, time.signal]);
  const after = (ms: number, what: AbortController): void =>
    void host.clock.sleep(ms, done.signal).then(
      () => what.abort(),
      // It ended in time.
      () => undefined,
    );
  after(timeoutMs, time);
  if (cancel.aborted) after(CANCEL_LIMIT_MS, limit);
  else cancel.addEventListener('abort', () => after(CANCEL_LIMIT_MS, limit), { once: true });
  return {
    cancel,
    kill: AbortSignal.any([host.kill, limit.signal]),
    timedOut: () => time.signal.aborted,
    end: () => done.abort(),
  };
}

class JobRun {
  readonly #session: JobSession;
  readonly #timedOut: () => boolean;
  readonly #services: JobServices;
  readonly #steps: StepRecord[] = [];

  constructor(session: JobSession, timedOut: () => boolean) {
    this.#session = session;
    this.#timedOut = timedOut;
    this.#services = new JobServices(session.host.services);
  }

  async run(): Promise<JobReport> {
    const { order } = this.#session;
    const first = this.#add('Set up job');
    const initialize = order.job.services.length === 0 ? null : this.#add('Initialize containers');
    const planned = order.job.steps.map((step) => ({ step, number: this.#add(this.#nameOf(step)) }));
    const setUp = await this.#perform(first, (output) => Promise.resolve(this.#setUp(output)));
    if (setUp && (await this.#initialize(initialize)))
      for (const { step, number } of planned) {
        if (this.#session.host.kill.aborted) break;
        await this.#step(step, number);
      }
    else this.#session.frame.failed = true;
    await this.#posts();
    if (initialize !== null)
      await this.#perform(this.#add('Stop containers'), () => this.#services.close().then(() => true));
    let outputs: Record<string, string> = {};
    await this.#perform(this.#add('Complete job'), (output) => {
      outputs = this.#outputs(output);
      return Promise.resolve(true);
    });
    return { ...this.#result(), outputs, environmentUrl: this.#environmentUrl() };
  }

  /** Ends what a job that was stopped in the middle may have left. */
  close(): Promise<void> {
    return this.#services.close();
  }

  #setUp(output: StepOutput): boolean {
    const { order, host, env } = this.#session;
    const { os, arch } = githubTexts(runnerFacts(this.#session));
    output.say(
      `Runner: ${host.runnerName} (the local GitHub on ${os} ${arch}; every job in a directory of its own)`,
    );
    const begins = refuseAtStart(order.job.steps, output);
    const take = (sources: Readonly<Record<string, Source>>, key: 'workflow-env' | 'job-env'): void => {
      for (const [name, source] of Object.entries(sources))
        env.set(
          name,
          evaluateText(source, key, this.#session.scopeOf(this.#session.frame, Object.fromEntries(env))),
        );
    };
    take(order.workflow.env, 'workflow-env');
    take(order.job.env, 'job-env');
    return begins;
  }

  /** Starts the services of the job; whether the steps may begin. */
  async #initialize(number: number | null): Promise<boolean> {
    if (number === null) return true;
    const session = this.#session;
    const { order, frame, host } = session;
    const ok = await this.#perform(number, async (output) => {
      try {
        const scope = session.scopeOf(frame, session.envOf(frame));
        const wanted = order.job.services.flatMap((spec) => wantedService(spec, scope) ?? []);
        const telling = { say: (line: string) => output.say(line), signal: host.cancel };
        session.services = await this.#services.start(wanted, telling);
        return true;
      } catch (error) {
        if (host.cancel.aborted) output.error('The operation was canceled.');
        else if (error instanceof ActionFailure || error instanceof ToolError) output.error(error.message);
        else throw error;
        return false;
      }
    });
    return ok || host.cancel.aborted;
  }

  async #step(step: Step, number: number): Promise<void> {
    const session = this.#session;
    // By now it may name what earlier steps have set.
    this.#change(number, { name: this.#nameOf(step) });
    const output = this.#open(number);
    const { conclusion } = await performStep({ session, frame: session.frame, step, output, number });
    this.#close(number, conclusion);
  }

  async #posts(): Promise<void> {
    const { posts, host, frame } = this.#session;
    for (let post = posts.pop(); post !== undefined; post = posts.pop()) {
      if (host.kill.aborted) return;
      const { name, run } = post;
      const ok = await this.#perform(this.#add(name), run);
      if (!ok) frame.failed = true;
    }
  }

  #outputs(output: StepOutput): Record<string, string> {
    const session = this.#session;
    const scope = session.scopeOf(session.frame, session.envOf(session.frame));
    const kept: Record<string, string> = {};
    for (const [name, source] of Object.entries(session.order.job.outputs)) {
      try {
        const value = evaluateText(source, 'job-outputs', scope);
        if (session.masker.holds(value)) output.warning(`Skip output '${name}' since it may contain secret.`);
        else kept[name] = value;
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        output.error(`The output ${name} is not valid: ${error.message}`);
        session.frame.failed = true;
      }
    }
    return kept;
  }

  #environmentUrl(): string | null {
    const session = this.#session;
    const url = session.order.job.environment?.url;
    if (url === undefined) return null;
    try {
      const scope = session.scopeOf(session.frame, session.envOf(session.frame));
      return session.masker.mask(evaluateText(url, 'environment-url', scope)) || null;
    } catch {
      return null;
    }
  }

  #result(): Pick<JobReport, 'result' | 'why'> {
    const { order, host, status } = this.#session;
    const minutes = Math.round((order.timeoutMs / MINUTE_MS) * 100) / 100;
    if (this.#timedOut())
      return {
        result: 'cancelled',
        why: `The job running on runner ${host.runnerName} has exceeded the maximum execution time of ${minutes} minutes.`,
      };
    if (status === 'cancelled') return { result: 'cancelled', why: 'The run was cancelled.' };
    const failed = this.#steps.find((step) => step.conclusion === 'failure');
    return status === 'failure'
      ? { result: 'failure', why: `Step ${failed?.number ?? 0} failed: ${failed?.name ?? ''}` }
      : { result: 'success', why: 'Every step succeeded.' };
  }

  /** A step of the runner's own. */
  async #perform(number: number, work: (output: StepOutput) => Promise<boolean>): Promise<boolean> {
    const output = this.#open(number);
    let ok = false;
    try {
      ok = await work(output);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      output.error(error.message);
    }
    this.#close(number, ok ? 'success' : 'failure');
    return ok;
  }

  #nameOf(step: Step): string {
    const session = this.#session;
    try {
      return session.masker.mask(
        stepName(step, session.scopeOf(session.frame, session.envOf(session.frame))),
      );
    } catch {
      return step.name?.value ?? step.key;
    }
  }

  #add(name: string): number {
    const number = this.#steps.length + 1;
    this.#write({ number, name, status: 'queued', conclusion: null, startedAt: null, completedAt: null });
    return number;
  }

  #open(number: number): StepOutput {
    const { host, masker } = this.#session;
    this.#change(number, { status: 'in_progress', startedAt: host.clock.now() });
    return new StepOutput({
      masker,
      write: (text) => host.listener.line(number, text),
      annotate: (annotation) => host.listener.annotation(number, annotation),
      isDebug: isDebug(this.#session),
      matchers: this.#session.matchers,
    });
  }

  #close(number: number, conclusion: StepRecord['conclusion']): void {
    this.#change(number, { status: 'completed', conclusion, completedAt: this.#session.host.clock.now() });
  }

  #change(number: number, change: Partial<StepRecord>): void {
    const step = this.#steps[number - 1];
    if (step !== undefined) this.#write({ ...step, ...change });
  }

  #write(step: StepRecord): void {
    this.#steps[step.number - 1] = step;
    this.#session.host.listener.step(step);
  }
}

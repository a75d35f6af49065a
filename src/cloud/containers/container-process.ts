import { SerialQueue } from '../../util/serial-queue.ts';
import type { Clock } from '../../util/clock.ts';
import type { ExitReport, MachineProcess, ProcessRef } from '../machines/machine-process.ts';
import { stopByAsking } from '../machines/machine-process.ts';
import { followContainerLog } from './container-log.ts';
import { EngineError } from './engine-client.ts';
import type { EngineClient } from './engine-client.ts';

/** What the engine says of a container; the part that is read. */
export interface ContainerAnswer {
  readonly Id: string;
  readonly Config?: {
    readonly Labels?: Readonly<Record<string, string>>;
    /** `NAME=value` */
    readonly Env?: readonly string[];
  };
  readonly State: {
    readonly Running: boolean;
    readonly Status?: string;
    readonly Paused: boolean;
    readonly Pid: number;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
  };
}

/** What a container that runs a machine is looked after with. */
export interface ContainerWatch {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly logFile: string;
  /** Ends the watching, not the container. */
  readonly signal: AbortSignal;
}

/** An engine that does not answer is asked again after this: it may be restarting. */
const ENGINE_AGAIN_MS = 1_000;
/** What a container still had to say is read within this after its end. */
const LAST_LOGS_MS = 5_000;

/** The container of a machine. Pausing and resuming are SIGSTOP and SIGCONT of the whole container. */
export class ContainerProcess implements MachineProcess {
  readonly ref: ProcessRef;
  readonly exited: Promise<ExitReport>;
  readonly #watch: ContainerWatch;
  /** The engine is asked in the order in which we were. */
  readonly #orders = new SerialQueue();
  #hasEnded = false;

  constructor(answer: ContainerAnswer, watch: ContainerWatch) {
    this.#watch = watch;
    this.ref = { pid: answer.State.Pid, identity: `container ${answer.Id}`, container: answer.Id };
    this.exited = this.#untilEnd(answer.Id);
  }

  isRunning(): boolean {
    return !this.#hasEnded;
  }

  signal(signal: NodeJS.Signals | number): boolean {
    if (this.#hasEnded) return false;
    void this.#orders.run(() => this.#send(signal)).catch(() => undefined);
    return true;
  }

  stop(options: { signal: NodeJS.Signals; timeoutMs: number }): Promise<ExitReport> {
    return stopByAsking(this, options, this.#watch.clock);
  }

  async #send(signal: NodeJS.Signals | number): Promise<void> {
    const order = (action: string, query: Record<string, string> = {}) =>
      this.#watch.client.json({ method: 'POST', path: `/containers/${this.#id()}/${action}`, query });
    if (signal === 'SIGSTOP') return void (await order('pause'));
    if (signal === 'SIGCONT') return void (await order('unpause'));
    try {
      await order('kill', { signal: String(signal) });
    } catch (error) {
      // A paused one takes no signal, not even the last.
      if (!(error instanceof EngineError) || signal !== 'SIGKILL') throw error;
      await order('unpause').catch(() => undefined);
      await order('kill', { signal });
    }
  }

  #id(): string {
    return this.ref.container ?? '';
  }

  async #untilEnd(id: string): Promise<ExitReport> {
    const { client, clock, logFile, signal } = this.#watch;
    const reading = new AbortController();
    const logSignal = AbortSignal.any([signal, reading.signal]);
    const hasEnded = (): boolean => this.#hasEnded;
    const logs = followContainerLog({ client, clock, id, file: logFile, hasEnded, signal: logSignal });
    const answer = await this.#waitForEnd(id);
    this.#hasEnded = true;
    const done = new AbortController();
    clock.sleep(LAST_LOGS_MS, done.signal).then(
      () => reading.abort(),
      () => undefined,
    );
    await logs;
    done.abort();
    if (signal.aborted) return new Promise<never>(() => undefined);
    await client
      .jsonOrNull({ method: 'DELETE', path: `/containers/${id}`, query: { force: '1', v: '1' } })
      .catch(() => undefined);
    return exitReportOf(answer);
  }

  /** The container as it is after its end; null when it is not there any more. */
  async #waitForEnd(id: string): Promise<ContainerAnswer | null> {
    const { client, clock, signal } = this.#watch;
    for (;;) {
      try {
        const query = { condition: 'not-running' };
        const waiting = await client.stream({
          method: 'POST',
          path: `/containers/${id}/wait`,
          query,
          signal,
        });
        // The answer's head comes at once, its body at the end.
        for await (const _chunk of waiting);
        const answer = (await client.jsonOrNull({
          method: 'GET',
          path: `/containers/${id}/json`,
        })) as ContainerAnswer | null;
        if (answer === null || !answer.State.Running) return answer;
      } catch (error) {
        if (error instanceof EngineError && error.status === 404) return null;
        // The service shuts down and leaves the container running: then nobody asks any more.
        if (signal.aborted) return new Promise<never>(() => undefined);
      }
      await clock.sleep(ENGINE_AGAIN_MS, signal).catch(() => undefined);
    }
  }
}

function exitReportOf(answer: ContainerAnswer | null): ExitReport {
  if (answer === null) return { code: null, signal: null, isKnown: false };
  const { ExitCode, OOMKilled } = answer.State;
  // The engine marks a container in which anything was killed for memory; one that ended well was not.
  return {
    code: ExitCode,
    signal: null,
    isKnown: true,
    ...(OOMKilled && ExitCode !== 0 ? { isOutOfMemory: true } : {}),
  };
}

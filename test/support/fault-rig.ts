import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { FaultBoard } from '../../src/cloud/faults/fault-board.ts';
import { faultMiddleware } from '../../src/cloud/faults/fault-middleware.ts';
import { parseFault } from '../../src/cloud/faults/parse-fault.ts';
import type { ResolvedFlyApp } from '../../src/config/resolved.ts';
import { ToolError } from '../../src/diagnostics/tool-error.ts';
import type { AppDeployment, AppPlatform } from '../../src/providers/app-platform.ts';
import type { FlyTiming } from '../../src/providers/fly/client/fly-timing.ts';
import { systemClock } from '../../src/util/clock.ts';
import { until } from './cloud-fly-rig.ts';
import { deploymentOf, FreezableProcess, MemoryJournal, ProviderRig, testApp, TestWork } from './fly-rig.ts';

/** Waits as short as a test can bear: what is tested is what comes after them. */
const TIMING: Partial<FlyTiming> = {
  retryBaseMs: 50,
  retryMaxMs: 400,
  leaseWaitMs: 2_000,
  leaseTtlSeconds: 4,
};

/** Nothing here waits for the end of it: what becomes healthy takes a fraction of it, also on a busy machine. */
const QUICK_HEALTH = {
  path: '/health',
  intervalMs: 1_000,
  timeoutMs: 30_000,
  gracePeriodMs: 500,
  withinMs: 60_000,
};

/** A request at which something is to happen. */
interface Moment {
  readonly method: string;
  readonly path: RegExp;
  act(path: string): Promise<void> | void;
}

/** How a whole deployment ended. */
export interface Attempt {
  readonly error: ToolError | null;
  /** What putting back ended with; null when it was not needed, or went well. */
  readonly undoError: ToolError | null;
  readonly lines: readonly string[];
  readonly deployment: AppDeployment;
  /** Puts back once more, with the same journal. */
  readonly undoAgain: () => Promise<void>;
}

/** The local Fly with every fault switch, as `glidepath cloud fault` has them, and the provider on top. */
export class FaultRig implements AsyncDisposable {
  readonly fly: ProviderRig;
  readonly platform: AppPlatform;
  readonly #board: FaultBoard;
  readonly #moments: Moment[] = [];

  private constructor(fly: ProviderRig, board: FaultBoard) {
    this.fly = fly;
    this.#board = board;
    this.platform = fly.platform(new FreezableProcess(), TIMING);
  }

  static async start(): Promise<FaultRig> {
    const board = new FaultBoard(systemClock);
    const fly = await ProviderRig.start(board);
    const rig = new FaultRig(fly, board);
    fly.intercept(async (request, forward) => {
      await rig.#meet(request);
      return throughFaults(board, request, forward);
    });
    return rig;
  }

  /** Switches a fault on, written as on the command line; returns the way to switch it off, which tells how often it struck. */
  fault(...words: string[]): () => number {
    const fault = parseFault(words);
    if ('code' in fault) throw new Error(fault.message);
    const { id } = this.#board.add(fault);
    this.fly.service.faultsChanged();
    return () => {
      const [cleared] = this.#board.clear(id);
      this.fly.service.faultsChanged();
      return cleared?.struck ?? 0;
    };
  }

  /** Runs `act` at the next such request, before it is carried out. */
  when(method: string, path: RegExp, act: Moment['act']): void {
    this.#moments.push({ method, path, act });
  }

  async #meet(request: Request): Promise<void> {
    const { pathname } = new URL(request.url);
    const index = this.#moments.findIndex(
      ({ method, path }) => method === request.method && path.test(pathname),
    );
    if (index >= 0) await this.#moments.splice(index, 1)[0]?.act(pathname);
  }

  /** An app whose machines serve release r-1. */
  async deployed(name: string, more: Partial<ResolvedFlyApp> = {}): Promise<ResolvedFlyApp> {
    const app = testApp(name, { health: QUICK_HEALTH, ...more });
    const quick = { ...app, strategy: 'immediate' } as const;
    await this.fly.withoutApp(name);
    const { error } = await this.deploy(quick, 'r-1');
    if (error !== null) throw error;
    return app;
  }

  /** Everything that a deployment does to the platform: addresses, image, secrets, machines; put back when it fails. */
  async deploy(app: ResolvedFlyApp, release: string, env: Record<string, string> = {}): Promise<Attempt> {
    const { platform, fly } = this;
    const journal = new MemoryJournal();
    const work = new TestWork({ key: `run-${release}/deploy`, journal });
    let deployment = deploymentOf(app, '', release);
    let undoError: ToolError | null = null;
    const undo = async (): Promise<void> => platform.undoDeploy(deployment, work);
    const error = await endOf(async () => {
      await platform.ensureApp(app, app.platformName, work);
      // What is in the registry already, from another app or try, would not be pushed at all.
      const own = { ...env, APP: app.name, TRY: randomUUID() };
      deployment = deploymentOf(app, await fly.image(app.name, release, own, platform), release);
      await platform.setSecrets(app.platformName, { KEY: release }, work);
      await platform.deploy(deployment, work);
    });
    if (error !== null) undoError = await endOf(undo);
    return { error, undoError, lines: work.lines, deployment, undoAgain: undo };
  }

  /** `started r-2` of every machine, with what is not as it should be. */
  async summary(app: string): Promise<string[]> {
    const machines = (await this.platform.observeApp(app))?.machines ?? [];
    return machines
      .map(({ state, release, healthy, cordoned, reachable }) =>
        [
          state,
          release,
          healthy === false ? 'unhealthy' : '',
          cordoned ? 'cordoned' : '',
          reachable ? '' : 'lost',
        ]
          .filter((word) => word !== '')
          .join(' '),
      )
      .sort();
  }

  /** Resolves when every lease on the app's machines has ended, by itself if need be. */
  async leasesEnd(app: string): Promise<void> {
    const ttlMs = (TIMING.leaseTtlSeconds ?? 0) * 1000;
    const isHeld = async (id: string): Promise<boolean> =>
      (await this.fly.call('GET', `/v1/apps/${app}/machines/${id}/lease`)).status === 200;
    for (const { id } of await this.fly.machines(app))
      await until(async () => !(await isHeld(id)), `the lease on ${id} to end`, 2 * ttlMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fly[Symbol.asyncDispose]();
  }
}

/** The middleware of the local cloud, in front of its services as in the daemon. */
async function throughFaults(
  board: FaultBoard,
  request: Request,
  forward: () => Promise<Response>,
): Promise<Response> {
  let isCut = false;
  const incoming = { socket: { destroy: () => (isCut = true) } };
  const routes = new Hono().use(faultMiddleware(board, systemClock) as never).all('*', async () => forward());
  const response = await routes.fetch(request.clone(), { incoming });
  if (isCut) throw new TypeError('fetch failed', { cause: new Error('socket hang up') });
  return response;
}

async function endOf(run: () => Promise<unknown>): Promise<ToolError | null> {
  try {
    await run();
    return null;
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
}

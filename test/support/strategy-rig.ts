import { createEdge, type Edge } from '../../src/cloud/edge/edge.ts';
import { metricsRoutes } from '../../src/cloud/metrics/metrics-routes.ts';
import type { ResolvedFlyApp } from '../../src/config/resolved.ts';
import { ToolError } from '../../src/diagnostics/tool-error.ts';
import type { AppDeployment, AppPlatform } from '../../src/providers/app-platform.ts';
import type { FlyTiming } from '../../src/providers/fly/client/fly-timing.ts';
import { systemClock } from '../../src/util/clock.ts';
import { until } from './cloud-fly-rig.ts';
import { deploymentOf, FreezableProcess, MemoryJournal, ProviderRig, testApp, TestWork } from './fly-rig.ts';
import { startLoad, type LoadReport, type SteadyLoad } from './steady-load.ts';

/** The rate that goes on while a strategy is carried out. */
const REQUESTS_PER_SECOND = 60;

/** What is told at once is told within this, on any machine. */
const TOGETHER_MS = 10_000;

/** An app with the release that it runs. */
export interface Deployed {
  readonly app: ResolvedFlyApp;
  readonly image: string;
}

/** What was seen while something happened. */
export interface Watched {
  /** The lowest number of healthy, routed machines. */
  readonly lowest: number;
  readonly highest: number;
  readonly load: LoadReport;
}

/** A machine as far as putting it back must restore it. */
export interface Was {
  readonly region: string;
  readonly state: string;
  readonly cordoned: boolean;
  /** The config without the key that tells a machine made again from the one before. */
  readonly config: unknown;
}

/** The local Fly with its edge and the edge's metrics, all in this process, and the provider on top. */
export class StrategyRig implements AsyncDisposable {
  readonly fly: ProviderRig;
  readonly platform: AppPlatform;
  readonly edge: Edge;

  private constructor(fly: ProviderRig, edge: Edge, timing: Partial<FlyTiming>) {
    this.fly = fly;
    this.edge = edge;
    this.platform = fly.platform(new FreezableProcess(), timing);
  }

  static async start(timing: Partial<FlyTiming> = {}): Promise<StrategyRig> {
    const fly = await ProviderRig.start();
    const edge = await createEdge({
      directory: fly.service.directory,
      clock: systemClock,
      host: '127.0.0.1',
      port: 0,
      appPorts: { from: 0 },
    });
    const appsOf = (): { app: string; series: ReturnType<Edge['responses']> }[] =>
      fly.service.directory.apps().map(({ name }) => ({ app: name, series: edge.responses(name) }));
    const metrics = metricsRoutes({ clock: systemClock, appsOf });
    fly.intercept((request) =>
      new URL(request.url).pathname.startsWith('/prometheus/personal/')
        ? Promise.resolve(metrics.fetch(request))
        : null,
    );
    return new StrategyRig(fly, edge, timing);
  }

  /** An app that runs release r-1 on as many routed machines as it asks for. */
  async deployed(name: string, more: Partial<ResolvedFlyApp> = {}, env = {}): Promise<Deployed> {
    const app = testApp(name, more);
    await this.fly.withoutApp(name);
    await this.platform.ensureApp(app, name, new TestWork());
    const image = await this.fly.image(name, 'one', env);
    // The first is made as quickly as can be: what is tested is the second.
    await this.platform.deploy(deploymentOf({ ...app, strategy: 'immediate' }, image, 'r-1'), new TestWork());
    if (app.port !== null) await this.routed(name, count(app));
    return { app, image };
  }

  /** The next release of an app. */
  async next(app: ResolvedFlyApp, env: Record<string, string> = {}): Promise<AppDeployment> {
    return deploymentOf(app, await this.fly.image(app.name, 'two', env), 'r-2');
  }

  async routed(app: string, machines: number): Promise<void> {
    await until(() => this.fly.routable(app) === machines, `${machines} machines of ${app} to be routed`);
  }

  load(app: string): SteadyLoad {
    return startLoad(`http://127.0.0.1:${this.edge.port}/`, REQUESTS_PER_SECOND, `${app}.localhost`);
  }

  /** Asks the app once, through the edge, which wakes it if need be. */
  async answers(app: string): Promise<void> {
    const load = this.load(app);
    await load.answered(1);
    const { failed } = await load.end();
    if (failed.length > 0) throw new Error(`${app} does not answer: ${failed.join(', ')}`);
  }

  /** Runs something under load, and tells how many machines were routed meanwhile and which requests failed. */
  async watch(app: string, run: (load: SteadyLoad) => Promise<unknown>): Promise<Watched> {
    const load = this.load(app);
    await load.answered(1);
    const counter = this.countRouted(app);
    try {
      await run(load);
    } finally {
      counter.stop();
    }
    return { lowest: counter.lowest(), highest: counter.highest(), load: await load.end() };
  }

  /** Looks at the routed machines after every change. */
  countRouted(app: string): { lowest(): number; highest(): number; stop(): void } {
    const seen = [this.fly.routable(app)];
    const look = (): void => void seen.push(this.fly.routable(app));
    const unsubscribe = this.fly.service.directory.onChange(look);
    const timer = setInterval(look, 5);
    return {
      lowest: () => Math.min(...seen),
      highest: () => Math.max(...seen),
      stop() {
        unsubscribe();
        clearInterval(timer);
      },
    };
  }

  /**
   * Holds back what machines of an app are updated with until so many updates are under way at once; `stop` tells how many
   * there were. What is done one after the other never gets there, and goes on after a while.
   */
  toldTogether(app: string, machines: number): { stop(): number } {
    const path = new RegExp(`/apps/${app}/machines/\\w+$`);
    const waiting: (() => void)[] = [];
    let most = 0;
    const goOn = (): void => {
      for (const each of waiting.splice(0)) each();
    };
    const takeOut = this.fly.intercept((request, forward) => {
      if (request.method !== 'POST' || most >= machines || !path.test(request.url)) return null;
      const held = new Promise<void>((resolve) => waiting.push(resolve));
      most = Math.max(most, waiting.length);
      if (most >= machines) goOn();
      const timer = setTimeout(goOn, TOGETHER_MS);
      return held.then(forward).finally(() => clearTimeout(timer));
    });
    return {
      stop() {
        takeOut();
        return most;
      },
    };
  }

  /** State, image and release of every machine, in the order of their regions. */
  async summary(app: string): Promise<string[]> {
    const machines = await this.fly.machines(app);
    return machines
      .map(
        ({ region, state, cordoned, config }) =>
          `${region} ${state}${cordoned === true ? ' cordoned' : ''} ${config.image} ${config.metadata?.['glidepath_release']}`,
      )
      .sort();
  }

  /** Everything of an app's machines that putting them back must restore. */
  async was(app: string): Promise<Was[]> {
    const machines = await this.fly.machines(app);
    return machines
      .map(({ region, state, cordoned, config }) => {
        const { glidepath_key: _, ...metadata } = config.metadata ?? {};
        return { region, state, cordoned: cordoned === true, config: { ...config, metadata } };
      })
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }

  /** The machines on which a lease is held. */
  async leases(app: string): Promise<string[]> {
    const held: string[] = [];
    for (const { id } of await this.fly.machines(app)) {
      if ((await this.fly.call('GET', `/v1/apps/${app}/machines/${id}/lease`)).status === 200) held.push(id);
    }
    return held;
  }

  /**
   * Deploys in a process that dies right after its nth change of the app; returns its journal, and whether it died at
   * all: a deployment with fewer changes ends before.
   */
  async killAfter(
    deployment: AppDeployment,
    changes: number,
  ): Promise<{ journal: MemoryJournal; died: boolean }> {
    const app = deployment.platformName;
    const process = new FreezableProcess();
    const journal = new MemoryJournal();
    let seen = 0;
    const takeOut = this.fly.intercept((request, forward) => {
      const isChange = request.method !== 'GET' && request.url.includes(`/apps/${app}/`);
      if (!isChange || seen >= changes || ++seen < changes) return null;
      return forward().finally(() => process.freeze());
    });
    const ended = this.fly
      .platform(process)
      .deploy(deployment, new TestWork({ key: 'run-2/deploy', journal }));
    const died = await Promise.race([process.frozen.then(() => true), ended.then(() => false)]);
    takeOut();
    return { journal, died };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.edge.close();
    await this.fly[Symbol.asyncDispose]();
  }
}

/** The work of the release after the first. */
export function secondWork(journal = new MemoryJournal()): TestWork {
  return new TestWork({ key: 'run-2/deploy', journal });
}

/** The error that something ends with. */
export async function failure(promise: Promise<unknown>): Promise<ToolError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ToolError) return error;
  throw new Error('expected a ToolError', { cause: error });
}

function count(app: ResolvedFlyApp): number {
  return app.regions.reduce((sum, region) => sum + region.count, 0);
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DnsTable } from '../../src/cloud/dns/dns-table.ts';
import { imagesWithFaults } from '../../src/cloud/faults/images-with-faults.ts';
import type { FlyService } from '../../src/cloud/fly/fly-service.ts';
import { NO_FAULTS, type MachineFaults } from '../../src/cloud/machines/faults.ts';
import type { ResolvedFlyApp } from '../../src/config/resolved.ts';
import { Secret } from '../../src/diagnostics/secret.ts';
import type { AppDeployment, AppPlatform, PlatformWork } from '../../src/providers/app-platform.ts';
import { createFlyPlatform } from '../../src/providers/fly/fly-platform.ts';
import type { FlyPlatformOptions } from '../../src/providers/fly/fly-options.ts';
import type { FlyTiming } from '../../src/providers/fly/client/fly-timing.ts';
import type { Machine } from '../../src/providers/fly/client/wire-types.ts';
import { systemClock } from '../../src/util/clock.ts';
import type { Fetch } from '../../src/util/fetch.ts';
import type { Json } from '../../src/util/json.ts';
import { registryChallenge, registryTokenOf } from '../../src/cloud/registry/registry-auth.ts';
import { createRegistry, type Registry } from '../../src/cloud/registry/registry.ts';
import { writeLayout } from '../../src/providers/build/oci-layout.ts';
import { processImageConfig } from '../../src/providers/build/process-image.ts';
import { packLayer } from '../../src/providers/build/tar-layer.ts';
import { SERVER_SCRIPT } from './cloud-fly-images.ts';
import { isAlive, until } from './cloud-fly-rig.ts';
import { createRecordedFly } from './recorded-fly.ts';

/** The token of the rig's platform. */
const TOKEN = 'fm2_rig-token';
const BASE = 'http://127.0.0.1:1';

/** One request as it reached the platform. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly at: number;
}

/** Looks at a request before it is sent; an answer or an error stands in for the platform's. */
export type Interceptor = (request: Request, forward: () => Promise<Response>) => Promise<Response> | null;

/** The local Fly and its registry in this process, with the provider on top of it. Rate limits hold. */
export class ProviderRig implements AsyncDisposable {
  readonly service: FlyService;
  readonly registry: Registry;
  /** The DNS that certificates are checked against; empty. */
  readonly dns: DnsTable;
  readonly seen: SeenRequest[] = [];
  readonly #dir: string;
  #interceptors: Interceptor[] = [];

  private constructor(dir: string, service: FlyService, registry: Registry, dns: DnsTable) {
    this.#dir = dir;
    this.dns = dns;
    this.service = service;
    this.registry = registry;
  }

  /** With `faults`, machines, hosts, regions and images meet those that are switched on. */
  static async start(faults: MachineFaults = NO_FAULTS): Promise<ProviderRig> {
    const dir = mkdtempSync(join(tmpdir(), 'glidepath-provider-'));
    const registry = await createRegistry({ stateDir: join(dir, 'registry'), appExists: () => true });
    const dns = new DnsTable(null);
    const service = await createRecordedFly({
      stateDir: join(dir, 'state'),
      clock: systemClock,
      images: imagesWithFaults(registry.images, faults),
      faults,
      token: TOKEN,
      privateAddress: () => null,
      dns,
    });
    return new ProviderRig(dir, service, registry, dns);
  }

  /** A provider as a process of its own would have it; `process` may be frozen as kill -9 would end it. */
  platform(process: FreezableProcess = new FreezableProcess(), timing: Partial<FlyTiming> = {}): AppPlatform {
    return createFlyPlatform(this.options(process, timing));
  }

  options(
    process: FreezableProcess = new FreezableProcess(),
    timing: Partial<FlyTiming> = {},
  ): FlyPlatformOptions {
    return {
      apiBaseUrl: BASE,
      registryUrl: BASE,
      registryHost: 'registry.test',
      token: new Secret(TOKEN),
      fetch: process.fetch(this.fetch),
      clock: process.clock,
      random: () => 0.5,
      addressOf: (app) => Promise.resolve(`http://${app}.localhost`),
      timing: { settleMs: 400, lostAnswerMs: 50, ...timing },
    };
  }

  /** Reaches the platform, past whatever stands in its way. */
  readonly fetch: Fetch = async (url, init) => {
    const request = new Request(url, init);
    const { pathname } = new URL(url);
    this.seen.push({ method: request.method, path: pathname, at: Date.now() });
    const forward = async (): Promise<Response> => {
      if (!pathname.startsWith('/v2/')) return this.service.routes.fetch(request.clone());
      const isKnown = registryTokenOf(request.headers.get('authorization') ?? undefined) === TOKEN;
      return isKnown ? this.registry.routes.fetch(request.clone()) : registryChallenge();
    };
    for (const interceptor of this.#interceptors) {
      const answer = interceptor(request, forward);
      if (answer !== null) return answer;
    }
    return forward();
  };

  /** Puts something between the provider and the platform; returns the way to take it out. */
  intercept(interceptor: Interceptor): () => void {
    // What an earlier try of a test has left in the way comes after what this one puts there.
    this.#interceptors = [interceptor, ...this.#interceptors];
    return () => {
      this.#interceptors = this.#interceptors.filter((other) => other !== interceptor);
    };
  }

  /** Takes away the app that an earlier try of a test has left under a name. */
  async withoutApp(app: string): Promise<void> {
    while (this.service.hasApp(app)) {
      // Fly allows no more than a few of these a second.
      if (!(await this.call('DELETE', `/v1/apps/${app}?force=true`)).ok) await systemClock.sleep(250);
    }
  }

  /** Packs and pushes a new version of the test server for an app, with what goes wrong in it; returns its reference. */
  async image(
    app: string,
    version: string,
    env: Readonly<Record<string, string>> = {},
    platform: AppPlatform = this.platform(),
  ): Promise<string> {
    const dir = mkdtempSync(join(this.#dir, 'image-'));
    writeFileSync(join(dir, 'server.mjs'), SERVER_SCRIPT);
    const layer = await packLayer(dir, ['server.mjs'], join(dir, 'layer.tgz'));
    const layoutDir = join(dir, 'layout');
    const config = processImageConfig({
      layer,
      command: ['node', '/app/server.mjs'],
      env: { VERSION: version, ...env },
      labels: { version },
    });
    const image = {
      ...(await writeLayout(layoutDir, { config, layers: [layer] })),
      layoutDir,
      mode: 'process' as const,
    };
    return platform.pushImage(app, image, new TestWork());
  }

  async machines(app: string): Promise<Machine[]> {
    return (await this.#get(`/v1/apps/${app}/machines`)) as Machine[];
  }

  /** Everything the platform would show of its apps, for comparing before and after. */
  async world(apps: readonly string[]): Promise<string> {
    const parts = await Promise.all(
      apps.flatMap((app) => [
        this.#get(`/v1/apps/${app}`),
        this.#get(`/v1/apps/${app}/ip_assignments`),
        this.#get(`/v1/apps/${app}/secrets`),
        this.machines(app).then((machines) =>
          machines.map(({ id, state, instance_id, config, events, cordoned }) => ({
            id,
            state,
            instance_id,
            config,
            events,
            cordoned,
          })),
        ),
      ]),
    );
    return JSON.stringify(parts);
  }

  async #get(path: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const response = await this.service.routes.fetch(new Request(BASE + path, { headers }));
    if (response.status === 429) {
      await systemClock.sleep(250);
      return this.#get(path);
    }
    return response.json();
  }

  /** Calls the platform as somebody else would. */
  async call(method: string, path: string, body?: unknown): Promise<Response> {
    return this.service.routes.fetch(
      new Request(BASE + path, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  }

  /** How many machines of an app the edge would send requests to now. */
  routable(app: string): number {
    return (this.service.directory.app(app)?.machines ?? []).filter((machine) => machine.routable).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pids = this.service.processes().flatMap((info) => info.pids);
    await this.service.shutdown({ stopMachines: true });
    rmSync(this.#dir, { recursive: true, force: true });
    await until(() => pids.every((pid) => !isAlive(pid)), 'the machines to end');
  }
}

/** Stands for the process that deploys: once frozen nothing it does goes on, as after kill -9. */
export class FreezableProcess {
  readonly frozen: Promise<void>;
  readonly #freeze: () => void;
  #isFrozen = false;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.frozen = promise;
    this.#freeze = resolve;
  }

  freeze(): void {
    this.#isFrozen = true;
    this.#freeze();
  }

  readonly clock = {
    now: (): number => systemClock.now(),
    sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
      if (!this.#isFrozen) await systemClock.sleep(ms, signal);
      if (this.#isFrozen) await forever();
    },
  };

  fetch(inner: Fetch): Fetch {
    return async (url, init) => {
      if (this.#isFrozen) return forever();
      const response = await inner(url, init);
      return this.#isFrozen ? forever() : response;
    };
  }
}

function forever(): Promise<never> {
  return new Promise<never>(() => undefined);
}

/** A journal in memory, as a step has one: survives the process that writes to it. */
export class MemoryJournal {
  readonly entries = new Map<string, string>();
}

/** A step's work over a journal; `lines` is what it logged. */
export class TestWork implements PlatformWork {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  readonly lines: string[] = [];
  readonly #journal: MemoryJournal;

  constructor(options: { key?: string; journal?: MemoryJournal; signal?: AbortSignal } = {}) {
    this.idempotencyKey = options.key ?? 'run-1/deploy:web';
    this.#journal = options.journal ?? new MemoryJournal();
    this.signal = options.signal ?? new AbortController().signal;
  }

  async once<T extends Json>(key: string, fn: () => Promise<T>): Promise<T> {
    const stored = this.#journal.entries.get(key);
    if (stored !== undefined) return JSON.parse(stored) as T;
    const result = await fn();
    this.#journal.entries.set(key, JSON.stringify(result));
    return JSON.parse(JSON.stringify(result)) as T;
  }

  recorded(key: string): Json | undefined {
    const stored = this.#journal.entries.get(key);
    return stored === undefined ? undefined : (JSON.parse(stored) as Json);
  }

  log(line: string): void {
    this.lines.push(line);
  }
}

/** An app with one HTTP service and a health check that is made often; its limits are for what never comes. */
export function testApp(name: string, more: Partial<ResolvedFlyApp> = {}): ResolvedFlyApp {
  return {
    platform: 'fly',
    name,
    platformName: name,
    stack: { name: 'node', build: [], include: ['.'] },
    env: {},
    database: null,
    migrate: null,
    health: { path: '/health', intervalMs: 1_000, timeoutMs: 30_000, gracePeriodMs: 500, withinMs: 60_000 },
    org: 'personal',
    token: 'FLY_API_TOKEN',
    dockerfile: null,
    command: null,
    port: 8080,
    regions: [{ region: 'iad', count: 2 }],
    vm: { cpuKind: 'shared', cpus: 1, memoryMb: 256 },
    sleep: 'never',
    minMachinesRunning: 0,
    concurrency: { type: 'requests', softLimit: 50, hardLimit: null },
    stop: { signal: 'SIGTERM', timeoutMs: 3_000 },
    strategy: 'rolling',
    maxUnavailable: 1,
    canary: { bakeMs: 2_000, maxErrorRate: 0.01, maxLatencyRatio: 1.5, minRequests: 20 },
    hardened: false,
    build: { target: null, args: {}, secrets: [] },
    volume: null,
    domains: [],
    flyToml: null,
    ...more,
  };
}

/** A deployment of an image. */
export function deploymentOf(app: ResolvedFlyApp, image: string, release: string): AppDeployment {
  return {
    app,
    platformName: app.platformName,
    image,
    releaseId: release,
    commit: release.padEnd(40, '0'),
    env: { GREETING: 'hello' },
  };
}

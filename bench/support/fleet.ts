import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloudRoutes } from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import type { ResolvedFlyApp } from '../../src/config/resolved.ts';
import { Secret } from '../../src/diagnostics/secret.ts';
import type { AppPlatform } from '../../src/providers/app-platform.ts';
import { writeLayout } from '../../src/providers/build/oci-layout.ts';
import { processImageConfig } from '../../src/providers/build/process-image.ts';
import { packLayer } from '../../src/providers/build/tar-layer.ts';
import { createFlyPlatform } from '../../src/providers/fly/fly-platform.ts';
import { systemClock } from '../../src/util/clock.ts';
import { SERVER_SCRIPT } from '../../test/support/cloud-fly-images.ts';
import { CloudRig } from '../../test/support/edge-cloud.ts';
import { deploymentOf, testApp, TestWork } from '../../test/support/fly-rig.ts';

/** A local cloud as a process of its own, and the provider here, so that one does not slow the other. */
export class Fleet implements AsyncDisposable {
  readonly cloud: CloudInfo;
  readonly platform: AppPlatform;
  /** Method and path of every call of the platform so far, registry and metrics included. */
  readonly calls: string[] = [];
  readonly #rig: CloudRig;
  readonly #dir: string;
  #releases = 0;

  private constructor(rig: CloudRig, cloud: CloudInfo) {
    this.#rig = rig;
    this.cloud = cloud;
    this.#dir = mkdtempSync(join(tmpdir(), 'glidepath-fleet-'));
    const base = `http://127.0.0.1:${cloud.apiPort}`;
    this.platform = createFlyPlatform({
      apiBaseUrl: base,
      registryUrl: base,
      registryHost: `127.0.0.1:${cloud.apiPort}`,
      token: new Secret(cloud.token),
      fetch: (url, init) => {
        this.calls.push(`${init?.method ?? 'GET'} ${new URL(url).pathname}`);
        return fetch(url, init);
      },
      clock: systemClock,
      random: Math.random,
      addressOf: (app) => this.urlOf(app),
    });
  }

  static async start(): Promise<Fleet> {
    const rig = new CloudRig();
    return new Fleet(rig, await rig.up());
  }

  /** The loopback address of an app at the edge. */
  async urlOf(app: string): Promise<string> {
    const route = (await cloudRoutes(this.cloud)).find((candidate) => candidate.app === app);
    if (route === undefined) throw new Error(`the edge does not know ${app}`);
    return route.url;
  }

  /** Makes the app and its first release. */
  async create(
    name: string,
    settings: Partial<ResolvedFlyApp>,
    env: Record<string, string>,
  ): Promise<ResolvedFlyApp> {
    const app = testApp(name, settings);
    await this.platform.ensureApp(app, app.platformName, new TestWork());
    await this.release(app, env);
    return app;
  }

  /** Puts one more release on an app; `failsAs` is what the deployment failed with, if it did. */
  async release(
    app: ResolvedFlyApp,
    env: Record<string, string>,
  ): Promise<{ wallMs: number; undo: () => Promise<number>; failedAs: unknown }> {
    const number = ++this.#releases;
    const image = await this.#image(app.platformName, `v${number}`, env);
    const work = new TestWork({ key: `run-${number}/deploy:${app.name}` });
    const deployment = deploymentOf(app, image, `r-${number}`);
    const startedAt = performance.now();
    const failedAs = await this.platform.deploy(deployment, work).then(
      () => null,
      (error: unknown) => error,
    );
    const wallMs = performance.now() - startedAt;
    const undo = async (): Promise<number> => {
      const undoneAt = performance.now();
      await this.platform.undoDeploy(deployment, work);
      return performance.now() - undoneAt;
    };
    return { wallMs, undo, failedAs };
  }

  async #image(app: string, version: string, env: Record<string, string>): Promise<string> {
    const dir = mkdtempSync(join(this.#dir, 'image-'));
    writeFileSync(join(dir, 'server.mjs'), SERVER_SCRIPT);
    const layer = await packLayer(dir, ['server.mjs'], join(dir, 'layer.tgz'));
    const config = processImageConfig({
      layer,
      command: ['node', '/app/server.mjs'],
      env: { VERSION: version, ...env },
      labels: { version },
    });
    const layoutDir = join(dir, 'layout');
    const written = await writeLayout(layoutDir, { config, layers: [layer] });
    return this.platform.pushImage(app, { ...written, layoutDir, mode: 'process' }, new TestWork());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rig[Symbol.asyncDispose]();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

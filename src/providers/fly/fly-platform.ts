import type { AppPlatform, AppPlatformReader, PlatformWork } from '../app-platform.ts';
import { createEdgeMetrics } from './edge-metrics.ts';
import { createFlyClient } from './client/fly-client.ts';
import { ensureCertificates, readDomains } from './certificates.ts';
import { findProblems } from './find-problems.ts';
import { appNamesOf, destroyFlyApp, ensureFlyApp } from './fly-apps.ts';
import { labelApp, labelsOf } from './app-labels.ts';
import type { FlyContext } from './fly-context.ts';
import { readLogs } from './fly-logs.ts';
import { BEFORE } from './journal-keys.ts';
import { logsBaseUrl, metricsBaseUrl, type FlyPlatformOptions } from './fly-options.ts';
import { FLY_TIMING } from './client/fly-timing.ts';
import { metadataOf } from './machines/machine-config.ts';
import { missingOfImage } from './registry/image-proof.ts';
import { isGone } from './machines/machine-state.ts';
import { createMachineReader } from './machines/machine-reader.ts';
import { createMachinesApi } from './client/machines-api.ts';
import { observedMachine } from './machines/observed-machine.ts';
import { observedVolume } from './volumes/volumes.ts';
import { createPacer, type Pacer } from '../http/pacer.ts';
import { readOnlyFetch } from '../http/read-only-fetch.ts';
import { savedState, savedStateAsJson } from './rollout/rollout-plan.ts';
import { createRegistryClient } from './registry/registry-client.ts';
import { endReleaseCommand, runReleaseCommand } from './rollout/release-command.ts';
import { scaleApp, undoScale } from './rollout/scale.ts';
import { secretNames, setAppSecrets } from './secrets/secrets.ts';
import { deployApp } from './strategies/deploy-app.ts';
import { undoApp } from './strategies/undo-app.ts';
import { createVolumesApi } from './volumes/volumes-api.ts';
import type { Machine } from './client/wire-types.ts';

/** Fly.io, or whatever speaks the same APIs. Reading goes through the reader, whose transport cannot write. */
export function createFlyPlatform(options: FlyPlatformOptions): AppPlatform {
  const timing = { ...FLY_TIMING, ...options.timing };
  const shared = { ...options, timing, pacer: createPacer(options.clock) };
  const client = createFlyClient({ ...shared, baseUrl: options.apiBaseUrl });
  const logsClient = createFlyClient({ ...shared, baseUrl: logsBaseUrl(options) });
  const registry = createRegistryClient(shared);
  const machines = createMachinesApi(client);
  const fly: FlyContext = {
    machines,
    watched: createMachineReader(machines, options.clock),
    metrics: createEdgeMetrics(createFlyClient({ ...shared, baseUrl: metricsBaseUrl(options) })),
    volumes: createVolumesApi(client),
    registry,
    clock: options.clock,
    timing,
    async logsOf(app, machine, query) {
      try {
        return await readLogs(logsClient, app, { ...query, machine });
      } catch {
        options.log?.(`the logs of machine ${machine} of app ${app} could not be read`);
        return [];
      }
    },
  };
  const reader = readerWith(options, shared.pacer);
  return {
    ...reader,
    ensureApp: async (app, name, work) => ensureFlyApp(client, app, name, work),
    setSecrets: async (name, values, work) =>
      setAppSecrets({ client, memory: options.secretMemory ?? null }, name, values, work),
    async pushImage(name, image, work) {
      return reader.imageReference(name, await registry.push(name, image.layoutDir, work.signal));
    },
    runReleaseCommand: async (deployment, line, timeoutMs, work) =>
      runReleaseCommand(fly, deployment, { line, timeoutMs }, work),
    endReleaseCommand: async (platformName, work) => endReleaseCommand(fly, platformName, work),
    deploy: async (deployment, work) => deployApp(fly, deployment, work),
    undoDeploy: async (deployment, work) => undoApp(fly, deployment, work),
    removeDeployed: async (deployment, work) => undoApp(fly, deployment, afterNothing(work)),
    scale: async (scale, work) => scaleApp(fly, scale, work),
    undoScale: async (scale, work) => undoScale(fly, scale, work),
    keepImage: async (reference, tag, work) => registry.tag(reference, tag, work.signal),
    ensureDomains: async (app, name, work) => ensureCertificates(client, name, app.domains, work),
    label: async (name, labels, work) => labelApp(machines, name, labels, work),
    destroyApp: async (name, { isEphemeral }, work) =>
      destroyFlyApp({ client, volumes: fly.volumes, isEphemeral }, name, work),
  };
}

/** As if the journal said that nothing was there. */
function afterNothing(work: PlatformWork): PlatformWork {
  const nothing = savedStateAsJson(savedState([]));
  return { ...work, recorded: (key) => (key === BEFORE ? nothing : work.recorded(key)) };
}

/** The half of Fly that cannot change anything; its transport refuses whatever is not a GET or HEAD. */
export function createFlyReader(options: FlyPlatformOptions): AppPlatformReader {
  return readerWith(options, createPacer(options.clock));
}

function readerWith(options: FlyPlatformOptions, pacer: Pacer): AppPlatformReader {
  const fetch = readOnlyFetch(options.fetch);
  const timing = { ...FLY_TIMING, ...options.timing };
  const shared = { ...options, fetch, timing, pacer };
  const client = createFlyClient({ ...shared, baseUrl: options.apiBaseUrl });
  const logsClient = createFlyClient({ ...shared, baseUrl: logsBaseUrl(options) });
  const machines = createMachinesApi(client);
  const volumes = createVolumesApi(client);
  const registry = createRegistryClient(shared);
  return {
    appNames: async (org) => appNamesOf(client, org),
    labels: async (name) => labelsOf(machines, name),
    async observeApp(name) {
      const all = await machines.list(name);
      if (all === null) return null;
      return {
        name,
        machines: all.filter((machine) => !isGone(machine) && isServing(machine)).map(observedMachine),
      };
    },
    observeVolumes: async (name) => ((await volumes.list(name)) ?? []).map(observedVolume),
    logs: async (name, query) => readLogs(logsClient, name, query),
    imageReference: (name, digest) => `${options.registryHost}/${name}@${digest}`,
    hasImage: async (reference) => registry.hasManifest(reference),
    missingOfImage: async (reference) => missingOfImage(registry, reference),
    secretNames: async (name) => secretNames(client, name),
    domains: async (name) => readDomains(client, name),
    findProblems: async (intended) => findProblems({ ...shared, client, machines, volumes }, intended),
    publicUrl: async (name) => options.addressOf(name),
    privateUrl: (name) => `http://${name}.flycast`,
  };
}

/** Temporary machines of Fly's reserved groups (`fly_app_…`) are no part of what an app runs. */
function isServing(machine: Machine): boolean {
  return metadataOf(machine.config, 'processGroup')?.startsWith('fly_app_') !== true;
}

import { Readable } from 'node:stream';
import type { Clock } from '../../util/clock.ts';
import type { ExecRequest, ExecResult } from '../machines/machine-exec.ts';
import type { MachineProcess, ProcessRef } from '../machines/machine-process.ts';
import { containerBody, MACHINE_LABEL } from './container-body.ts';
import { hostPortsIn } from './container-env.ts';
import { execInContainer } from './container-exec.ts';
import type { ContainerImages } from './container-images.ts';
import { openNetwork } from './container-network.ts';
import type { ContainerNetwork } from './container-network.ts';
import { ContainerProcess } from './container-process.ts';
import type { ContainerAnswer } from './container-process.ts';
import type { ContainerSpec } from './container-spec.ts';
import { EngineError } from './engine-client.ts';
import type { Engine } from './find-engine.ts';
import { HostGateway } from './host-gateway.ts';
import { withEngine } from './with-engine.ts';
import { containersOf, removeCloudFrom, removeContainers, removeImage } from './left-containers.ts';

/** What a container runtime is made of. */
export interface ContainerRuntimeOptions {
  readonly engine: Engine;
  readonly images: ContainerImages;
  /** The state directory of the cloud, by which its containers are known. */
  readonly cloud: string;
  readonly clock: Clock;
  /** Ends the watching, not the containers. */
  readonly signal: AbortSignal;
}

/** What the engine says when the program itself cannot be run, and not when it is in trouble. */
const NOT_RUNNABLE =
  /executable file not found|exec: "[^"]*": .*(?:no such file|permission denied|is a directory)|exec format error/is;

/** Runs machines as containers. One container is one start of a machine: its file system is the image's again each time. */
export class ContainerRuntime {
  readonly #options: ContainerRuntimeOptions;
  readonly #network: ContainerNetwork;
  readonly #gateway: HostGateway | null;
  readonly #loading = new Map<string, Promise<void>>();
  readonly #running = new Map<string, ContainerProcess>();
  /** What an earlier daemon left, by the container's id, as it was when this runtime was opened. */
  readonly #found: ReadonlyMap<string, ContainerAnswer>;

  private constructor(
    options: ContainerRuntimeOptions,
    network: ContainerNetwork,
    found: readonly ContainerAnswer[],
  ) {
    this.#options = options;
    this.#network = network;
    this.#gateway = network.hostAddress === null ? null : new HostGateway(network.hostAddress);
    this.#found = new Map(found.map((answer) => [answer.Id, answer]));
  }

  /** Makes the cloud's network and looks for what an earlier daemon left. */
  static async open(options: ContainerRuntimeOptions): Promise<ContainerRuntime> {
    const { client } = options.engine;
    const network = await openNetwork(client, options.cloud);
    return new ContainerRuntime(options, network, await containersOf(client, options.cloud));
  }

  /**
   * Makes and starts a container. Null when its program cannot be run at all. An engine that is away, because it is
   * started anew, is waited for.
   */
  async start(machineId: string, spec: ContainerSpec, logFile: string): Promise<MachineProcess | null> {
    const { clock, signal } = this.#options;
    return withEngine({ clock, signal }, () => this.#startOnce(machineId, spec, logFile));
  }

  async #startOnce(machineId: string, spec: ContainerSpec, logFile: string): Promise<MachineProcess | null> {
    const { client } = this.#options.engine;
    const image = await this.#ensureImage(spec);
    for (const port of hostPortsIn(spec.env)) await this.#gateway?.open(port);
    const body = containerBody(spec, {
      machineId,
      cloud: this.#options.cloud,
      image,
      network: this.#network.name,
      hostAddress: this.#network.hostAddress,
      engineCpus: this.#options.engine.cpus,
    });
    const { Id } = (await client.json({ method: 'POST', path: '/containers/create', body })) as {
      Id: string;
    };
    try {
      await client.json({ method: 'POST', path: `/containers/${Id}/start` });
    } catch (error) {
      await removeContainers(client, [Id]).catch(() => undefined);
      if (error instanceof EngineError && NOT_RUNNABLE.test(error.message)) return null;
      throw error;
    }
    const answer = await this.#inspect(Id);
    if (answer === null)
      throw new Error(`the container of machine ${machineId} was removed by somebody else`);
    return this.#lookAfter(machineId, answer, logFile);
  }

  /** Takes over a container that an earlier daemon started, ended by now or not; null when it is gone. */
  adopt(machineId: string, ref: ProcessRef, logFile: string): MachineProcess | null {
    const answer = this.#found.get(ref.container ?? '');
    if (answer === undefined) return null;
    // Whatever its environment names must be reachable again; what cannot be is seen when it is used.
    for (const port of hostPortsOf(answer)) void this.#gateway?.open(port).catch(() => undefined);
    return this.#lookAfter(machineId, answer, logFile);
  }

  /** Runs a command in the container of a machine; null when it has none. */
  async exec(
    machineId: string,
    command: readonly string[],
    request: ExecRequest,
  ): Promise<ExecResult | null> {
    const id = this.#running.get(machineId)?.ref.container;
    if (id === undefined) return null;
    const { client } = this.#options.engine;
    return execInContainer({ client, clock: this.#options.clock, id, command, request });
  }

  /** The machines of which an earlier daemon left a container. */
  foundMachines(): ReadonlySet<string> {
    return new Set([...this.#found.values()].map(machineOf));
  }

  /** Removes every container of a machine that this runtime does not look after. */
  async removeLeft(machineId: string): Promise<void> {
    const { engine, cloud } = this.#options;
    const own = this.#running.get(machineId)?.ref.container;
    const left = (await containersOf(engine.client, cloud)).filter(
      (answer) => machineOf(answer) === machineId && answer.Id !== own,
    );
    await removeContainers(
      engine.client,
      left.map(({ Id }) => Id),
    );
  }

  /** Removes images from the engine that no container uses; they are loaded again when they are needed. */
  async forgetImages(images: readonly Pick<ContainerSpec, 'repository' | 'digest'>[]): Promise<void> {
    const names = new Set(images.map(({ repository, digest }) => engineImageName(repository, digest)));
    for (const name of names) await removeImage(this.#options.engine.client, name);
  }

  /**
   * Lets go of the containers: nothing on this computer can be reached from them until the next runtime. `isForGood`:
   * whatever of this cloud is left goes, too.
   */
  async close(how: { readonly isForGood: boolean }): Promise<void> {
    await this.#gateway?.close();
    const { engine, cloud } = this.#options;
    if (how.isForGood) await removeCloudFrom(engine.client, cloud);
  }

  #lookAfter(machineId: string, answer: ContainerAnswer, logFile: string): MachineProcess {
    const { engine, clock, signal } = this.#options;
    const process = new ContainerProcess(answer, { client: engine.client, clock, logFile, signal });
    this.#running.set(machineId, process);
    void process.exited.then(() => {
      if (this.#running.get(machineId) === process) this.#running.delete(machineId);
    });
    return process;
  }

  async #inspect(id: string): Promise<ContainerAnswer | null> {
    const request = { method: 'GET', path: `/containers/${id}/json` } as const;
    return (await this.#options.engine.client.jsonOrNull(request)) as ContainerAnswer | null;
  }

  /** The name of the image in the engine, which is given the image from the registry's own store when it lacks it. */
  async #ensureImage(spec: ContainerSpec): Promise<string> {
    const name = engineImageName(spec.repository, spec.digest);
    const loading = this.#loading.get(name) ?? this.#load(spec, name);
    this.#loading.set(name, loading);
    await loading.finally(() => this.#loading.delete(name));
    return name;
  }

  async #load(spec: ContainerSpec, name: string): Promise<void> {
    const { engine, images } = this.#options;
    const path = `/images/${name}/json`;
    if ((await engine.client.jsonOrNull({ method: 'GET', path })) !== null) return;
    const archive = await images.archive(spec.reference, name);
    if (archive === null) throw new Error(`the image ${spec.reference} is not in the registry any more`);
    const content = { type: 'application/x-tar', stream: Readable.from(archive) };
    const answer = await engine.client.stream({
      method: 'POST',
      path: '/images/load',
      query: { quiet: '1' },
      content,
    });
    let said = '';
    for await (const chunk of answer) said += String(chunk);
    if ((await engine.client.jsonOrNull({ method: 'GET', path })) === null)
      throw new Error(`the engine did not take the image ${spec.reference}: ${said.trim()}`);
  }
}

/** How an image of a local cloud is called in the engine; the same in every cloud, since it is the same image. */
export function engineImageName(repository: string, digest: string): string {
  return `${ENGINE_IMAGES}/${repository}:${digest.replace('sha256:', '')}`;
}

/** The registry that the engine believes its images to be from. Nothing is ever asked of it. */
export const ENGINE_IMAGES = 'glidepath.localhost';

function machineOf(answer: ContainerAnswer): string {
  return answer.Config?.Labels?.[MACHINE_LABEL] ?? '';
}

function hostPortsOf(answer: ContainerAnswer): ReadonlySet<number> {
  const env = answer.Config?.Env ?? [];
  return hostPortsIn(Object.fromEntries(env.map((entry) => [entry, entry])));
}

import { spawn as nodeSpawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../util/clock.ts';
import type { ContainerRuntime } from '../containers/container-runtime.ts';
import type { ContainerSpec } from '../containers/container-spec.ts';
import { socketDirFor } from '../postgres/server/socket-directory.ts';
import { runInMachine } from './machine-exec.ts';
import type { ExecRequest, ExecResult } from './machine-exec.ts';
import { adoptedProcess, endStrays, ownProcess } from './machine-process.ts';
import type { MachineProcess, ProcessOwner, ProcessRef } from './machine-process.ts';
import type { MachineMount } from './machine-mount.ts';
import { mountedCommand } from './mounted-command.ts';
import { PortBlocks } from './port-blocks.ts';
import { environmentValues } from './process-table.ts';

/** Everything one start of a machine needs. */
export interface MachineSpec {
  readonly machineId: string;
  /** Program and arguments, already looked up. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Its volume and files. */
  readonly mounts: readonly MachineMount[];
  /** What the process prints goes straight there, so that it outlives the daemon. */
  readonly logFile: string;
  /** For a machine that is a container; then command, directory and environment above are not used. */
  readonly container: ContainerSpec | null;
}

/** What a runtime is made of. */
export interface MachineRuntimeDeps {
  readonly clock: Clock;
  /** Holds a home directory per machine. */
  readonly dir: string;
  /** Ends the watching, not the machines. */
  readonly signal: AbortSignal;
  /** Null where all machines are processes. */
  readonly containers: ContainerRuntime | null;
  readonly spawn?: typeof nodeSpawn;
}

/**
 * Runs machines as real processes, each detached, in a group of its own, with nothing of our environment; or, where the
 * image is a container's and there is an engine, as containers.
 */
export class MachineRuntime {
  readonly #deps: MachineRuntimeDeps;
  readonly #spawn: typeof nodeSpawn;
  readonly #ports = new Map<string, number>();
  readonly #blocks: PortBlocks;
  readonly #execs = new Set<MachineProcess>();

  constructor(deps: MachineRuntimeDeps) {
    this.#deps = deps;
    this.#spawn = deps.spawn ?? nodeSpawn;
    this.#blocks = new PortBlocks(deps.signal);
    mkdirSync(deps.dir, { recursive: true, mode: 0o700 });
  }

  homeOf(machineId: string): string {
    return join(this.#deps.dir, machineId);
  }

  /** Reserves a free loopback port for a machine, the one it had before where that is free. */
  async reservePort(machineId: string, preferred: number | null): Promise<number> {
    this.#ports.delete(machineId);
    // Two machines that look at once must not find the same port: the second looks again.
    for (;;) {
      const port = await this.#blocks.pick(new Set(this.#ports.values()), preferred);
      if ([...this.#ports.values()].includes(port)) continue;
      this.#ports.set(machineId, port);
      return port;
    }
  }

  /**
   * Starts the process. Null when the program cannot be run at all. Does not wait for a process, so that the pid can be
   * stored at once; a container takes its time, and is found again by its label.
   */
  start(spec: MachineSpec): MachineProcess | null | Promise<MachineProcess | null> {
    const { containers } = this.#deps;
    if (spec.container !== null) {
      if (containers === null) throw new Error('there is no container engine to run the machine');
      return containers.start(spec.machineId, spec.container, spec.logFile);
    }
    const owner = this.#prepare(spec.machineId);
    const { command, cwd, env } = mountedCommand(spec, spec.mounts, owner.home);
    const [program = '', ...args] = command;
    const log = openSync(spec.logFile, 'a', 0o600);
    try {
      const child = this.#spawn(program, args, {
        cwd,
        env,
        detached: true,
        stdio: ['ignore', log, log],
      });
      // Without a pid there was no process; the event that follows would otherwise be thrown.
      child.once('error', () => undefined);
      child.unref();
      if (child.pid === undefined) return null;
      return this.#withoutSockets(owner, ownProcess(child, child.pid, owner, this.#deps.clock));
    } finally {
      closeSync(log);
    }
  }

  /** Takes over a process that an earlier daemon started; null when that very process runs no more. */
  adopt(
    machineId: string,
    ref: ProcessRef,
    was: { readonly port: number; readonly logFile: string },
  ): MachineProcess | null {
    const { clock, containers, signal } = this.#deps;
    const adopted =
      ref.container === undefined
        ? adoptedProcess(ref, this.#owner(machineId), clock, signal)
        : (containers?.adopt(machineId, ref, was.logFile) ?? null);
    if (adopted === null) return null;
    this.#ports.set(machineId, was.port);
    return this.#withoutSockets(this.#owner(machineId), adopted);
  }

  /** Runs a command beside the machine's main process, in its environment. Ends with the machine. */
  async exec(asked: Omit<MachineSpec, 'logFile' | 'container'>, request: ExecRequest): Promise<ExecResult> {
    const inside = await this.#deps.containers?.exec(asked.machineId, asked.command, request);
    if (inside) return inside;
    const owner = this.#prepare(asked.machineId);
    const spec = mountedCommand(asked, asked.mounts, owner.home);
    const run = runInMachine({ spawn: this.#spawn, clock: this.#deps.clock, owner, spec, request });
    if (run.process !== null) this.#execs.add(run.process);
    try {
      return await run.result;
    } finally {
      if (run.process !== null) this.#execs.delete(run.process);
    }
  }

  /** The ids of the machines of which some process runs, by the home directory in its environment. One look for all. */
  machinesWithProcesses(): ReadonlySet<string> {
    const homes = environmentValues('HOME').filter((home) => dirname(home) === this.#deps.dir);
    return new Set([
      ...homes.map((home) => basename(home)),
      ...(this.#deps.containers?.foundMachines() ?? []),
    ]);
  }

  /** Ends every process that provably belongs to a machine. */
  endAllOf(machineId: string): void {
    endStrays(this.#owner(machineId));
    void this.#deps.containers?.removeLeft(machineId).catch(() => undefined);
  }

  /** Gives the port back and removes the home directory. */
  forget(machineId: string): void {
    this.#ports.delete(machineId);
    const home = this.homeOf(machineId);
    // Of a long path, the sockets are not below it.
    for (const dir of [home, socketDirFor(home)]) rmSync(dir, { recursive: true, force: true });
  }

  /** Kills the commands that `exec` still runs. */
  endExecs(): void {
    for (const process of this.#execs) process.signal('SIGKILL');
  }

  /** Of a long path, the sockets are in the folder for temporary files: there nothing stays of a machine that has ended. */
  #withoutSockets({ home }: ProcessOwner, process: MachineProcess): MachineProcess {
    const sockets = socketDirFor(home);
    if (dirname(sockets) !== home)
      void process.exited.then(() => rmSync(sockets, { recursive: true, force: true }));
    return process;
  }

  #owner(machineId: string): ProcessOwner {
    return { machineId, home: this.homeOf(machineId) };
  }

  #prepare(machineId: string): ProcessOwner {
    const owner = this.#owner(machineId);
    mkdirSync(owner.home, { recursive: true, mode: 0o700 });
    return owner;
  }
}

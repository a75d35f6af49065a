import type { FlyContext } from '../fly-context.ts';
import { thawTree } from '../../machines/process-freeze.ts';
import { exitEvent } from '../machines/exit-event.ts';
import { stopOptionsOf } from '../machines/machine-config.ts';
import type { MachineRecord } from '../records.ts';

/**
 * What a new service does with the machines of the one before: takes over the processes that still run, marks stopped
 * what runs no more (policy `always`: starts it again), starts what a shutdown has stopped or what was ended after a kill, and
 * goes on with whatever was under way. Only processes that provably belong to a machine are ended.
 */
export function adoptMachines(context: FlyContext): void {
  const withProcesses = context.runtime.machinesWithProcesses();
  const machines = context.state.allMachines();
  for (const machine of machines) adoptMachine(context, machine, withProcesses.has(machine.id));
  // Made right before the end of the service before, which did not come to store the machine.
  const known = new Set(machines.map(({ id }) => id));
  for (const id of withProcesses) if (!known.has(id)) context.runtime.endAllOf(id);
}

function adoptMachine(context: FlyContext, machine: MachineRecord, hasProcesses: boolean): void {
  const { runtime, supervisor, state, logs } = context;
  const ref = machine.process;
  const process =
    ref === null
      ? null
      : runtime.adopt(machine.id, ref, { port: machine.port ?? 0, logFile: logs.of(machine.id).file });
  if (process !== null) {
    // The service before may have ended while it copied the machine's volume.
    if ((machine.config.mounts ?? []).length > 0 && machine.state !== 'suspended') thawTree(process.ref.pid);
    supervisor.takeOver(machine, process);
  } else {
    if (hasProcesses) runtime.endAllOf(machine.id);
    machine.process = null;
    if (ref !== null) {
      const report = { code: null, signal: null, isKnown: false } as const;
      state.addEvent(machine, exitEvent(report, { requestedStop: machine.state === 'stopping' }));
    }
  }
  goOn(context, machine, process !== null);
}

/** Every procedure may be begun again: it looks at what is there and does the rest. */
function goOn(context: FlyContext, machine: MachineRecord, isRunning: boolean): void {
  const { supervisor, state } = context;
  switch (machine.state) {
    case 'created':
      void (machine.launchAfterReplace ? supervisor.start(machine) : supervisor.settleCreated(machine));
      return;
    case 'starting':
      if (isRunning) void supervisor.restart(machine);
      else void supervisor.start(machine);
      return;
    case 'started':
    case 'suspended':
      if (!isRunning) endedMeanwhile(context, machine);
      machine.startNextTime = false;
      return;
    case 'stopping':
      void supervisor.stop(machine);
      return;
    case 'restarting':
      void supervisor.restart(machine);
      return;
    case 'replacing':
      void supervisor.replace(machine, stopOptionsOf(machine.config));
      return;
    case 'suspending':
      if (isRunning) void supervisor.suspend(machine);
      else state.transition(machine, 'stopped');
      return;
    case 'destroying':
      void supervisor.destroy(machine);
      return;
    case 'stopped':
    case 'failed':
    case 'destroyed':
      if (isRunning) void supervisor.stop(machine);
      else if (machine.startNextTime && machine.state === 'stopped') void supervisor.start(machine, 'flyd');
      machine.startNextTime = false;
      return;
  }
}

/** It ran when the service before was there, and runs no more. */
function endedMeanwhile({ supervisor, state }: FlyContext, machine: MachineRecord): void {
  const { auto_destroy: goes, restart } = machine.config;
  if (goes === true) void supervisor.destroy(machine);
  else if (machine.state === 'started' && (machine.startNextTime || restart?.policy === 'always'))
    void supervisor.start(machine, 'flyd');
  else state.transition(machine, 'stopped');
}

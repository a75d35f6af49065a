import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { AppDeployment, PlatformWork } from '../../app-platform.ts';
import type { FlyContext } from '../fly-context.ts';
import { BEFORE, keyPrefix } from '../journal-keys.ts';
import { listMachines } from '../machines/list-machines.ts';
import { retireMachine } from '../machines/machine-retire.ts';
import { metadataOf } from '../machines/machine-config.ts';
import { isGone, isHealthy } from '../machines/machine-state.ts';
import type { SavedMachine, SavedState } from '../rollout/rollout-plan.ts';
import { atOnce } from '../rollout/rollout-waves.ts';
import type { Machine } from '../client/wire-types.ts';
import { putBack, type Undo } from './put-back.ts';
import { retirementOf } from './remove-machines.ts';
import { stateWords } from './require-converged.ts';

/** What could not be put back, and the command that does it by hand. */
interface Leftover {
  readonly id: string;
  readonly what: string;
  readonly command: string;
  /** Absent when no call failed and it is not back all the same. */
  readonly error?: unknown;
}

/** Calls are few for each machine, and the client keeps to the platform's limits: all that serve nothing go at once. */
const IDLE_WIDTH = 64;

/**
 * Puts back what a deployment with the same journal saved, whatever its strategy: machines that serve nothing now all
 * at once, then those that do, at most `maxUnavailable` at once. Changed ones get their full old config, stopped ones
 * are started, removed ones made again; created ones are destroyed, last, so that they serve as long as nothing else
 * does. Does nothing when nothing was changed; may be called again after a crash.
 *
 * Goes on past a machine that cannot be put back, then throws RUN_UNDO_FAILED naming each with what it runs and the
 * command for it.
 */
export async function undoApp(fly: FlyContext, deployment: AppDeployment, work: PlatformWork): Promise<void> {
  const before = work.recorded(BEFORE) as unknown as SavedState | undefined;
  if (before === undefined) return;
  let listed = await listMachines(fly, deployment.platformName, work.signal);
  for (let round = 1; ; round++) {
    const undo: Undo = { fly, deployment, work, listed };
    const leftovers = await undoOnce(undo, before);
    if (leftovers.length > 0) throw await undoFailed(undo, leftovers);
    listed = await listMachines(fly, deployment.platformName, work.signal);
    const left = stillDeployed(work, listed);
    if (left.length === 0) return;
    if (round >= ROUNDS_MAX)
      throw await undoFailed(
        undo,
        left.map((machine) => createdLeftover(undo, machine)),
      );
    work.log(`changed after all, by a call that was on its way: ${left.map(({ id }) => id).join(', ')}`);
  }
}

/**
 * A process that was killed may have left calls on their way, which the platform carries out after it was read: so it is
 * read again, and what they changed is undone as well. They are over within seconds.
 */
const ROUNDS_MAX = 3;

async function undoOnce(undo: Undo, before: SavedState): Promise<Leftover[]> {
  const { deployment, work, listed } = undo;
  const now = new Map(listed.filter((machine) => !isGone(machine)).map((machine) => [machine.id, machine]));
  const leftovers: Leftover[] = [];
  const tasks = (isServing: boolean): (() => Promise<void>)[] =>
    before.machines
      .filter((saved) => serves(now.get(saved.id)) === isServing)
      .map(
        (saved) => () =>
          attempt(leftovers, leftoverOf(undo, saved, now.get(saved.id)), () =>
            putBack(undo, saved, now.get(saved.id) ?? null),
          ),
      );
  await atOnce(tasks(false), IDLE_WIDTH, work.signal);
  await atOnce(tasks(true), Math.max(1, deployment.app.maxUnavailable), work.signal);
  const known = new Set(before.machines.map((machine) => machine.id));
  const created = stillDeployed(work, listed).filter(({ id }) => !known.has(id));
  await atOnce(
    created.map(
      (machine) => () => attempt(leftovers, createdLeftover(undo, machine), () => remove(undo, machine)),
    ),
    IDLE_WIDTH,
    work.signal,
  );
  return leftovers;
}

/** Machines that this deployment made or changed: they carry its key, and the old key once they are put back. */
function stillDeployed(work: PlatformWork, machines: readonly Machine[]): Machine[] {
  return machines.filter((machine) => {
    const key = metadataOf(machine.config, 'key') ?? '';
    return !isGone(machine) && key.startsWith(keyPrefix(work)) && !key.includes('/restore/');
  });
}

/** Whether requests may go to it at this moment: then it must not leave before others are back. */
function serves(machine: Machine | undefined): boolean {
  return machine?.state === 'started' && machine.cordoned !== true && isHealthy(machine) !== false;
}

async function remove(undo: Undo, machine: Machine): Promise<void> {
  await retireMachine(undo.fly, retirementOf(undo, machine.id));
  undo.work.log(`${machine.region}: machine ${machine.id} of the failed deployment removed`);
}

async function attempt(
  leftovers: Leftover[],
  leftover: Omit<Leftover, 'error'>,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    leftovers.push({ ...leftover, error });
  }
}

function createdLeftover({ deployment }: Undo, { id, region }: Machine): Omit<Leftover, 'error'> {
  return {
    id,
    what: `machine ${id} in ${region} was created by the failed deployment and is still there`,
    command: `fly machine destroy --force ${id} -a ${deployment.platformName}`,
  };
}

function leftoverOf(
  { deployment }: Undo,
  saved: SavedMachine,
  now: Machine | undefined,
): Omit<Leftover, 'error'> {
  const app = deployment.platformName;
  const image = saved.image ?? saved.config.image;
  // It was not changed yet, only taken out of rotation.
  if (now?.cordoned === true && now.instance_id === saved.instanceId) {
    return {
      id: saved.id,
      what: `machine ${saved.id} in ${saved.region} is not back in rotation`,
      command: `fly machine uncordon ${saved.id} -a ${app}`,
    };
  }
  return {
    id: saved.id,
    what: `machine ${saved.id} in ${saved.region} is not back on ${image}`,
    command: `fly machine update ${saved.id} -a ${app} --image ${image}`,
  };
}

/** Says of each machine what it runs now, as the platform shows it and not as it was left. */
async function undoFailed(
  { fly, deployment, work }: Undo,
  leftovers: readonly Leftover[],
): Promise<ToolError> {
  const app = deployment.platformName;
  const there = await fly.machines.list(app, work.signal).catch(() => null);
  const lines = leftovers.map(({ id, what, command, error }) => {
    const machine = there?.find((candidate) => candidate.id === id);
    const gone = there === null ? 'it could not be read' : `machine ${id} is gone`;
    const reason = error instanceof Error ? error.message : 'it was put back and is not as it was';
    return `${what}; ${machine === undefined ? gone : stateWords(machine)}: ${reason} By hand: ${command}`;
  });
  const many = leftovers.length === 1 ? '1 machine' : `${leftovers.length} machines`;
  const [first] = leftovers;
  return new ToolError(
    'RUN_UNDO_FAILED',
    `${many} of app ${app} could not be put back: ${first?.what ?? ''}.`,
    {
      hint: `Do it by hand: ${leftovers.map((leftover) => leftover.command).join(' && ')}`,
      output: lines,
      cause: first?.error,
      retry: 'safe',
    },
  );
}

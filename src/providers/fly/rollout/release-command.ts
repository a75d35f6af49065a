import type { AppDeployment, LogLine, PlatformWork } from '../../app-platform.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { createOnce } from '../machines/machine-create.ts';
import { metadataOf, RELEASE_COMMAND_GROUP, releaseCommandConfig } from '../machines/machine-config.ts';
import { isGone, unexpectedExit, type MachineExit } from '../machines/machine-state.ts';
import type { MachineRef } from '../client/machines-api.ts';
import { keyPrefix } from '../journal-keys.ts';
import { listMachines } from '../machines/list-machines.ts';
import { recordedSecretsVersion } from '../secrets/secrets.ts';
import { keepLines } from '../../../util/kept-lines.ts';
import { shellWords } from '../../../util/shell-words.ts';
import type { Machine } from '../client/wire-types.ts';

/** Between two looks at the logs. */
const LOGS_EVERY_MS = 500;
/** How long to look for the last lines of a command that has ended; logs arrive a little after the exit. */
const LAST_LINES_MS = 2_000;

/** After so long a command is a long one: it is looked at less often. */
const LONG_MS = 10_000;
const LONG_POLL_MS = 1_000;

/** What became of the command: how it ended, null where nobody knows, or that it took too long. */
type CommandEnd =
  | { readonly kind: 'exited'; readonly exit: MachineExit | null; readonly state: string }
  | { readonly kind: 'timed-out' };

/**
 * Runs a command once, with the new image and the app's environment, on a temporary machine without services that is
 * always removed. Lines it prints are logged as they come. Throws MIGRATION_FAILED with the last of them.
 *
 * After a crash the machine is found by its key and waited for: the command is not started a second time. Machines
 * that other, ended deployments left behind are removed first.
 */
export async function runReleaseCommand(
  fly: FlyContext,
  deployment: AppDeployment,
  command: { line: string; timeoutMs: number },
  work: PlatformWork,
): Promise<void> {
  const words = shellWords(command.line);
  if (words === null || words.length === 0) {
    throw new ToolError('MIGRATION_FAILED', `The command cannot be split into words: ${command.line}`, {
      hint: 'Close the quotes of migrate.command in glidepath.config.ts.',
    });
  }
  if (work.recorded(DONE) !== undefined) return;
  const app = deployment.platformName;
  const key = commandKey(work);
  const listed = await listMachines(fly, app, work.signal);
  await removeOthers(fly, { app, key, listed }, work);
  const ref: { current: MachineRef | null } = { current: null };
  try {
    const machine = await create(fly, deployment, { words, key, listed }, work);
    ref.current = { app, id: machine.id };
    work.log(`release command runs on machine ${machine.id}: ${command.line}`);
    const tail = createTail(fly, ref.current, fly.clock.now(), work);
    const end = await waitForEnd(fly, ref.current, command.timeoutMs, tail, work.signal);
    await tail.finish({ isFailed: end.kind === 'timed-out' || end.exit?.code !== 0 });
    requireSuccess(end, deployment, command, tail.lines());
    await work.once(DONE, async () => true);
  } finally {
    await removeAll(fly, app, key, ref.current, work);
  }
}

/** Removes the machine of a command that a process which died left running: nobody waits for its end any more. */
export async function endReleaseCommand(fly: FlyContext, app: string, work: PlatformWork): Promise<void> {
  await removeAll(fly, app, commandKey(work), null, work);
}

/** Carried by the machine, so that a later try of the same step finds it. */
function commandKey(work: PlatformWork): string {
  return `${keyPrefix(work)}release-command`;
}

/** Journal key of a command that has succeeded. */
const DONE = 'release-command/done';

async function create(
  fly: FlyContext,
  deployment: AppDeployment,
  command: { words: readonly string[]; key: string; listed: readonly Machine[] },
  work: PlatformWork,
): Promise<Machine> {
  const secretsVersion = recordedSecretsVersion(work, deployment.platformName);
  const config = releaseCommandConfig(
    { ...deployment, releaseVersion: 0, key: command.key, secretsVersion },
    command.words,
  );
  const region = deployment.app.regions[0]?.region;
  return createOnce(fly, {
    app: deployment.platformName,
    key: command.key,
    listed: command.listed,
    signal: work.signal,
    input: {
      config,
      ...(region === undefined ? {} : { region }),
      ...(secretsVersion === null ? {} : { min_secrets_version: secretsVersion }),
    },
  });
}

async function waitForEnd(
  fly: FlyContext,
  ref: MachineRef,
  timeoutMs: number,
  tail: Tail,
  signal: AbortSignal,
): Promise<CommandEnd> {
  const startedAt = fly.clock.now();
  let endedWithoutExit = 0;
  for (;;) {
    const machine = await fly.machines.get(ref, signal);
    const exit = unexpectedExit(machine, new Set());
    if (exit !== null) return { kind: 'exited', exit, state: machine.state };
    // The event may come a moment after the state; a machine that could not start at all never gets one.
    if (ENDED.has(machine.state) && ++endedWithoutExit > ENDED_LOOKS_MAX)
      return { kind: 'exited', exit: null, state: machine.state };
    const elapsedMs = fly.clock.now() - startedAt;
    if (elapsedMs >= timeoutMs) return { kind: 'timed-out' };
    await tail.poll();
    const pauseMs = elapsedMs < LONG_MS ? fly.timing.pollMs : LONG_POLL_MS;
    await fly.clock.sleep(Math.min(pauseMs, timeoutMs - elapsedMs), signal);
  }
}

const ENDED: ReadonlySet<string> = new Set(['stopped', 'failed', 'launch_failed', 'destroyed']);
/** Looks at an ended machine without an exit event before it counts as failed. */
const ENDED_LOOKS_MAX = 20;

function requireSuccess(
  end: CommandEnd,
  deployment: AppDeployment,
  command: { line: string; timeoutMs: number },
  lines: readonly string[],
): void {
  if (end.kind === 'exited' && end.exit?.code === 0) return;
  const how =
    end.kind === 'timed-out' ? `took longer than ${command.timeoutMs / 1000} s and was ended` : endWords(end);
  throw new ToolError(
    'MIGRATION_FAILED',
    `The release command of ${deployment.app.name} ${how}: ${command.line}`,
    {
      hint: 'No app was changed. Mend the command or the migration and deploy again.',
      output: keepLines(lines),
    },
  );
}

/** A shell's own codes for a program that is not there, and for one that may not be run. */
const NOT_RUN: Readonly<Record<number, string>> = {
  126: 'is there but cannot be executed',
  127: 'is not in the image',
};

function endWords({ exit, state }: CommandEnd & { kind: 'exited' }): string {
  if (exit === null) return `did not run to its end; its machine is ${state}`;
  if (exit.isOutOfMemory) return 'ran out of memory';
  if (exit.code === null) return 'ended with an unknown exit code';
  const why = NOT_RUN[exit.code];
  return why === undefined
    ? `failed with exit code ${exit.code}`
    : `could not be started: the program ${why} (exit code ${exit.code})`;
}

/** Prints a machine's lines once each, as they come. */
interface Tail {
  /** Reads the logs if it is time to. */
  poll(): Promise<void>;
  /**
   * Reads what has come by now; of a command that failed until nothing new has come for a look, at most
   * `LAST_LINES_MS`: the reason stands in its last lines.
   */
  finish(how: { isFailed: boolean }): Promise<void>;
  lines(): readonly string[];
}

function createTail(fly: FlyContext, ref: MachineRef, startedAt: number, work: PlatformWork): Tail {
  const seen = new Map<string, number>();
  const lines: string[] = [];
  let readAt = 0;
  const read = async (): Promise<number> => {
    readAt = fly.clock.now();
    const page = await fly.logsOf(ref.app, ref.id, { limit: 500, since: startedAt - 60_000 });
    const fresh = unseen(page, seen);
    for (const line of fresh) {
      lines.push(line.message);
      work.log(line.message);
    }
    return fresh.length;
  };
  return {
    async poll() {
      if (fly.clock.now() - readAt >= LOGS_EVERY_MS) await read();
    },
    async finish({ isFailed }) {
      const deadline = fly.clock.now() + LAST_LINES_MS;
      for (let fresh = await read(); fly.clock.now() < deadline; fresh = await read()) {
        const isComplete = lines.length > 0 && !(isFailed && fresh > 0);
        if (isComplete) return;
        await fly.clock.sleep(LOGS_EVERY_MS, work.signal);
      }
    },
    lines: () => lines,
  };
}

/** Lines beyond those seen before. The same text at the same time may be printed twice, so that they are counted. */
function unseen(page: readonly LogLine[], seen: Map<string, number>): LogLine[] {
  const counts = new Map<string, number>();
  return page.filter((line) => {
    const id = `${line.at} ${line.message}`;
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    if (count <= (seen.get(id) ?? 0)) return false;
    seen.set(id, count);
    return true;
  });
}

async function removeOthers(
  fly: FlyContext,
  { app, key, listed }: { app: string; key: string; listed: readonly Machine[] },
  work: PlatformWork,
): Promise<void> {
  for (const machine of listed) {
    if (isGone(machine) || metadataOf(machine.config, 'processGroup') !== RELEASE_COMMAND_GROUP) continue;
    if (metadataOf(machine.config, 'key') === key) continue;
    await fly.machines.destroy({ app, id: machine.id }, { signal: work.signal });
    work.log(`removed machine ${machine.id}, which an earlier release command left behind`);
  }
}

/**
 * Removes the machine, and whatever else carries its key after lost answers. Not under the step's signal, and never
 * hiding how the command ended: what stays is said and found again by the next deployment.
 */
async function removeAll(
  fly: FlyContext,
  app: string,
  key: string,
  known: MachineRef | null,
  work: PlatformWork,
): Promise<void> {
  try {
    if (known !== null) await fly.machines.destroy(known, {});
    for (const machine of (await fly.machines.list(app)) ?? []) {
      if (isGone(machine) || metadataOf(machine.config, 'key') !== key) continue;
      await fly.machines.destroy({ app, id: machine.id }, {});
      if (known === null) work.log(`the release command was ended: machine ${machine.id} removed`);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const id = known?.id ?? 'of the release command';
    work.log(`machine ${id} could not be removed (${reason}): fly machine destroy --force ${id} -a ${app}`);
  }
}

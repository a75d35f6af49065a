import type { spawn as nodeSpawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from '../../util/clock.ts';
import { ownProcess, signalNumber } from './machine-process.ts';
import type { MachineProcess, ProcessOwner } from './machine-process.ts';

/** How a command beside a machine's main process is run. */
export interface ExecRequest {
  readonly stdin: string;
  readonly timeoutMs: number;
}

/** How it ended. `timedOut` when it had to be killed. */
export interface ExecResult {
  readonly exitCode: number;
  /** 0 when no signal ended it. */
  readonly exitSignal: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** What is kept of each output; the rest is dropped so that a chatty command cannot fill our memory. */
export const EXEC_OUTPUT_BYTES_MAX: number = 1024 * 1024;
const NOT_RUNNABLE = 127;

/** Starts the command. `process` is null when the program cannot be run at all. */
export function runInMachine(options: {
  readonly spawn: typeof nodeSpawn;
  readonly clock: Clock;
  readonly owner: ProcessOwner;
  readonly spec: {
    readonly command: readonly string[];
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
  };
  readonly request: ExecRequest;
}): { process: MachineProcess | null; result: Promise<ExecResult> } {
  const { spawn, clock, owner, spec, request } = options;
  const [program = '', ...args] = spec.command;
  const child = spawn(program, args, { cwd: spec.cwd, env: spec.env, detached: true, stdio: 'pipe' });
  child.once('error', () => undefined);
  if (child.pid === undefined) {
    const stderr = `${program}: not found or not executable\n`;
    const result = { exitCode: NOT_RUNNABLE, exitSignal: 0, stdout: '', stderr, timedOut: false };
    return { process: null, result: Promise.resolve(result) };
  }
  const process = ownProcess(child, child.pid, { ...owner, machineId: `${owner.machineId}/exec` }, clock);
  // A command that does not read its input closes the pipe under us.
  child.stdin.once('error', () => undefined);
  child.stdin.end(request.stdin);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  return { process, result: finish({ process, clock, timeoutMs: request.timeoutMs, stdout, stderr }) };
}

async function finish(run: {
  readonly process: MachineProcess;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly stdout: Promise<string>;
  readonly stderr: Promise<string>;
}): Promise<ExecResult> {
  const ended = new AbortController();
  const timeout = run.clock.sleep(run.timeoutMs, ended.signal).then(
    () => run.process.signal('SIGKILL'),
    () => false,
  );
  const report = await run.process.exited;
  ended.abort();
  const timedOut = await timeout;
  return {
    exitCode: report.code ?? -1,
    exitSignal: Math.max(0, signalNumber(report.signal)),
    stdout: await run.stdout,
    stderr: await run.stderr,
    timedOut,
  };
}

function collect(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      if (size < EXEC_OUTPUT_BYTES_MAX) chunks.push(chunk.subarray(0, EXEC_OUTPUT_BYTES_MAX - size));
      size += chunk.length;
    });
    stream.once('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}

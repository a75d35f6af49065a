import { randomUUID } from 'node:crypto';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { evaluateText } from '../expressions/evaluate.ts';
import { ActionFailure } from '../known-actions/known-action.ts';
import type { RunStep } from '../model/workflow.ts';
import type { StepCall } from './step-call.ts';
import { scriptExtension, shellCommand } from './shell-command.ts';
import { runStepProcess } from './step-process.ts';

/** Carries out a `run` step; whether it succeeded. */
export async function runScript(call: StepCall, step: RunStep): Promise<boolean> {
  const { session, scope, frame, output } = call;
  const script = evaluateText(step.run, 'step', scope).replace(/\r\n/gu, '\n');
  const shellSource = step.shell ?? frame.defaults.shell;
  const shell = shellSource === undefined ? null : evaluateText(shellSource, 'step', scope);
  const file = join(session.places.temp, `${randomUUID()}${scriptExtension(shell)}`);
  const command = shellCommand(shell, file);
  const cwd = workingDirectory(call, step);
  announce(call, script, command.shown);
  writeFileSync(file, script.endsWith('\n') ? script : `${script}\n`, { mode: 0o700 });
  try {
    const { exitCode, signal } = await runStepProcess({
      program: command.program,
      args: command.args,
      cwd,
      env: call.env,
      onLine: (line) => output.print(line),
      cancel: call.cancel,
      kill: session.host.kill,
      clock: session.host.clock,
    });
    if (exitCode === 0) return true;
    if (!call.cancel.aborted)
      output.error(
        signal === null
          ? `Process completed with exit code ${exitCode}.`
          : `Process was ended by the signal ${signal}.`,
      );
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new ActionFailure(`${command.program}: command not found`);
  } finally {
    rmSync(file, { force: true });
  }
}

function workingDirectory({ session, scope, frame }: StepCall, step: RunStep): string {
  const source = step.workingDirectory ?? frame.defaults.workingDirectory;
  const { workspace } = session.places;
  if (source === undefined) return workspace;
  const dir = resolve(workspace, evaluateText(source, 'step', scope));
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true) return dir;
  throw new ActionFailure(
    `An error occurred trying to start process with working directory '${dir}'. No such file or directory`,
  );
}

/** What GitHub shows before the output: the script, the shell and the environment that was set. */
function announce(call: StepCall, script: string, shown: string): void {
  const { output, session, frame, stepEnv } = call;
  output.say(`##[group]Run ${script.trim().split('\n')[0] ?? ''}`);
  for (const line of script.trimEnd().split('\n')) output.say(line);
  output.say(`shell: ${shown}`);
  const env = Object.entries(session.envOf(frame, stepEnv));
  if (env.length > 0) output.say('env:');
  for (const [name, value] of env) output.say(`  ${name}: ${value}`);
  output.say('##[endgroup]');
}

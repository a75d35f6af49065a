import { join, resolve } from 'node:path';
import { condition } from '../expressions/condition.ts';
import { evaluateText } from '../expressions/evaluate.ts';
import { ActionFailure } from '../known-actions/known-action.ts';
import type { JsonObject } from '../model/source.ts';
import { readActionFile } from './action-file.ts';
import type { ActionFile } from './action-file.ts';
import type { StepFrame } from './job-session.ts';
import type { StepCall } from './step-call.ts';
import { makeStepFiles } from './step-files.ts';
import { runStepProcess } from './step-process.ts';
import { takeOver } from './take-over.ts';

/** An action of the repository itself, and what it is used with. */
interface LocalUse {
  /** From the root of the workspace. */
  readonly path: string;
  /** By lower-case name. */
  readonly given: Readonly<Record<string, string>>;
  /** The name of the step. */
  readonly name: string;
}

/** Actions that use actions: GitHub stops at this depth. */
const DEPTH_MAX = 10;

/** Carries out an action that the repository holds: a composite one, or a program for Node.js. */
export async function useLocalAction(call: StepCall, use: LocalUse): Promise<boolean> {
  const dir = resolve(call.session.places.workspace, use.path);
  const file = readActionFile(dir);
  const inputs = inputsOf(call, file, use.given);
  if (file.runs.using === 'composite') return composite(call, { file, dir, steps: file.runs.steps, inputs });
  return program(call, { dir, runs: file.runs, inputs, name: use.name });
}

function inputsOf(call: StepCall, file: ActionFile, given: LocalUse['given']): Record<string, string> {
  const names = Object.keys(file.inputs);
  const unknown = Object.keys(given).filter((name) => !names.some((one) => one.toLowerCase() === name));
  if (unknown.length > 0)
    call.output.warning(`Unexpected input(s) ${unknown.map((name) => `'${name}'`).join(', ')}`);
  return Object.fromEntries(
    Object.entries(file.inputs).flatMap(([name, one]) => {
      const otherwise =
        one.default === undefined
          ? undefined
          : evaluateText({ value: one.default, line: 1, column: 1 }, 'step', call.scope);
      const value = given[name.toLowerCase()] ?? otherwise;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function composite(
  call: StepCall,
  on: {
    readonly file: ActionFile;
    readonly dir: string;
    readonly steps: Extract<ActionFile['runs'], { using: 'composite' }>['steps'];
    readonly inputs: JsonObject;
  },
): Promise<boolean> {
  const { session, output, number } = call;
  const outer = call.frame.action;
  const depth = (outer?.depth ?? 0) + 1;
  if (depth > DEPTH_MAX) throw new ActionFailure(`Actions that use actions are ${DEPTH_MAX} deep at most`);
  const frame: StepFrame = {
    action: { inputs: on.inputs, path: on.dir, env: { ...outer?.env, ...call.stepEnv }, depth },
    defaults: {},
    steps: new Map(),
    failed: false,
  };
  for (const step of on.steps)
    await call.perform({ session, frame, step, output, number, cancel: call.cancel });
  const scope = session.scopeOf(frame, session.envOf(frame));
  for (const [name, value] of Object.entries(on.file.outputs))
    call.outputs.set(name, evaluateText(value, 'step', scope));
  return !frame.failed;
}

interface NodeProgram {
  readonly dir: string;
  readonly runs: Extract<ActionFile['runs'], { using: 'node' }>;
  readonly inputs: Readonly<Record<string, string>>;
  readonly name: string;
}

/** A program for Node.js runs on the one that the cloud runs on. Its `pre` runs right before it, as the file is there only now. */
async function program(call: StepCall, on: NodeProgram): Promise<boolean> {
  const { runs, dir, name } = on;
  const state: Record<string, string> = {};
  const started = runs.pre === undefined || (await runFile(call, { ...on, file: runs.pre, state }));
  const ok = started && (await runFile(call, { ...on, file: runs.main, state }));
  const { post } = runs;
  if (post !== undefined)
    call.session.posts.push({
      name: `Post ${name}`,
      async run(output) {
        const { session, frame } = call;
        const scope = session.scopeOf(frame, session.envOf(frame, call.stepEnv));
        if (!condition(runs.postIf, 'step-if', scope)) return true;
        const files = makeStepFiles(session.places.commands);
        const env = { ...call.env, ...files.variables };
        const later: StepCall = { ...call, output, files, env, cancel: new AbortController().signal };
        const done = await runFile(later, { ...on, dir, file: post, state });
        const taken = takeOver(later);
        files.remove();
        return done && taken;
      },
    });
  return ok;
}

async function runFile(
  call: StepCall,
  on: NodeProgram & { readonly file: string; readonly state: Record<string, string> },
): Promise<boolean> {
  const { session, output } = call;
  const { host, places } = session;
  const inputs = Object.entries(on.inputs).map(([name, value]) => [
    `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
    value,
  ]);
  const state = Object.entries(on.state).map(([name, value]) => [`STATE_${name}`, value]);
  const { exitCode } = await runStepProcess({
    program: host.own.node,
    args: [join(on.dir, on.file)],
    cwd: places.workspace,
    env: {
      ...call.env,
      ...Object.fromEntries([...inputs, ...state]),
      GITHUB_ACTION_PATH: on.dir,
      ACTIONS_RESULTS_URL: host.actions.runtime.resultsUrl,
      ACTIONS_RUNTIME_TOKEN: host.actions.runtime.token,
      ACTIONS_CACHE_SERVICE_V2: 'True',
    },
    onLine: (line) => output.print(line),
    cancel: call.cancel,
    kill: host.kill,
    clock: host.clock,
  });
  const states = [...output.takeWrites('state'), ...call.files.read().state];
  for (const [name, value] of states) on.state[name] = value;
  if (exitCode !== 0 && !call.cancel.aborted) output.error(`Process completed with exit code ${exitCode}.`);
  return exitCode === 0;
}

import { evaluateText } from '../expressions/evaluate.ts';
import { ActionFailure } from '../known-actions/known-action.ts';
import type { ActionCall, KnownAction } from '../known-actions/known-action.ts';
import { KNOWN_ACTIONS } from '../known-actions/known-actions.ts';
import { refusalOf } from '../known-actions/refusal-of.ts';
import type { UsesStep } from '../model/workflow.ts';
import { githubTexts, handOn } from './job-session.ts';
import type { StepCall } from './step-call.ts';
import { stepName } from './step-name.ts';
import type { StepOutput } from './step-output.ts';
import { runStepProcess } from './step-process.ts';
import { useLocalAction } from './use-local-action.ts';

/** Carries out a `uses` step; whether it succeeded. Throws an `ActionFailure` that says why it could not. */
export async function useAction(call: StepCall, step: UsesStep): Promise<boolean> {
  const given = withOf(call, step);
  const name = stepName(step, call.scope);
  announce(call, name, given);
  if (step.uses.kind === 'local') return useLocalAction(call, { path: step.uses.path, given, name });
  const refused = refusalOf(step.uses, given);
  const action = KNOWN_ACTIONS[step.uses.name];
  if (refused !== null || action === undefined) throw new ActionFailure(refused ?? step.uses.name);
  const inputs = inputsOf(call.output, action.inputs, given);
  const actionCall = actionCallOf(call, inputs, call.output);
  const { outputs, post } = await action.run(actionCall);
  for (const [key, value] of Object.entries(outputs)) call.outputs.set(key, value);
  if (post !== undefined)
    addPost(call, name, (output) =>
      post({ ...actionCall, ...actionCallOf(call, inputs, output) }, call.session.status === 'success'),
    );
  return true;
}

/** What is done at the end of the job for a step; an `ActionFailure` of it fails the job. */
function addPost(call: StepCall, name: string, work: (output: StepOutput) => Promise<void>): void {
  call.session.posts.push({
    name: `Post ${name}`,
    async run(output) {
      try {
        await work(output);
        return true;
      } catch (error) {
        if (!(error instanceof ActionFailure)) throw error;
        output.error(error.message);
        return false;
      }
    },
  });
}

/** The `with` of a step as text, by lower-case name. */
function withOf({ scope }: StepCall, step: UsesStep): Record<string, string> {
  return Object.fromEntries(
    Object.entries(step.with).map(([name, source]) => [
      name.toLowerCase(),
      evaluateText(source, 'step', scope),
    ]),
  );
}

/** What is given with what is not; names that an action does not know are said. */
export function inputsOf(
  output: StepOutput,
  declared: KnownAction['inputs'],
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = Object.keys(declared);
  const unknown = Object.keys(given).filter((name) => !names.some((one) => one.toLowerCase() === name));
  if (unknown.length > 0)
    output.warning(
      `Unexpected input(s) ${unknown.map((name) => `'${name}'`).join(', ')}, valid inputs are [${names.map((name) => `'${name}'`).join(', ')}]`,
    );
  return Object.fromEntries(
    names.flatMap((name) => {
      const { default: otherwise, required } = declared[name] ?? {};
      const written = given[name.toLowerCase()];
      // As `core.getInput` has it: what is empty was not given.
      const value = written === undefined ? otherwise : written.trim();
      if (required === true && (value === undefined || value === ''))
        throw new ActionFailure(`Input required and not supplied: ${name}`);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function actionCallOf(
  call: StepCall,
  inputs: Readonly<Record<string, string>>,
  output: StepOutput,
): ActionCall {
  const { session } = call;
  const { host, places, order } = session;
  return {
    inputs,
    github: githubTexts(session.githubOf(call.frame)),
    places,
    env: call.env,
    output,
    services: host.actions,
    token: order.token,
    signal: call.cancel,
    ...handOn(session),
    async exec(program, args, options = {}) {
      const { cwd = places.workspace, env = {}, onLine = (line) => output.say(line), shown } = options;
      if (shown !== null) output.say(`[command]${shown ?? [program, ...args].join(' ')}`);
      const { exitCode } = await runStepProcess({
        program,
        args,
        cwd,
        env: { ...call.env, ...env },
        onLine,
        cancel: call.cancel,
        kill: host.kill,
        clock: host.clock,
      });
      return exitCode ?? 1;
    },
  };
}

function announce({ output }: StepCall, name: string, given: Readonly<Record<string, string>>): void {
  output.say(`##[group]${name}`);
  const entries = Object.entries(given);
  if (entries.length > 0) output.say('with:');
  for (const [key, value] of entries) output.say(`  ${key}: ${value}`);
  output.say('##[endgroup]');
}

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ActionFailure } from './known-action.ts';
import type { ActionCall, ActionInput, KnownAction } from './known-action.ts';

/** An action that brings a program, as one that only looks whether it is there. */
function setsUp(
  name: string,
  programs: readonly string[],
  inputs: Readonly<Record<string, ActionInput>>,
): KnownAction {
  return {
    inputs,
    run(call) {
      const missing = programs.filter((program) => placeOf(call, program) === null);
      for (const program of programs) {
        const place = placeOf(call, program);
        if (place !== null) call.output.say(`Found ${program} in ${place}`);
      }
      if (missing.length > 0) withoutThem(call, name, missing);
      return Promise.resolve({ outputs: {} });
    },
  };
}

function withoutThem(call: ActionCall, name: string, missing: readonly string[]): void {
  const what = `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not on this machine`;
  if (!call.services.withoutTool.has(name))
    throw new ActionFailure(
      `${what}, and the local GitHub installs nothing. Install it, or allow to go on without ${name}`,
    );
  call.output.warning(`${what}: going on without, as was allowed`);
}

function placeOf(call: ActionCall, program: string): string | null {
  return (
    (call.env['PATH'] ?? '').split(delimiter).find((dir) => {
      try {
        accessSync(join(dir, program), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }) ?? null
  );
}

/** erlef/setup-beam: Elixir and Erlang must be there. */
export const setupBeam: KnownAction = setsUp('erlef/setup-beam', ['elixir', 'erl', 'mix'], {
  'otp-version': {},
  'elixir-version': {},
  'gleam-version': {},
  'rebar3-version': {},
  'version-file': {},
  'version-type': { default: 'loose' },
  'install-hex': { default: 'true' },
  'install-rebar': { default: 'true' },
  disable_problem_matchers: { default: 'false' },
  'github-token': {},
  'hexpm-mirrors': {},
});

/** superfly/flyctl-actions/setup-flyctl: flyctl must be there. */
export const setupFlyctl: KnownAction = setsUp('superfly/flyctl-actions/setup-flyctl', ['flyctl'], {
  version: { default: 'latest' },
});

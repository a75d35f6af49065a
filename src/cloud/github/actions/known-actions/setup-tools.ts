import type { ActionVersions } from './action-versions.ts';
import { ActionFailure } from './known-action.ts';
import type { ActionCall, ActionInput, KnownAction } from './known-action.ts';
import { placeOfProgram } from './place-of-program.ts';

/** An action that brings a program, as one that only looks whether it is there. */
function setsUp(
  name: string,
  versions: ActionVersions,
  programs: readonly string[],
  inputs: Readonly<Record<string, ActionInput>>,
): KnownAction {
  return {
    versions,
    inputs,
    run(call) {
      const missing = programs.filter((program) => placeOfProgram(call, program) === null);
      for (const program of programs) {
        const place = placeOfProgram(call, program);
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
      `${what}, and the local GitHub installs nothing. Install it, or rehearse with --without-tool ${name}`,
    );
  call.output.warning(`${what}: going on without, as was allowed`);
}

const BEAM: ActionVersions = { newest: 'v1.24.1', commits: ['54075bcc5e249e4758d363f27d099f55d843f124'] };
const FLYCTL: ActionVersions = { newest: '1.6', commits: ['ed8efb33836e8b2096c7fd3ba1c8afe303ebbff1'] };

/** erlef/setup-beam: Elixir and Erlang must be there. */
export const setupBeam: KnownAction = setsUp('erlef/setup-beam', BEAM, ['elixir', 'erl', 'mix'], {
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
export const setupFlyctl: KnownAction = setsUp('superfly/flyctl-actions/setup-flyctl', FLYCTL, ['flyctl'], {
  version: { default: 'latest' },
});

import { asSet } from './check-key.ts';
import type { KeyDifference, KeyParts } from './key-parts.ts';

type Part = KeyDifference['part'];

/**
 * What is different between the parts of two keys of a check; nothing exactly where the keys are equal. What a person
 * looks for first comes first: the command, then inputs, needs, variables, tools, and the rest.
 */
export function explainKey(before: KeyParts, now: KeyParts): KeyDifference[] {
  return [
    ...ofText('command', 'check', before.check, now.check),
    ...ofText('command', 'command', before.command, now.command),
    ...ofText('command', 'directory', before.directory, now.directory),
    ...ofRecord('input', before.inputs, now.inputs),
    ...ofRecord('need', before.needs, now.needs),
    ...ofRecord('env', before.env, now.env),
    ...ofRecord('tool', before.tools, now.tools),
    ...ofText('place', 'place', before.place, now.place),
    ...ofSet('service', before.services, now.services),
    ...ofSet('output', before.outputs, now.outputs),
    ...ofSet('leaf', before.leaves, now.leaves),
  ];
}

function ofText(part: Part, name: string, before: string, now: string): KeyDifference[] {
  return before === now ? [] : [{ part, name, before, now }];
}

function ofSet(part: Part, before: readonly string[], now: readonly string[]): KeyDifference[] {
  const [was, is] = [new Set(before), new Set(now)];
  return asSet([...before, ...now])
    .filter((name) => was.has(name) !== is.has(name))
    .map((name) => ({ part, name, before: was.has(name) ? name : null, now: is.has(name) ? name : null }));
}

type Values = Readonly<Record<string, string | null>>;

function ofRecord(part: Part, before: Values, now: Values): KeyDifference[] {
  return asSet([...Object.keys(before), ...Object.keys(now)]).flatMap((name) => {
    const [was, is] = [own(before, name), own(now, name)];
    return was === is ? [] : [{ part, name, before: was ?? null, now: is ?? null }];
  });
}

/** Undefined where the name is not there, which is not the same as a variable that is not set. */
function own(values: Values, name: string): string | null | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isDiagnostic, parseTrigger } from '../../plan/trigger.ts';
import { suggestion } from '../../plan/suggestion.ts';
import { PULL_REQUEST_ACTIONS, type PullRequestAction, type Rehearsal } from './rehearsal.ts';

/** Every way to write a rehearsal, for hints and help. */
const FORMS = [
  'push <branch>',
  'tag <name>',
  ...PULL_REQUEST_ACTIONS.map((action) => `pr <number> ${action}`),
  'merge-queue [number]',
  'dispatch <workflow>',
  'schedule <workflow>',
];

/** What is typed besides the words. */
export interface RehearsalFlags {
  readonly isFromFork?: boolean;
  /** `push`: the branch of the local GitHub whose newest commit is pushed; null: not given. */
  readonly from?: string | null;
  /** `dispatch`: where; null: not given. */
  readonly ref?: string | null;
  /** `dispatch`: `name=value`. */
  readonly inputs?: readonly string[];
}

/** GitHub's own words for what has another name here. */
const OTHER_ACTIONS: Readonly<Record<string, PullRequestAction>> = {
  open: 'opened',
  synchronize: 'updated',
  update: 'updated',
  close: 'closed',
  merge: 'merged',
};

/** Reads what is typed after `glidepath rehearse`; a mistake comes back as PLAN_UNKNOWN_TRIGGER. */
export function parseRehearsal(words: readonly string[], flags: RehearsalFlags): Rehearsal | Diagnostic {
  const [kind, subject, action, ...rest] = words;
  const misplaced = misplacedFlag(kind, flags);
  if (misplaced !== null) return misplaced;
  if (kind === 'merge-queue') return mergeQueue(words.slice(1));
  if (kind === 'dispatch' || kind === 'schedule') return byName(words, flags);
  if (kind === 'pr' && action !== undefined) {
    const read = parseTrigger(['pr', subject ?? '', 'opened']);
    if (isDiagnostic(read)) return { ...read, hint: hint() };
    const known = PULL_REQUEST_ACTIONS.find((one) => one === action);
    if (known === undefined || rest.length > 0) return unknownAction([action, ...rest].join(' '));
    const { number } = read as Extract<typeof read, { kind: 'pull-request' }>;
    return { kind: 'pull-request', number, action: known, isFromFork: flags.isFromFork === true };
  }
  const trigger = parseTrigger(words);
  if (isDiagnostic(trigger)) return { ...trigger, hint: hint() };
  if (trigger.kind === 'push') return { ...trigger, ...(flags.from == null ? {} : { from: flags.from }) };
  if (trigger.kind === 'tag') return trigger;
  return mistake(
    'A deployment by hand is no event on GitHub.',
    `Do it on the local cloud: glidepath ${words.join(' ')} --local`,
  );
}

function misplacedFlag(kind: string | undefined, flags: RehearsalFlags): Diagnostic | null {
  if (flags.isFromFork === true && kind !== 'pr') return mistake('Only a pull request comes from a fork.');
  if (flags.from != null && kind !== 'push') return mistake('Only a push takes --from.');
  if (kind === 'dispatch') return null;
  if (flags.ref != null) return mistake('Only dispatch takes --ref.');
  return (flags.inputs ?? []).length > 0 ? mistake('Only dispatch takes --input.') : null;
}

/** A GitHub workflow that is started by hand, or by its schedule. */
function byName(
  [kind, workflow, ...rest]: readonly string[],
  { ref, inputs = [] }: RehearsalFlags,
): Rehearsal | Diagnostic {
  if (workflow === undefined) return mistake(`${kind} needs a GitHub workflow, such as operations.yml.`);
  if (rest.length > 0) {
    const given = rest.every((word) => word.includes('=')) ? ` Inputs are given by --input ${rest[0]}.` : '';
    return mistake(`${kind} takes one GitHub workflow, not ${rest.join(' ')} as well.${given}`);
  }
  if (kind === 'schedule') return { kind: 'schedule', workflow };
  const wrong = inputs.find((input) => input.indexOf('=') < 1);
  if (wrong !== undefined) return mistake(`--input takes name=value, not ${wrong}.`);
  const pairs = inputs.map((input): [string, string] => {
    const at = input.indexOf('=');
    return [input.slice(0, at), input.slice(at + 1)];
  });
  return { kind: 'dispatch', workflow, ref: ref ?? null, inputs: Object.fromEntries(pairs) };
}

function mergeQueue(words: readonly string[]): Rehearsal | Diagnostic {
  const [subject, ...rest] = words;
  if (rest.length > 0) return mistake(`merge-queue takes a number and nothing more, not ${rest.join(' ')}.`);
  if (subject === undefined) return { kind: 'merge-queue', number: null };
  const read = parseTrigger(['pr', subject, 'opened']);
  if (isDiagnostic(read) || read.kind !== 'pull-request')
    return mistake(`${subject} is not the number of a pull request.`);
  return { kind: 'merge-queue', number: read.number };
}

function unknownAction(action: string): Diagnostic {
  const other = OTHER_ACTIONS[action];
  const near = other === undefined ? suggestion(action, PULL_REQUEST_ACTIONS) : `Did you mean ${other}? `;
  return mistake(`A pull request is ${PULL_REQUEST_ACTIONS.join(', ')}, not ${action}.`, `${near}${hint()}`);
}

function hint(): string {
  return `Write one of: ${FORMS.join(' · ')}`;
}

function mistake(message: string, what = hint()): Diagnostic {
  return { severity: 'error', code: 'PLAN_UNKNOWN_TRIGGER', message, hint: what };
}

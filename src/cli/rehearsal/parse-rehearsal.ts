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
];

/** GitHub's own words for what has another name here. */
const OTHER_ACTIONS: Readonly<Record<string, PullRequestAction>> = {
  open: 'opened',
  synchronize: 'updated',
  update: 'updated',
  close: 'closed',
  merge: 'merged',
};

/** Reads what is typed after `glidepath rehearse`; a mistake comes back as PLAN_UNKNOWN_TRIGGER. */
export function parseRehearsal(
  words: readonly string[],
  options: { readonly isFromFork: boolean },
): Rehearsal | Diagnostic {
  const [kind, subject, action, ...rest] = words;
  if (options.isFromFork && kind !== 'pr') return mistake('Only a pull request comes from a fork.');
  if (kind === 'merge-queue') return mergeQueue(words.slice(1));
  if (kind === 'pr' && action !== undefined) {
    const read = parseTrigger(['pr', subject ?? '', 'opened']);
    if (isDiagnostic(read)) return { ...read, hint: hint() };
    const known = PULL_REQUEST_ACTIONS.find((one) => one === action);
    if (known === undefined || rest.length > 0) return unknownAction([action, ...rest].join(' '));
    const { number } = read as Extract<typeof read, { kind: 'pull-request' }>;
    return { kind: 'pull-request', number, action: known, isFromFork: options.isFromFork };
  }
  const trigger = parseTrigger(words);
  if (isDiagnostic(trigger)) return { ...trigger, hint: hint() };
  if (trigger.kind === 'push' || trigger.kind === 'tag') return trigger;
  return mistake(
    'A deployment by hand is no event on GitHub.',
    `Do it on the local cloud: glidepath ${words.join(' ')} --local`,
  );
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

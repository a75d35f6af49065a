import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { unreachable } from '../util/assert.ts';
import { suggestion } from './suggestion.ts';
import type { Trigger } from './plan.ts';

/** Every way to write a trigger, for hints and help. */
export const TRIGGER_FORMS: readonly string[] = [
  'push <branch>',
  'tag <name>',
  'pr <number> opened',
  'pr <number> closed',
  'deploy <environment>',
];

/** GitHub numbers pull requests with 32 bit integers. */
const PULL_REQUEST_MAX = 2 ** 31 - 1;

/** Reads a trigger as it is typed after `glidepath plan`; a mistake comes back as PLAN_UNKNOWN_TRIGGER. */
export function parseTrigger(words: readonly string[]): Trigger | Diagnostic {
  const [kind, subject, ...rest] = words;
  if (kind === undefined) return unknownTrigger('No trigger was given.');
  switch (kind) {
    case 'push':
      return oneWord(words, 'a branch', (branch) => ({ kind: 'push', branch }));
    case 'tag':
      return oneWord(words, 'a tag', (tag) => ({ kind: 'tag', tag }));
    case 'deploy':
      return oneWord(words, 'an environment', (environment) => ({ kind: 'deploy', environment }));
    case 'pr':
      return pullRequest(subject, rest);
    default:
      return unknownTrigger(`${kind} is not a trigger.`, didYouMeanKind(kind));
  }
}

/** Whether {@link parseTrigger} found a mistake. */
export function isDiagnostic(parsed: Trigger | Diagnostic): parsed is Diagnostic {
  return 'severity' in parsed;
}

/** A trigger in the words it is typed in: `push main`, `pr 42 opened`, `promote staging production`. */
export function triggerWords(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'push':
      return `push ${trigger.branch}`;
    case 'tag':
      return `tag ${trigger.tag}`;
    case 'pull-request':
      return `pr ${trigger.number} ${trigger.action}`;
    case 'deploy':
      return `deploy ${trigger.environment}`;
    case 'promote':
      return `promote ${trigger.from} ${trigger.to}`;
    case 'rollback':
      return ['rollback', trigger.environment, trigger.release, ...(trigger.apps ?? [])].join(' ');
    case 'scale':
      return `scale ${trigger.environment} ${trigger.app}`;
    case 'restore':
      return `db restore ${trigger.environment} ${trigger.database}`;
    default:
      return unreachable(trigger);
  }
}

/** Names people use for the same thing elsewhere. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'pull-request': 'pr',
  pull_request: 'pr',
  pull: 'pr',
  mr: 'pr',
  branch: 'push',
  merge: 'push',
  release: 'tag',
  manual: 'deploy',
};

function didYouMeanKind(kind: string): string {
  const other = OTHER_NAMES[kind.toLowerCase()];
  return other === undefined ? suggestion(kind, ['push', 'tag', 'pr', 'deploy']) : `Did you mean ${other}? `;
}

function oneWord(
  [kind = '', subject, ...rest]: readonly string[],
  what: string,
  build: (subject: string) => Trigger,
): Trigger | Diagnostic {
  if (subject === undefined || subject === '') return unknownTrigger(`${kind} needs ${what}.`);
  if (rest.length > 0)
    return unknownTrigger(`${kind} takes ${what} and nothing more, not ${rest.join(' ')}.`);
  return build(subject);
}

function pullRequest(subject: string | undefined, rest: readonly string[]): Trigger | Diagnostic {
  if (subject === undefined) return unknownTrigger('pr needs a number and opened or closed.');
  const number = /^#?[1-9]\d{0,9}$/.test(subject) ? Number(subject.replace('#', '')) : Number.NaN;
  if (!(number <= PULL_REQUEST_MAX)) {
    return unknownTrigger(`${subject} is not the number of a pull request.`);
  }
  const [action, ...more] = rest;
  if (action === undefined) return unknownTrigger(`pr ${number} needs opened or closed.`);
  if (more.length > 0)
    return unknownTrigger(`pr ${number} ${action} takes nothing more, not ${more.join(' ')}.`);
  if (action === 'opened' || action === 'closed') return { kind: 'pull-request', number, action };
  return unknownTrigger(
    `A pull request is opened or closed, not ${action}.`,
    suggestion(action, ['opened', 'closed']),
  );
}

function unknownTrigger(message: string, hint = ''): Diagnostic {
  return {
    severity: 'error',
    code: 'PLAN_UNKNOWN_TRIGGER',
    message,
    hint: `${hint}Write one of: ${TRIGGER_FORMS.join(' · ')}`,
  };
}

import type { CheckReason } from '../../../checks/why-check.ts';
import { agoWords } from '../../../checks/reason-words.ts';
import type { KeyDifference } from '../../../checks/key/key-parts.ts';

/** More lines than this are counted: who has changed hundreds of files knows it. */
const LINES_MAX = 20;

/** Checks that follow from each other are shown so deep; behind that it is the same story. */
const DEPTH_MAX = 8;

/** Why a check would run, or would not: one sentence, then what is different, then the same of the checks before it. */
export function renderWhy(reason: CheckReason, now: number): string {
  return `${linesOf(reason, now, 0).join('\n')}\n`;
}

function linesOf(reason: CheckReason, now: number, depth: number): string[] {
  const margin = '  '.repeat(depth);
  const shown = reason.differences.slice(0, LINES_MAX).map((each) => `${margin}  ${differenceLine(each)}`);
  const more = reason.differences.length - shown.length;
  return [
    `${margin}${sentence(reason, now)}`,
    ...shown,
    ...(more === 0 ? [] : [`${margin}  and ${more} more`]),
    ...(depth < DEPTH_MAX ? reason.because.flatMap((each) => linesOf(each, now, depth + 1)) : []),
  ];
}

function sentence({ name, state, where, passedAt, differences, because }: CheckReason, now: number): string {
  const ago = passedAt === null ? '' : agoWords(now - passedAt);
  switch (state) {
    case 'nothing-changed':
      return `${name}: up to date, nothing changed since it passed ${ago}.`;
    case 'restored':
      return `${name} would be restored from ${where ?? 'the cache'}: it passed ${ago} on the same inputs.`;
    case 'never-passed':
      return `${name} would run: no earlier pass is known here.`;
    case 'never-kept':
      return `${name} would run: its result is never cached.`;
    case 'waits':
      return `${name} would run if the output of ${names(because)} changes; nothing else changed since it passed ${ago}.`;
    case 'runs':
      return differences.length === 0
        ? `${name} would run: the outputs it made ${ago} are gone or were changed.`
        : `${name} would run. Since it passed ${ago}:`;
    default:
      return `${name}.`;
  }
}

function names(reasons: readonly CheckReason[]): string {
  return reasons.map(({ name }) => name).join(' or ');
}

function differenceLine({ part, name, before, now }: KeyDifference): string {
  const sign = before === null ? '+' : now === null ? '-' : '~';
  switch (part) {
    case 'input':
      return `${sign} ${printable(name)}`;
    case 'env':
      return before === null && now === null
        ? `~ variable ${name}: added to or removed from its variables`
        : `${sign} variable ${name}: ${before === null ? 'set now' : now === null ? 'not set any more' : 'another value'}`;
    case 'tool':
      return `${sign} ${name} ${before ?? 'not called'} → ${now ?? 'not called any more'}`;
    case 'need':
      return now === null ? `- no need of ${name}` : `${sign} the output of ${name} changed`;
    case 'place':
      return `~ where it runs: ${before} → ${now}`;
    case 'command':
      return `~ its ${name}: ${before} → ${now}`;
    case 'service':
    case 'output':
    case 'leaf':
      return `${sign} ${part} ${name}`;
    default:
      return `${sign} ${name}`;
  }
}

/** A path may have any letter in it, and a line break would look like another line. */
function printable(path: string): string {
  // oxlint-disable-next-line no-control-regex -- what is looked for are these.
  return /[\u0000-\u001f\u007f]/.test(path) ? JSON.stringify(path) : path;
}

/** The same as data. Of variables it says only whether they are set: a digest gives a short value away. */
export function whyDocument(reason: CheckReason): object {
  const { differences, because, ...rest } = reason;
  const mark = (value: string | null): string | null => (value === null ? null : 'set');
  return {
    ...rest,
    differences: differences.map((each) =>
      each.part === 'env' ? { ...each, before: mark(each.before), now: mark(each.now) } : each,
    ),
    because: because.map(whyDocument),
  };
}

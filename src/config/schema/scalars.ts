import { z } from 'zod';
import { closestName } from '../did-you-mean.ts';
import { FLY_REGIONS } from '../resolve/fly-sizes.ts';
import { parseDuration } from '../resolve/parse-duration.ts';
import { parseMemory } from '../resolve/parse-memory.ts';
import { parseSize } from '../resolve/parse-size.ts';
import { rule, type Problem } from './problem.ts';

/** `'45s'`, `'7d'`. */
export const duration: z.ZodString = rule(z.string(), (text) =>
  parseDuration(text) === null
    ? notA(text, 'a duration', 'Write a whole number and a unit, ms, s, m, h or d: 45s, 10m, 7d.')
    : null,
);

/** `'512mb'`, `'1gb'`. */
export const memory: z.ZodString = rule(z.string(), (text) =>
  parseMemory(text) === null
    ? notA(text, 'an amount of memory', 'Write a whole number and mb or gb: 256mb, 1gb.')
    : null,
);

/** `'500mb'`, `'5gb'`: a size on disk, of at least so many bytes. */
export function size(minBytes: number, minText: string): z.ZodString {
  return rule(z.string(), (text) => {
    const bytes = parseSize(text);
    if (bytes === null) return notA(text, 'a size', 'Write a whole number and mb, gb or tb: 500mb, 5gb.');
    return bytes >= minBytes ? null : notA(text, 'enough to keep anything', `Write ${minText} or more.`);
  });
}

/** `'45s'`, but not longer than a check may take. */
export function durationUpTo(maxMs: number, maxText: string): z.ZodString {
  return rule(duration, (text) =>
    (parseDuration(text) ?? 0) <= maxMs
      ? null
      : notA(text, 'a time to wait for it', `Write ${maxText} or less.`),
  );
}

/** A TCP port. */
export const port: z.ZodNumber = rule(z.number(), (value) =>
  Number.isInteger(value) && value >= 1 && value <= 65_535
    ? null
    : notA(value, 'a port', 'Write a whole number from 1 to 65535.'),
);

/** A whole number from `min` up. */
export function count(min: number): z.ZodNumber {
  return rule(z.number(), (value) =>
    Number.isInteger(value) && value >= min
      ? null
      : notA(value, `a whole number from ${min} up`, `Write ${min} or more, without a fraction.`),
  );
}

/** A whole number of a range. */
export function countOf(min: number, max: number, hint: string): z.ZodNumber {
  return rule(z.number(), (value) =>
    Number.isInteger(value) && value >= min && value <= max
      ? null
      : notA(value, `a whole number from ${min} to ${max}`, hint),
  );
}

/** A share of a hundred. */
export const percent: z.ZodNumber = rule(z.number(), (value) =>
  value >= 0 && value <= 100 ? null : notA(value, 'a share', 'Write percent, from 0 to 100.'),
);

/** How bad a finding is. */
export const severity: z.ZodType<string> = z.enum(['low', 'moderate', 'high', 'critical']);

/** A Fly region: three letters. One that is not known to this version is warned of by the rules, not here. */
export const region: z.ZodString = rule(z.string(), regionProblem);

/** Text with something in it. */
export const text: z.ZodString = rule(z.string(), (value) =>
  value.trim() === '' ? { says: 'is empty', hint: 'Write something, or leave the setting out.' } : null,
);

/** A list in which nothing stands twice. */
export function unique(item: z.ZodType): z.ZodType {
  return rule(z.array(item), (list) => {
    const twice = list.find((value, index) => list.indexOf(value) !== index);
    return twice === undefined
      ? null
      : { says: `names ${JSON.stringify(twice)} twice`, hint: 'Take one of the two out.' };
  });
}

/** Name of an environment variable. */
export const variableName: z.ZodString = rule(z.string(), variableNameProblem);

/** A variable that an app is given: not one of Fly's own. */
export const appVariableName: z.ZodString = rule(z.string(), (name) =>
  name.startsWith('FLY_')
    ? { says: 'begins with FLY_, which Fly keeps for its own variables', hint: 'Choose another name.' }
    : variableNameProblem(name),
);

/** A name from which names on platforms and branches are made: letters as DNS has them. */
export const slug: z.ZodString = rule(z.string(), (name) =>
  /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name)
    ? null
    : notA(
        name,
        'a name',
        'Use lowercase letters, digits and hyphens, starting with a letter: internal-api.',
      ),
);

/** The path of an HTTP request. */
export const httpPath: z.ZodString = rule(z.string(), (path) =>
  /^\/\S*$/.test(path) ? null : notA(path, 'a path', `Begin it with a slash: /${path.trim()}`),
);

/** An address that a browser could open. */
export const httpUrl: z.ZodString = rule(z.string(), (url) =>
  /^https?:\/\//.test(url) && URL.canParse(url)
    ? null
    : notA(url, 'an http address', 'Write it whole: https://example.com/'),
);

/** Signals that Fly can stop a machine with. */
export const signal: z.ZodType<string> = z.enum([
  'SIGABRT',
  'SIGALRM',
  'SIGFPE',
  'SIGHUP',
  'SIGILL',
  'SIGINT',
  'SIGKILL',
  'SIGPIPE',
  'SIGQUIT',
  'SIGSEGV',
  'SIGTERM',
  'SIGTRAP',
  'SIGUSR1',
  'SIGUSR2',
]);

/** The sentence for a value that is not what it should be. */
export function notA(value: unknown, what: string, hint: string): Problem {
  return { says: `is ${JSON.stringify(value)}, which is not ${what}`, hint };
}

function regionProblem(value: string): Problem | null {
  if (/^[a-z]{3}$/.test(value)) return null;
  const near = closestName(value, FLY_REGIONS);
  return notA(
    value,
    'a region',
    near === null ? 'Regions have three small letters: iad, fra.' : `Did you mean ${near}?`,
  );
}

function variableNameProblem(name: string): Problem | null {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? null
    : notA(name, 'the name of an environment variable', 'Use letters, digits and underscores: DATABASE_URL.');
}

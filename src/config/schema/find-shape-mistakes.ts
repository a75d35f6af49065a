import type { z } from 'zod';
import { pathText, valueAt, type ConfigPath } from '../config-path.ts';
import { nameHint } from '../did-you-mean.ts';
import type { Mistake } from '../mistake.ts';
import { knownKeysAt } from './known-keys.ts';
import type { Problem } from './problem.ts';
import { projectSchema } from './project-schema.ts';

type Issue = z.core.$ZodIssue;

/** Every way in which a config is not of the shape that the schema asks for, in the order of the schema. */
export function findShapeMistakes(config: unknown): Mistake[] {
  // One config is checked once, so compiling the schema first costs more than it saves. Said here and not with
  // z.config, which would come too late: a schema reads that when it is made.
  const result = projectSchema.safeParse(config, { jitless: true });
  return (result.error?.issues ?? []).flatMap((issue) => mistakesOf(issue, [], config));
}

function mistakesOf(issue: Issue, base: ConfigPath, config: unknown): Mistake[] {
  const path = [...base, ...(issue.path as ConfigPath)];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, config));
  if (issue.code === 'invalid_union') return unionMistakes(issue, path, config);
  if (issue.code === 'invalid_type') return [wrongType(issue, path, config)];
  if (issue.code === 'invalid_value') return [wrongChoice(issue.values.map(String), path, config)];
  if (issue.code === 'invalid_key') {
    return issue.issues.flatMap((inner) => mistakesOf({ ...inner, path: [] }, path, config));
  }
  return [customMistake(issue, path)];
}

function unknownKey(key: string, path: ConfigPath, config: unknown): Mistake {
  return {
    code: 'CONFIG_UNKNOWN_KEY',
    path: [...path, key],
    atKey: true,
    message: `${subject(path)} has no setting ${key}.`,
    hint: nameHint(key, knownKeysAt(projectSchema, config, path), 'settings'),
  };
}

/** Of the branches of a union, the one that was meant: that takes the value's type and only minds what is in it. */
function unionMistakes(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: ConfigPath,
  config: unknown,
): Mistake[] {
  const value = valueAt(config, path);
  if (issue.errors.length === 0) {
    // A builder was not called: there is no discriminator that could say what was meant.
    return [
      {
        code: 'CONFIG_WRONG_TYPE',
        path: path.slice(0, -1),
        message: `${subject(path.slice(0, -1))} is not made by one of the functions for it.`,
        hint: issue.message,
      },
    ];
  }
  const meant = issue.errors.filter((branch) => !branch.some(isWholeTypeWrong));
  const [chosen] = meant;
  if (chosen !== undefined) return chosen.flatMap((inner) => mistakesOf(inner, path, config));
  const wrong = issue.errors.flatMap((branch) => branch.filter(isWholeTypeWrong));
  const expected = [...new Set(wrong.map(expectation))].join(' or ');
  return [
    {
      code: 'CONFIG_WRONG_TYPE',
      path,
      message: `${subject(path)} is ${describe(value)}, but must be ${expected}.`,
      hint: typeHint(wrong, value),
    },
  ];
}

function isWholeTypeWrong(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_type') return typeWords(issue.expected);
  return issue.code === 'invalid_value' ? issue.values.map((value) => `'${String(value)}'`).join(' or ') : '';
}

function wrongType(
  issue: Extract<Issue, { code: 'invalid_type' }>,
  path: ConfigPath,
  config: unknown,
): Mistake {
  const { expected } = issue;
  const value = valueAt(config, path);
  if (value === undefined) {
    return {
      code: 'CONFIG_MISSING_KEY',
      path,
      message: `${subject(path.slice(0, -1))} needs the setting ${String(path.at(-1))}.`,
      hint: `Add it: ${String(path.at(-1))}: ${example(expected)}`,
    };
  }
  return {
    code: 'CONFIG_WRONG_TYPE',
    path,
    message: `${subject(path)} is ${describe(value)}, but must be ${typeWords(expected)}.`,
    hint:
      path.length === 0 ? 'Export a project: export default defineProject({ … })' : typeHint([issue], value),
  };
}

/** What to write instead: what the schema says of its functions, else what the type of the value suggests. */
function typeHint(issues: readonly Issue[], value: unknown): string {
  const words = issues.map((issue) => issue.message).find((message) => message.startsWith('Write '));
  if (words !== undefined) return words;
  const takes = (type: string): boolean =>
    issues.some((issue) => issue.code === 'invalid_type' && issue.expected === type);
  if (takes('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    return `Put it in quotes: '${value}'`;
  }
  if (takes('array') && typeof value === 'string') return `Put it in brackets: ['${value}']`;
  const values = issues.flatMap((issue) => (issue.code === 'invalid_value' ? issue.values.map(String) : []));
  if (values.length > 0 && typeof value === 'string') return nameHint(value, values, 'values');
  const types = issues.flatMap((issue) => (issue.code === 'invalid_type' ? [example(issue.expected)] : []));
  return `Write ${types.join(' or ')}.`;
}

function example(expected: string): string {
  switch (expected) {
    case 'string':
      return "'…'";
    case 'array':
      return '[…]';
    case 'object':
    case 'record':
      return '{ … }';
    case 'boolean':
      return 'true';
    default:
      return '1';
  }
}

function wrongChoice(values: readonly string[], path: ConfigPath, config: unknown): Mistake {
  const value = valueAt(config, path);
  return {
    code: 'CONFIG_INVALID_VALUE',
    path,
    message: `${subject(path)} is ${describe(value)}, which is not possible there.`,
    hint:
      typeof value === 'string' ? nameHint(value, values, 'values') : `Known values: ${values.join(', ')}.`,
  };
}

function customMistake(issue: Issue, path: ConfigPath): Mistake {
  const problem = (issue.code === 'custom' ? issue.params : undefined) as Problem | undefined;
  return {
    code: problem?.code ?? 'CONFIG_INVALID_VALUE',
    path,
    message: `${subject(path)} ${problem?.says ?? `is not possible: ${issue.message}`}.`,
    hint: problem?.hint,
  };
}

function subject(path: ConfigPath): string {
  return path.length === 0 ? 'The project' : pathText(path);
}

function typeWords(expected: string): string {
  switch (expected) {
    case 'string':
      return 'text';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'an object';
    case 'boolean':
      return 'true or false';
    default:
      return `a ${expected}`;
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'function') return 'a function that was not called';
  if (typeof value === 'number' || typeof value === 'boolean') return `the ${typeof value} ${value}`;
  return typeof value === 'string' ? JSON.stringify(value) : `a ${typeof value}`;
}

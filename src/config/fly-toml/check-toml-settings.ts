import type { z } from 'zod';
import { pathText, valueAt, isRecord, type ConfigPath } from '../config-path.ts';
import type { AppOverrides } from '../definition/app-definition.ts';
import { nameHint } from '../did-you-mean.ts';
import type { Mistake } from '../mistake.ts';
import { appOverridesSchema } from '../schema/app-schema.ts';
import type { Problem } from '../schema/problem.ts';
import { PORT_STAND_IN } from './read-service.ts';
import { sourceOf } from './source-of.ts';
import type { TomlDraft } from './toml-draft.ts';
import { tomlMistake } from './toml-problem.ts';

type Issue = z.core.$ZodIssue;

/** How Fly calls the settings that must not be missing where there is anything around them. */
const KEY_OF_MISSING: Readonly<Record<string, string>> = {
  'volume.name': 'source',
  'volume.path': 'destination',
};

/**
 * The settings that were read, held against the schema of the config: what it would not take is a mistake in the
 * fly.toml, and left out, so that nothing else is called wrong because of it.
 */
export function checkTomlSettings(draft: TomlDraft): {
  readonly settings: AppOverrides;
  readonly mistakes: readonly Mistake[];
} {
  const written = draft.settings.reduce<object>(
    (settings, { path, value }) => withValue(settings, path, value),
    {},
  );
  const issues = appOverridesSchema.safeParse(written, { jitless: true }).error?.issues ?? [];
  const wrong = new Set(issues.map(({ path }) => path[0]));
  const right = Object.entries(written).filter(([key]) => !wrong.has(key));
  const settings = wrong.has('port') ? [...right, ['port', PORT_STAND_IN] as const] : right;
  return {
    settings: Object.fromEntries(settings),
    mistakes: issues.map((issue) => mistakeOf(issue, written, draft)),
  };
}

/** Computed keys, and no assignment: a variable may be called __proto__. */
function withValue(target: object, path: ConfigPath, value: unknown): object {
  const [key = '', ...rest] = path;
  const before: unknown = Object.hasOwn(target, key) ? (target as Record<string, unknown>)[key] : undefined;
  return {
    ...target,
    [key]: rest.length === 0 ? value : withValue(isRecord(before) ? before : {}, rest, value),
  };
}

function mistakeOf(issue: Issue, written: object, draft: TomlDraft): Mistake {
  const path = issue.path as ConfigPath;
  const from = sourceOf(draft, path);
  if (issue.code === 'invalid_key') {
    const [inner] = issue.issues;
    return mistakeOf({ ...inner, path } as Issue, written, draft);
  }
  if (issue.code === 'invalid_value') {
    const value = valueAt(written, path);
    const says = `is ${JSON.stringify(value)}, which is not possible there`;
    const hint = nameHint(String(value), issue.values.map(String), 'values');
    return tomlMistake('CONFIG_INVALID_VALUE', from, says, hint);
  }
  const missing = KEY_OF_MISSING[path.join('.')];
  if (missing !== undefined && valueAt(written, path) === undefined) {
    const table = from.slice(0, -1);
    const message = `${pathText(table)} needs the key ${missing}.`;
    return { code: 'CONFIG_MISSING_KEY', path: table, message, hint: `Add it: ${missing} = "…"` };
  }
  const problem = (issue.code === 'custom' ? issue.params : undefined) as Problem | undefined;
  const says = problem?.says ?? `is not possible: ${issue.message}`;
  return tomlMistake('CONFIG_INVALID_VALUE', from, says, problem?.hint ?? 'Correct it.');
}

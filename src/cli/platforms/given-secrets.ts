import { nameHint } from '../../config/did-you-mean.ts';
import { Secret } from '../../diagnostics/secret.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { WantedEnvironment } from '../../plan/github-setup/wanted-settings.ts';

/** A value for a secret of one environment. */
export interface GivenSecretValue {
  readonly environment: string;
  readonly name: string;
  readonly value: Secret;
}

/** What was typed: `--set`, and what came by standard input with `--secrets-from-stdin`. */
export interface TypedSecrets {
  /** `NAME`, `environment:NAME`, or `*:NAME` for each that needs it. */
  readonly set: readonly string[];
  /** Null where it was not asked for. */
  readonly lines: string | null;
}

/** From where a value of `--set` comes. */
export interface SecretSources {
  /** A variable of the environment of this process. */
  readonly read: (name: string) => string | undefined;
  /** Standard input as a whole, for the one value that no variable has; null where a person sits there. */
  readonly input: (() => Promise<string>) | null;
}

/** Every value with the environment that it is for. Throws CLI_USAGE and SECRET_MISSING. */
export async function givenSecrets(
  wanted: readonly WantedEnvironment[],
  typed: TypedSecrets,
  sources: SecretSources,
): Promise<readonly GivenSecretValue[]> {
  const fromLines = typed.lines === null ? [] : parseLines(typed.lines);
  // A name that nothing needs is said before anybody is asked for its value.
  for (const key of typed.set) placesOf(wanted, key);
  const fromSet: [string, string][] = [];
  for (const key of typed.set) fromSet.push([key, await valueOf(key, typed, sources)]);
  return [...fromLines, ...fromSet].flatMap(([key, value]) =>
    placesOf(wanted, key).map((place) => ({ ...place, value: new Secret(value) })),
  );
}

async function valueOf(
  key: string,
  { set, lines }: TypedSecrets,
  { read, input }: SecretSources,
): Promise<string> {
  const name = key.slice(key.indexOf(':') + 1);
  const value = read(name) ?? '';
  if (value !== '') return value;
  if (set.length === 1 && lines === null && input !== null) {
    const given = (await input()).replace(/\r?\n$/, '');
    if (given !== '') return given;
  }
  throw new ToolError(
    'SECRET_MISSING',
    `There is no value for the secret ${name}: no variable of that name is set.`,
    {
      hint: `Set it, or hand it over: … | glidepath github setup --set ${key}`,
    },
  );
}

/** The environments that a key is for. A name that several need says which: a token of one is not used for another. */
function placesOf(
  wanted: readonly WantedEnvironment[],
  key: string,
): { readonly environment: string; readonly name: string }[] {
  const colon = key.indexOf(':');
  const asked = colon === -1 ? null : key.slice(0, colon);
  const name = key.slice(colon + 1);
  const users = wanted.filter(({ secrets }) => secrets.some((secret) => secret.name === name));
  if (users.length === 0) {
    const known = [...new Set(wanted.flatMap(({ secrets }) => secrets.map((secret) => secret.name)))];
    throw new ToolError('CLI_USAGE', `No environment of this project needs a secret ${name}.`, {
      hint: nameHint(name, known, 'secrets'),
    });
  }
  if (asked === '*') return users.map(({ name: environment }) => ({ environment, name }));
  if (asked === null && users.length > 1) {
    throw new ToolError(
      'CLI_USAGE',
      `The secret ${name} is needed by ${users.map((user) => user.name).join(' and ')}: say for which it is.`,
      {
        hint: `Write ${users[0]?.name ?? ''}:${name}, or *:${name} for all of them.`,
      },
    );
  }
  const environment = asked === null ? users[0] : users.find((user) => user.name === asked);
  if (environment !== undefined) return [{ environment: environment.name, name }];
  throw new ToolError('CLI_USAGE', `${asked ?? ''} needs no secret ${name}.`, {
    hint: nameHint(
      asked ?? '',
      users.map((user) => user.name),
      'environments that need it',
    ),
  });
}

/** `NAME=value` or `environment:NAME=value`, a line each; or the same as one JSON object, for values of several lines. */
function parseLines(text: string): [string, string][] {
  if (text.trimStart().startsWith('{')) return parseObject(text);
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [, key, value] = /^\s*((?:[^\s=:]+:)?[A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined || value === '') throw badLine(`line ${index + 1}`);
    return [[key, unquoted(value)]];
  });
}

function parseObject(text: string): [string, string][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // What it says is not shown: there are secrets in it.
    throw badLine('the JSON document');
  }
  return Object.entries(parsed as Record<string, unknown>).map(([key, value]) => {
    if (typeof value !== 'string' || value === '') throw badLine(`the value of ${key}`);
    return [key, value];
  });
}

/** As in a file of variables: in quotes, and in double ones with `\n`. */
function unquoted(value: string): string {
  const [, double, single] = /^(?:"(.*)"|'(.*)')\s*$/.exec(value) ?? [];
  if (double !== undefined) return double.replaceAll(String.raw`\n`, '\n').replaceAll(String.raw`\"`, '"');
  return single ?? value;
}

function badLine(where: string): ToolError {
  return new ToolError('CLI_USAGE', `Standard input holds no secrets: ${where} is not as it should be.`, {
    hint: 'A line for each: NAME=value, or environment:NAME=value',
  });
}

import { expect, test } from 'vitest';
import type { WantedEnvironment } from '../../plan/github-setup/wanted-settings.ts';
import { givenSecrets, type SecretSources, type TypedSecrets } from './given-secrets.ts';

function wants(name: string, ...secrets: string[]): WantedEnvironment {
  return {
    name,
    because: `environments.${name}`,
    refs: { branches: [], tags: [] },
    review: null,
    secrets: secrets.map((secret) => ({ name: secret, purpose: 'x', isKey: true })),
  };
}

const WANTED = [
  wants('staging', 'FLY_API_TOKEN', 'STAGING_URL'),
  wants('production', 'FLY_API_TOKEN', 'DATABASE_URL'),
];

async function given(typed: Partial<TypedSecrets>, sources: Partial<SecretSources> = {}): Promise<string[]> {
  const all = await givenSecrets(
    WANTED,
    { set: [], lines: null, ...typed },
    { read: () => undefined, input: null, ...sources },
  );
  return all.map(({ environment, name, value }) => `${environment} ${name} ${value.reveal()}`);
}

test('lines name a secret, and its environment where several need it', async () => {
  const lines = [
    '# from the password manager',
    'STAGING_URL=https://a.example/?x=y',
    'production:FLY_API_TOKEN="fo1_\\n\\"x\\""',
    "staging:FLY_API_TOKEN='one'",
    '',
  ].join('\n');
  expect(await given({ lines })).toEqual([
    'staging STAGING_URL https://a.example/?x=y',
    'production FLY_API_TOKEN fo1_\n"x"',
    'staging FLY_API_TOKEN one',
  ]);
});

test('a JSON object says the same, and an asterisk means all that need it', async () => {
  const lines = JSON.stringify({ '*:FLY_API_TOKEN': 'one', DATABASE_URL: 'a\nb' });
  expect(await given({ lines })).toEqual([
    'staging FLY_API_TOKEN one',
    'production FLY_API_TOKEN one',
    'production DATABASE_URL a\nb',
  ]);
});

test('--set takes the variable of that name, or what is piped in when it is the only one', async () => {
  const read = (name: string): string | undefined => (name === 'DATABASE_URL' ? 'postgres://x' : undefined);
  expect(await given({ set: ['DATABASE_URL'] }, { read })).toEqual(['production DATABASE_URL postgres://x']);
  const input = async (): Promise<string> => 'https://b.example\n';
  expect(await given({ set: ['staging:STAGING_URL'] }, { input })).toEqual([
    'staging STAGING_URL https://b.example',
  ]);
  await expect(given({ set: ['STAGING_URL', 'DATABASE_URL'] }, { input })).rejects.toMatchObject({
    code: 'SECRET_MISSING',
    hint: 'Set it, or hand it over: … | glidepath github setup --set STAGING_URL',
  });
});

const VALUE = 'hunter2-hunter2';
test.each<[Partial<TypedSecrets>, string, RegExp, string]>([
  [
    { lines: `FLY_API_TOKEN=${VALUE}` },
    'CLI_USAGE',
    /^The secret FLY_API_TOKEN is needed by staging and production/,
    'Write staging:FLY_API_TOKEN, or *:FLY_API_TOKEN for all of them.',
  ],
  [
    { lines: `FLY_API_TOKN=${VALUE}` },
    'CLI_USAGE',
    /needs a secret FLY_API_TOKN\.$/,
    'Did you mean FLY_API_TOKEN?',
  ],
  [
    { lines: `staging:DATABASE_URL=${VALUE}` },
    'CLI_USAGE',
    /^staging needs no secret DATABASE_URL\.$/,
    'Known environments that need it: production.',
  ],
  [
    { lines: `\n${VALUE}` },
    'CLI_USAGE',
    /: line 2 is not as it should be\.$/,
    'A line for each: NAME=value, or environment:NAME=value',
  ],
  [
    { lines: 'DATABASE_URL=' },
    'CLI_USAGE',
    /: line 1 /,
    'A line for each: NAME=value, or environment:NAME=value',
  ],
  [
    { lines: `{"DATABASE_URL": "${VALUE}"` },
    'CLI_USAGE',
    /: the JSON document /,
    'A line for each: NAME=value, or environment:NAME=value',
  ],
  [
    { lines: '{"DATABASE_URL": 5}' },
    'CLI_USAGE',
    /: the value of DATABASE_URL /,
    'A line for each: NAME=value, or environment:NAME=value',
  ],
])('%o is refused, and no value is shown', async (typed, code, message, hint) => {
  const error = await given(typed).then(
    () => expect.fail('was taken'),
    (error: unknown) => error as Error & { code: string; hint: string },
  );
  expect([error.code, error.hint]).toEqual([code, hint]);
  expect(error.message).toMatch(message);
  expect(`${error.stack}${error.hint}${JSON.stringify(error)}`).not.toContain(VALUE);
});

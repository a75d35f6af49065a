import { expect, test } from 'vitest';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { namingEnvironment } from './naming-environment.ts';

const fails = (error: Error, database: string | null = null): Promise<never> =>
  namingEnvironment({ environment: 'staging', database }, async () => {
    throw error;
  });

test('the hints of a platform name the environment, and nothing else of the error changes', async () => {
  const cause = new Error('404');
  const error = new ToolError('PROVIDER_NOT_FOUND', 'It is not there.', {
    hint: 'Deploy to create it: glidepath deploy <environment>',
    retry: 'safe',
    output: ['a line'],
    cause,
  });
  await expect(fails(error)).rejects.toMatchObject({
    code: 'PROVIDER_NOT_FOUND',
    message: 'It is not there.',
    hint: 'Deploy to create it: glidepath deploy staging',
    retry: 'safe',
    output: ['a line'],
    cause,
  });
});

test('the database that was typed is named too, in the commands that are about one', async () => {
  const hint = 'See it: glidepath db restore <environment>, or glidepath deploy <environment>';
  await expect(fails(new ToolError('PROVIDER_NOT_FOUND', 'no', { hint }), 'ledger')).rejects.toMatchObject({
    hint: 'See it: glidepath db restore staging --database ledger, or glidepath deploy staging',
  });
});

test('an error without such a hint is passed on as it is', async () => {
  for (const error of [new ToolError('CLI_USAGE', 'no', { hint: 'Look.' }), new TypeError('a bug')])
    await expect(fails(error)).rejects.toBe(error);
});

import { expect, test } from 'vitest';
import { ToolError } from '../diagnostics/tool-error.ts';
import { withOwnCommands } from './own-commands.ts';

const AT = { environment: 'staging', app: 'web' };

async function thrown(error: Error): Promise<unknown> {
  try {
    return await withOwnCommands(AT, async () => {
      throw error;
    });
  } catch (caught) {
    return caught;
  }
}

test('a hint with a command of the platform names ours, and the error is the same otherwise', async () => {
  const error = new ToolError('DEPLOY_UNHEALTHY', 'No luck.', {
    hint: 'Read what it printed: fly logs -a shop-staging --machine 91857',
    output: ['last line'],
    retry: 'safe',
  });
  expect(await thrown(error)).toMatchObject({
    code: 'DEPLOY_UNHEALTHY',
    message: 'No luck.',
    hint: 'Read what it printed: glidepath logs staging web',
    output: ['last line'],
    retry: 'safe',
    cause: error,
  });
  const looked = new ToolError('DEPLOY_NOT_CONVERGED', 'Gone.', { hint: 'fly machine status 9 -a shop' });
  expect(await thrown(looked)).toMatchObject({ hint: 'glidepath status staging' });
});

test('other hints and other errors come out as they are', async () => {
  const other = new ToolError('PROVIDER_QUOTA', 'Full.', { hint: 'fly orgs list' });
  const bug = new TypeError('undefined is not a function');
  expect(await thrown(other)).toBe(other);
  expect(await thrown(bug)).toBe(bug);
});

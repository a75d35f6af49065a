import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { withPrompt } from './prompt.ts';

function streams(typed: string): { input: PassThrough; output: PassThrough } {
  const input = new PassThrough();
  input.write(typed);
  return { input, output: new PassThrough() };
}

test('an answer is taken without the space around it, and an empty one is what was offered', async () => {
  const { input, output } = streams('  shop \n\n');
  const answers = await withPrompt({ input, output }, async (ask) => [
    await ask('Name?', 'x'),
    await ask('Organization?', 'personal'),
  ]);
  expect(answers).toEqual(['shop', 'personal']);
  expect(String(output.read())).toBe('Name? [x] Organization? [personal] ');
});

test('an input that ends ends the command', async () => {
  const { input, output } = streams('');
  input.end();
  await expect(withPrompt({ input, output }, (ask) => ask('Name?', 'x'))).rejects.toMatchObject({
    code: 'RUN_INTERRUPTED',
    message: 'The question was not answered; nothing was written.',
  });
});

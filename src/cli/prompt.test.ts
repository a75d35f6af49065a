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
    message: 'The question was not answered; nothing was changed.',
  });
});

test('an interrupt ends the question, before it is asked or while it waits for its answer', async () => {
  const { input, output } = streams('');
  const controller = new AbortController();
  const asked = withPrompt({ input, output, interrupt: controller.signal }, (ask) => ask('Sure?', null));
  expect(String(output.read())).toBe('Sure? ');
  controller.abort();
  await expect(asked).rejects.toMatchObject({ code: 'RUN_INTERRUPTED' });
  await expect(
    withPrompt({ ...streams('yes\n'), interrupt: controller.signal }, (ask) => ask('Sure?', null)),
  ).rejects.toMatchObject({ code: 'RUN_INTERRUPTED' });
});

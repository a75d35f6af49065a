import { expect, test } from 'vitest';
import { describeProgram } from '../../src/cli/program/program.ts';
import { renderCommandReference } from '../../src/cli/views/project/command-reference.ts';

test('docs/reference/cli.md lists every command as it is', async () => {
  const program = describeProgram(
    () => {
      throw new Error('no command is run here');
    },
    () => undefined,
  );
  await expect(renderCommandReference(program)).toMatchFileSnapshot('../../docs/reference/cli.md');
});

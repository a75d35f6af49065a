import { expect, test } from 'vitest';
import { renderDockerRules } from '../../src/security/dockerfile/docker-rule-reference.ts';

test('docs/reference/dockerfile-rules.md says what every rule finds, and what to write instead', async () => {
  await expect(renderDockerRules()).toMatchFileSnapshot('../../docs/reference/dockerfile-rules.md');
});

import { afterEach, expect, test, vi } from 'vitest';
import { resolvedCheck } from '../../../../test/support/projects.ts';
import { processOutput } from '../../output.ts';
import { checksView } from './checks-view.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('what is said beside a picture that is being drawn comes below it', () => {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(`picture ${String(text)}`) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const output = Object.create(processOutput({ json: false }), { isTty: { value: true } }) as ReturnType<
    typeof processOutput
  >;
  const view = checksView({ output, isActions: false, isVerbose: false, now: () => 0 });
  const check = resolvedCheck('lint');
  const plan = { selected: [{ check, preparesFor: [], after: [] }], leftOut: [] };
  view.onEvent({ type: 'planned', at: 0, plan, capacity: 1 });
  output.error('The shared cache does not answer.\n');
  output.error('It is left alone.\n');
  expect(written).toEqual([]);
  view[Symbol.dispose]();
  expect(written).toEqual([
    expect.stringContaining('lint'),
    'The shared cache does not answer.\n',
    'It is left alone.\n',
  ]);
  output.error('At once.\n');
  expect(written.at(-1)).toBe('At once.\n');
});

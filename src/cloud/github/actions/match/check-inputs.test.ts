import { expect, test } from 'vitest';
import type { InputDeclaration } from '../model/trigger.ts';
import { checkInputs } from './check-inputs.ts';

const input = (name: string, rest: Partial<InputDeclaration> = {}): InputDeclaration => ({
  name,
  type: 'string',
  required: false,
  options: [],
  line: 1,
  column: 1,
  ...rest,
});
const DECLARED = [
  input('ref', { required: true }),
  input('dry', { type: 'boolean', default: { value: true, line: 1, column: 1 } }),
  input('action', { type: 'choice', options: ['deploy', 'rollback'] }),
  input('count', { type: 'number' }),
];

test('types what was given as text, and fills in what was not', () => {
  expect(checkInputs(DECLARED, { ref: 'main', Count: '3' })).toEqual({
    inputs: { ref: 'main', dry: true, action: '', count: 3 },
    asText: { ref: 'main', dry: 'true', action: '', count: '3' },
  });
  expect(checkInputs(DECLARED, { ref: ' ', dry: false, action: 'deploy' })).toMatchObject({
    inputs: { ref: ' ', dry: false, action: 'deploy' },
  });
});

test('says everything that is wrong at once', () => {
  const verdict = checkInputs(DECLARED, { dry: 'perhaps', action: 'destroy', count: 'many', extra: 1 });
  expect(verdict).toEqual({
    mistakes: [
      'Unexpected inputs provided: ["extra"]',
      "Required input 'ref' not provided",
      "Provided value 'perhaps' for input 'dry' is not a boolean",
      "Provided value 'destroy' for input 'action' not in the list of allowed values: deploy, rollback",
      "Provided value 'many' for input 'count' is not a number",
    ],
  });
});

test('refuses more than GitHub takes', () => {
  expect(checkInputs(DECLARED, { ref: 'x'.repeat(70_000) })).toEqual({
    mistakes: ['inputs are too large: at most 65535 characters'],
  });
});

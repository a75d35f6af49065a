import { expect, test } from 'vitest';
import { NeonDocument } from '../support/neon-openapi.ts';

const document = new NeonDocument();

const OPERATION = {
  id: 'a07f8772-1877-4da9-a939-3a3ae62d1d8d',
  project_id: 'late-lake-12345678',
  action: 'create_branch',
  status: 'finished',
  failures_count: 0,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  total_duration_ms: 5,
};

test.each([
  ['GET', '/projects/p/operations', 200, { operations: [OPERATION] }, null],
  [
    'GET',
    '/projects/p/operations',
    200,
    { operations: [{ ...OPERATION, action: 'guess' }] },
    /action: must be equal/,
  ],
  [
    'GET',
    '/projects/p/operations',
    200,
    { operations: [{ ...OPERATION, id: 'x' }] },
    /id: must match format "uuid"/,
  ],
  [
    'GET',
    '/projects/p/operations',
    200,
    { operations: [{ ...OPERATION, created_at: 'now' }] },
    /format "date-time"/,
  ],
  [
    'GET',
    '/projects/p/operations',
    200,
    { operations: [{ ...OPERATION, colour: 1 }] },
    /colour: unknown field/,
  ],
  ['GET', '/projects/p/operations', 200, {}, /required property 'operations'/],
  ['GET', '/projects/p/operations?colour=1', 200, { operations: [] }, /query colour: unknown/],
  ['GET', '/projects/p/operations', 423, { code: '', message: 'locked' }, null],
  ['GET', '/projects/p/operations', 423, { error: 'locked' }, /required property/],
  ['GET', '/projects/p/nothing', 200, {}, /no such route/],
  ['DELETE', '/projects/p/branches/b', 204, null, null],
  ['DELETE', '/projects/p/branches/b', 202, null, /status unknown/],
] as const)('%s %s %i is judged by the document', (method, path, status, responseBody, problem) => {
  const found = document.differences({ method, path, requestBody: null, status, responseBody });
  if (problem === null) expect(found).toEqual([]);
  else expect(found.join('\n')).toMatch(problem);
});

test('a request is judged, too, unless it was refused', () => {
  const asked = {
    method: 'POST',
    path: '/projects/p/branches',
    requestBody: { branch: { name: 5, colour: 1 } },
  };
  const refused = document.differences({ ...asked, status: 400, responseBody: { code: '', message: 'no' } });
  expect(refused).toEqual([]);
  const answered = document.differences({ ...asked, status: 201, responseBody: {} });
  expect(answered).toEqual(
    expect.arrayContaining([
      'POST /projects/{project_id}/branches request /branch/name: must be string',
      'POST /projects/{project_id}/branches request /branch/colour: unknown field',
      "POST /projects/{project_id}/branches 201 /: must have required property 'branch'",
    ]),
  );
});

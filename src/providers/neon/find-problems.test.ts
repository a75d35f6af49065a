import { describe, expect, test } from 'vitest';
import { inTime, neonAnswering, type NeonAnswers } from '../../../test/support/neon-answers.ts';
import { neonBranch, neonProject } from '../../../test/support/neon-shapes.ts';
import { testNeonDatabase } from '../../../test/support/test-database.ts';
import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { createNeonReader } from './neon-platform.ts';
import type { NeonBranch, NeonProject } from './wire-types.ts';

const MAIN = neonBranch('production', { default: true });
const STAGING = neonBranch('staging', { parent_id: MAIN.id });

/** Neon with one project, these branches, and on each of them one database and two roles. */
function shop(branches: readonly NeonBranch[], project: NeonProject = neonProject()): NeonAnswers {
  const at = `/projects/${project.id}`;
  return {
    'GET /projects': { projects: [project] },
    [`GET ${at}`]: { project },
    [`GET ${at}/branches`]: { branches },
    ...Object.fromEntries(
      branches.flatMap(({ id }) => [
        [`GET ${at}/branches/${id}/databases`, { databases: [{ name: 'shop', owner_name: 'shop_owner' }] }],
        [`GET ${at}/branches/${id}/roles`, { roles: [{ name: 'shop_owner' }, { name: 'web' }] }],
      ]),
    ),
  };
}

async function problems(answers: NeonAnswers, database: ResolvedDatabase): Promise<readonly Diagnostic[]> {
  const { options, clock, calls } = neonAnswering(answers);
  const found = await inTime(clock, createNeonReader(options).findProblems([database]));
  expect(calls.filter(({ method }) => method !== 'GET')).toEqual([]);
  return found;
}

test('a branch that stands, or that a deployment makes, is no problem', async () => {
  expect(await problems(shop([MAIN, STAGING]), testNeonDatabase())).toEqual([]);
  expect(await problems(shop([MAIN]), testNeonDatabase())).toEqual([]);
  expect(await problems({ 'GET /projects': { projects: [] } }, testNeonDatabase())).toEqual([]);
});

test('a project that is written by an id of Neon’s and is not there cannot be made', async () => {
  const database = testNeonDatabase({ project: 'late-frost-12345678' });
  expect(await problems({ 'GET /projects': { projects: [] } }, database)).toMatchObject([
    { code: 'PROVIDER_NOT_FOUND', path: 'databases.main.project' },
  ]);
});

test('two projects of one name are not told apart by guessing', async () => {
  const answers = {
    'GET /projects': { projects: [neonProject(), neonProject({ id: 'late-frost-12345678' })] },
  };
  const [problem] = await problems(answers, testNeonDatabase());
  expect(problem).toMatchObject({ code: 'PROVIDER_CONFLICT', path: 'databases.main.project' });
  expect(problem?.hint).toContain('shiny-wind-02883412');
});

describe('the key', () => {
  test.each([
    [401, /Neon refused GET on the projects/, /does not know the key NEON_API_KEY/],
    [403, /Neon refused GET on the projects/, /NEON_API_KEY lacks the right to read/],
  ])('refused with %i is said with its name', async (status, message, hint) => {
    const answers = { 'GET /projects': { status, body: { code: '', message: 'no' } } };
    expect(await problems(answers, testNeonDatabase())).toMatchObject([
      {
        code: 'PROVIDER_UNAUTHORIZED',
        path: 'databases.main.token',
        message: expect.stringMatching(message) as string,
        hint: expect.stringMatching(hint) as string,
      },
    ]);
  });

  test('of several organizations asks for one', async () => {
    const body = {
      code: '',
      message: 'org_id is required, you can find it on your organization settings page',
    };
    const found = await problems({ 'GET /projects': { status: 400, body } }, testNeonDatabase());
    expect(found).toMatchObject([{ path: 'databases.main.org' }]);
  });
});

test('a parent that is not there is named with a near one', async () => {
  const database = testNeonDatabase({}, { parent: 'prodction' });
  expect(await problems(shop([MAIN]), database)).toMatchObject([
    { code: 'PROVIDER_NOT_FOUND', path: 'databases.main.parent', hint: 'Did you mean production?' },
  ]);
  expect(await problems(shop([MAIN, STAGING]), database)).toEqual([]);
});

test('a role and a database that are not there are both said', async () => {
  const database = testNeonDatabase({}, { role: 'wbe', databaseName: 'shp' });
  expect(await problems(shop([MAIN, STAGING]), database)).toMatchObject([
    { path: 'databases.main.databaseName', hint: 'Did you mean shop?' },
    { path: 'databases.main.role', hint: 'Did you mean web?' },
  ]);
});

test('a branch that goes with its environment and cannot be deleted is said before it is used', async () => {
  const own = testNeonDatabase({ platformName: 'production', ephemeral: true });
  expect(await problems(shop([MAIN]), own)).toMatchObject([
    { code: 'PROVIDER_CONFLICT', path: 'databases.main.branches' },
  ]);
  const kept = neonBranch('staging', { protected: true });
  expect(await problems(shop([MAIN, kept]), testNeonDatabase({ ephemeral: true }))).toMatchObject([
    { message: expect.stringContaining('it is protected') as string },
  ]);
  expect(await problems(shop([MAIN, kept]), testNeonDatabase())).toEqual([]);
});

test('no room for a branch is an error, none for a restore point a warning', async () => {
  const full = neonProject({ owner: { branches_limit: 2 } });
  const other = neonBranch('other');
  expect(await problems(shop([MAIN, other], full), testNeonDatabase())).toMatchObject([
    { severity: 'error', code: 'PROVIDER_QUOTA', path: 'databases.main.project' },
  ]);
  const keeping = testNeonDatabase({ restorePoints: { keep: 3, forMs: 1 } });
  expect(await problems(shop([MAIN, STAGING], full), keeping)).toMatchObject([
    { severity: 'warning', code: 'PROVIDER_QUOTA', path: 'databases.main.restorePoints' },
  ]);
});

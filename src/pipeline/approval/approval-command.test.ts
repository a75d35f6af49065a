import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandText, readCommand } from './approval-command.ts';

const COMMIT = '1a2b3c4';
const PLAN = '3f2a9c1d07';

describe('a command in a comment', () => {
  test('is its first line, whatever is written below', () => {
    const approve = { kind: 'approve', environment: 'production', commit: COMMIT, plan: PLAN };
    expect(readCommand(`/glidepath approve production ${COMMIT} ${PLAN}`)).toEqual(approve);
    expect(readCommand(`/glidepath approve production ${COMMIT} ${PLAN}  \r\n\r\nLooks good.`)).toEqual(
      approve,
    );
    expect(readCommand(`/Glidepath APPROVE production 1A2B3C4 3F2A9C1D07`)).toEqual(approve);
    expect(readCommand(`/glidepath reject production ${COMMIT} ${PLAN}`)).toMatchObject({ kind: 'reject' });
    expect(readCommand('/glidepath')).toEqual({ kind: 'help' });
    expect(readCommand('/glidepath help')).toEqual({ kind: 'help' });
  });

  test.each([
    ['quoted', `> /glidepath approve production ${COMMIT} ${PLAN}`],
    ['in a fence', `\`\`\`\n/glidepath approve production ${COMMIT} ${PLAN}\n\`\`\``],
    ['in letters of one width', `\`/glidepath approve production ${COMMIT} ${PLAN}\``],
    ['indented as code', `    /glidepath approve production ${COMMIT} ${PLAN}`],
    ['in the second line', `Yes.\n/glidepath approve production ${COMMIT} ${PLAN}`],
    ['of somebody else', `/glidepathology approve production ${COMMIT} ${PLAN}`],
    ['hidden', `<!-- -->/glidepath approve production ${COMMIT} ${PLAN}`],
  ])('is none %s', (_where, body) => {
    expect(readCommand(body)).toBeNull();
  });

  test.each([
    ['/glidepath deploy production', 'there is no command "deploy"'],
    [
      '/glidepath approve',
      'approve takes three words, the environment, the commit and the plan, and none is there',
    ],
    [
      `/glidepath approve production ${COMMIT}`,
      'approve takes three words, the environment, the commit and the plan, and 2 are there',
    ],
    [
      `/glidepath approve production ${COMMIT} ${PLAN} please`,
      'approve takes three words, the environment, the commit and the plan, and 4 are there',
    ],
    [`/glidepath approve production 1a2b ${PLAN}`, '"1a2b" is not a commit: 7 to 40 digits are needed'],
    [`/glidepath approve production ${COMMIT} 3f2a`, '"3f2a" is not a plan: 10 digits are needed'],
    [`/glidepath approve @acme/ops ${COMMIT} ${PLAN}`, 'that is not the name of an environment'],
  ])('that is not right is told why: %s', (body, why) => {
    expect(readCommand(body)).toEqual({ kind: 'mistake', why });
  });

  test('is read as it was written by us, and never throws', () => {
    const hex = (min: number, max: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: min, maxLength: max });
    fc.assert(
      fc.property(
        fc.constantFrom('approve' as const, 'reject' as const),
        hex(40, 40),
        hex(64, 64),
        (kind, commit, plan) => {
          const text = commandText(kind, { environment: 'production', commit, plan });
          expect(readCommand(text)).toEqual({
            kind,
            environment: 'production',
            commit: commit.slice(0, 7),
            plan: plan.slice(0, 10),
          });
        },
      ),
    );
    fc.assert(
      fc.property(fc.string(), (rest) => {
        const said = readCommand(`/glidepath ${rest}`);
        expect(said === null || 'kind' in said).toBe(true);
        if (said?.kind === 'mistake') expect(said.why).not.toMatch(/[@<>]/);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPending, reconcileFiles, type FileDecision } from './reconcile-files.ts';
import { stamped } from './stamp.ts';

const FILE = { path: 'fly.staging.toml', content: stamped('app = "new"\n'), reason: 'for flyctl' };
const BEFORE = stamped('app = "old"\n');

function decide(current: string | null, force = false): FileDecision {
  const [decision] = reconcileFiles([FILE], new Map([[FILE.path, current]]), { force, keeps: () => true });
  if (decision === undefined) throw new Error('nothing was decided');
  return decision;
}

describe('a file that is generated', () => {
  test.each([
    ['is written where it is missing', null, 'missing', 'write'],
    ['is left alone as it is', FILE.content, 'current', 'none'],
    ['is the same with line ends of Windows', FILE.content.replaceAll('\n', '\r\n'), 'current', 'none'],
    ['is written again when it is as it was generated', BEFORE, 'outdated', 'write'],
    ['keeps an edit while the config says the same', `${FILE.content}# mine\n`, 'kept', 'none'],
    ['is not written over an edit when the config has changed', `${BEFORE}# mine\n`, 'edited', 'leave'],
    ['is not written over a file of somebody else', 'app = "mine"\n', 'foreign', 'leave'],
  ] as const)('%s', (_, current, state, action) => {
    expect(decide(current)).toMatchObject({ path: FILE.path, state, action });
  });

  test.each([
    ['an edit', `${FILE.content}# mine\n`],
    ['an edit of what has changed since', `${BEFORE}# mine\n`],
    ['a file of somebody else', 'app = "mine"\n'],
  ])('is written over %s with force', (_, current) => {
    expect(decide(current, true)).toMatchObject({ action: 'write', content: FILE.content });
  });

  test('is looked at by somebody where no edit is accepted', () => {
    const edited = `${FILE.content}# mine\n`;
    const on = (keeps: string): readonly FileDecision[] =>
      reconcileFiles([FILE], new Map([[FILE.path, edited]]), {
        force: false,
        keeps: (path) => path === keeps,
      });
    expect(on('fly.other.toml')).toMatchObject([{ state: 'kept', action: 'leave' }]);
    expect(on('fly.other.toml')[0]?.diff).toContain('-# mine\n');
    expect(on(FILE.path)).toMatchObject([{ state: 'kept', action: 'none' }]);
  });

  test('says what it would change', () => {
    expect(decide(`${BEFORE}# mine\n`).diff).toContain('-app = "old"\n-# mine\n+app = "new"\n');
  });
});

describe('a file that is not generated any more', () => {
  const decideStale = (content: string, force: boolean): readonly FileDecision[] =>
    reconcileFiles([], new Map([['fly.old.toml', content]]), { force, keeps: () => true });

  test('is told of, and removed only with force', () => {
    expect(decideStale(BEFORE, false)).toMatchObject([{ state: 'stale', action: 'leave' }]);
    expect(decideStale(BEFORE, true)).toMatchObject([{ state: 'stale', action: 'remove' }]);
  });

  test('is never removed when it was edited', () => {
    expect(decideStale(`${BEFORE}# mine\n`, true)).toMatchObject([{ state: 'forsaken', action: 'leave' }]);
  });

  test('is nothing to us without our header', () => {
    expect(decideStale('app = "mine"\n', true)).toEqual([]);
  });
});

test('whatever is on disk: no line of another hand is lost without force, and writing once is enough', () => {
  const line = fc.constantFrom('app = "new"', 'app = "old"', '# mine', '');
  const body = fc.array(line, { maxLength: 4 }).map((lines) => `${lines.join('\n')}\n`);
  const current = fc.oneof(
    fc.constant(null),
    body,
    body.map((text) => stamped(text)),
    fc.tuple(body, body).map(([own, more]) => stamped(own) + more),
  );
  fc.assert(
    fc.property(current, (text) => {
      const decision = decide(text);
      if (decision.action === 'write') {
        expect(text === null || text === stamped(text.slice(text.indexOf('\n\n') + 2))).toBe(true);
        expect(decide(decision.content)).toMatchObject({ state: 'current', action: 'none' });
      }
      expect(isPending(decide(text, true))).toBe(false);
    }),
  );
});

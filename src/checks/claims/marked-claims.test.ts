import { mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../util/clock.ts';
import type { ClaimWait } from './check-claims.ts';
import { MarkedClaims } from './marked-claims.ts';

/** A process that has ended: a number that no system gives, for it is beyond the largest. */
const DEAD = '999999999 1 gone';

let directory = '';
let ended = 0;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'glidepath-claims-')), 'claims');
  ended = 0;
});
afterEach(() => {
  rmSync(join(directory, '..'), { recursive: true, force: true });
});

function open(id: string, within: readonly number[] = []): MarkedClaims {
  const endLeft = async (): Promise<void> => void (ended += 1);
  return new MarkedClaims({ directory, id, within: new Set(within), clock: systemClock, endLeft });
}

/** Says when somebody is waited for. */
function waiting(): ClaimWait & { readonly told: Promise<number>; abort: () => void } {
  const { promise: told, resolve } = Promise.withResolvers<number>();
  const control = new AbortController();
  return {
    signal: control.signal,
    onWait: resolve,
    told,
    abort: () => control.abort(new Error('enough')),
  };
}

describe('claims', () => {
  test('a second run waits until the first has given back, and is told for whom', async () => {
    const [one, other] = [open('one'), open('other')];
    const claim = await one.make('build', waiting());
    expect([one.stateOf('build'), other.stateOf('build')]).toEqual(['settled', 'busy']);
    const wait = waiting();
    const second = other.make('build', wait);
    expect(await wait.told).toBe(process.pid);
    claim.giveBack();
    expect((await second).hasWaited).toBe(true);
    expect(one.stateOf('build')).toBe('busy');
    (await second).giveBack();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('whoever needs keeps others from making, but not from needing', async () => {
    const [one, other] = [open('one'), open('other')];
    const uses = [await one.use(['build'], waiting()), await one.use(['build', 'deps'], waiting())];
    (await other.use(['build'], waiting())).giveBack();
    const wait = waiting();
    const made = other.make('build', wait);
    await wait.told;
    const late = waiting();
    const more = one.use(['build'], late);
    await late.told;
    uses[0]?.giveBack();
    uses[1]?.giveBack();
    (await made).giveBack();
    expect((await more).hasWaited).toBe(true);
    (await more).giveBack();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('somebody who has waited enough leaves nothing behind', async () => {
    const [one, other] = [open('one'), open('other')];
    const claim = await one.make('build', waiting());
    for (const ask of [
      (wait: ClaimWait) => other.make('build', wait),
      (wait: ClaimWait) => other.use(['build'], wait),
    ]) {
      const wait = waiting();
      const asked = ask(wait);
      await wait.told;
      wait.abort();
      await expect(asked).rejects.toThrow('enough');
    }
    claim.giveBack();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('what a killed run has claimed is doubtful until it is made again, and what that left running is ended first', async () => {
    const one = open('one');
    (await one.make('build', waiting())).giveBack();
    symlinkSync(DEAD, join(directory, 'build'));
    symlinkSync(DEAD, join(directory, 'build@999999999-gone'));
    symlinkSync(DEAD, join(directory, 'build@taken'));
    expect(one.stateOf('build')).toBe('doubtful');
    const claim = await one.make('build', waiting());
    expect(ended).toBeGreaterThan(0);
    expect(claim.hasWaited).toBe(false);
    claim.giveBack();
    expect(one.stateOf('build')).toBe('settled');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('what was not written down is doubtful for everybody', async () => {
    const [one, other] = [open('one'), open('other')];
    (await one.make('build', waiting())).giveBack(true);
    expect([one.stateOf('build'), other.stateOf('build')]).toEqual(['doubtful', 'doubtful']);
    (await other.make('build', waiting())).giveBack();
    expect(one.stateOf('build')).toBe('settled');
  });

  test('a run can claim twice, and the first to be given back does not end the second', async () => {
    const [one, other] = [open('one'), open('other')];
    const first = await one.make('build', waiting());
    const second = await one.make('build', waiting());
    first.giveBack();
    expect(other.stateOf('build')).toBe('busy');
    second.giveBack();
    expect(other.stateOf('build')).toBe('settled');
  });

  test('a command that a check calls does not wait for the run of that check', async () => {
    const outer = open('outer');
    const claims = [await outer.make('all', waiting()), await outer.use(['build'], waiting())];
    const inner = open('inner', [process.pid]);
    const mine = await inner.make('build', waiting());
    expect(mine.hasWaited).toBe(false);
    (await inner.make('all', waiting())).giveBack();
    mine.giveBack();
    expect(inner.stateOf('all')).toBe('settled');
    for (const claim of claims) claim.giveBack();
  });

  test('only one run at a time does what is to be done alone', async () => {
    const ids = ['one', 'two', 'three', 'four'];
    const seen: string[] = [];
    const whose = (): string => readlinkSync(join(directory, '@alone')).split(' ').at(-1) ?? '';
    await Promise.all(ids.map((id) => open(id).alone(() => void seen.push(`${id} ${whose()}`))));
    expect(seen.sort()).toEqual(ids.map((id) => `${id} ${id}`).sort());
    symlinkSync(DEAD, join(directory, '@alone'));
    await open('five').alone(() => void seen.push(whose()));
    expect(seen.at(-1)).toBe('five');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('where nothing can be written nobody waits for anybody', async () => {
    writeFileSync(directory, 'a file where a directory must be');
    const [one, other] = [open('one'), open('other')];
    const claims = [
      await one.make('build', waiting()),
      await other.make('build', waiting()),
      await one.use(['build'], waiting()),
    ];
    expect(claims.map(({ hasWaited }) => hasWaited)).toEqual([false, false, false]);
    for (const claim of claims) claim.giveBack();
    let isDone = false;
    await one.alone(() => void (isDone = true));
    expect(isDone).toBe(true);
  });
});

import { mkdirSync, rmSync, watch } from 'node:fs';
import { expect, test } from 'vitest';
import { InputRig } from '../../../test/support/input-rig.ts';
import type { CheckoutReader } from '../../checks/inputs/input-reader.ts';
import { changeAfter, type Change } from './change-after.ts';
import { watchPlaces } from './watch-places.ts';

/** Waits as `ci --watch` does after its first run; `onLook` comes after each look at the files, before anything else. */
async function waited(
  rig: InputRig,
  onLook: (look: number) => void,
  begin: typeof watch = watch,
): Promise<Change | null> {
  const reader = rig.reader();
  using places = watchPlaces(() => reader.watched()?.directories ?? [], begin);
  places.begin();
  const before = await reader.read(AbortSignal.timeout(20_000));
  let looks = 0;
  const looking: Pick<CheckoutReader, 'read'> = {
    async read(signal) {
      const tree = await reader.read(signal);
      onLook((looks += 1));
      return tree;
    },
  };
  const isMade = (): boolean => false;
  const interrupt = AbortSignal.timeout(20_000);
  return await changeAfter(before, { reader: looking, places, isMade, interrupt, byItself: 0 });
}

function rigWith(...files: readonly string[]): InputRig {
  const rig = new InputRig();
  for (const file of files) rig.write(file);
  rig.git('add', '--all');
  rig.git('commit', '-q', '-m', 'First');
  return rig;
}

test('a file that changes right after the look, before anything is watched, is found', async () => {
  using rig = rigWith('web/w.txt');
  const change = await waited(rig, (look) => {
    if (look === 1) rig.write('web/w.txt', 'another');
  });
  expect(change?.paths).toEqual(['web/w.txt']);
});

test('a file in a new directory is found, however its directories came to be', async () => {
  using rig = rigWith('web/w.txt');
  const change = await waited(rig, (look) => {
    if (look === 1) mkdirSync(`${rig.root}/web/deep/er`, { recursive: true });
    // The directories are seen by now, and empty.
    if (look === 3) rig.write('web/deep/er/new.txt');
  });
  expect(change?.paths).toEqual(['web/deep/er/new.txt']);
});

test('a directory that is removed and made again is watched again', async () => {
  using rig = rigWith('web/w.txt', 'a.txt');
  const change = await waited(rig, (look) => {
    if (look === 2) {
      rmSync(`${rig.root}/web`, { recursive: true });
      rig.write('web/w.txt');
    }
    // A third look for what was told of, a fourth because the new directory is watched by now.
    if (look === 4) rig.write('web/w.txt', 'another');
  });
  expect(change?.paths).toEqual(['web/w.txt']);
});

test('where the system gives no watches, a change is found all the same', async () => {
  using rig = rigWith('web/w.txt');
  const none = (() => {
    throw Object.assign(new Error('no space left on device, watch'), { code: 'ENOSPC' });
  }) as unknown as typeof watch;
  const change = await waited(
    rig,
    (look) => {
      if (look === 2) rig.write('web/w.txt', 'another');
    },
    none,
  );
  expect(change?.paths).toEqual(['web/w.txt']);
});

test('having had enough ends the wait', async () => {
  using rig = rigWith('web/w.txt');
  const reader = rig.reader();
  using places = watchPlaces(() => reader.watched()?.directories ?? []);
  const enough = new AbortController();
  const before = await reader.read(enough.signal);
  const waiting = changeAfter(before, {
    reader,
    places,
    isMade: () => false,
    interrupt: enough.signal,
    byItself: 0,
  });
  enough.abort(new Error('Ctrl-C'));
  expect(await waiting).toBeNull();
});

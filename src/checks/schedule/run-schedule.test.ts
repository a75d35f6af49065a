import { expect, test } from 'vitest';
import { runSchedule, type ScheduleWork } from './run-schedule.ts';
import { Schedule, type Ending } from './schedule.ts';

const CHECKS = [
  { name: 'deps', needs: [], weight: 1 },
  { name: 'lint', needs: ['deps'], weight: 1 },
  { name: 'test', needs: ['deps'], weight: 1 },
];

/** Work that writes down what is asked of it; a check whose ending is `until ended` runs until it is ended. */
function work(
  endings: Readonly<Record<string, Ending | 'until ended' | Error>>,
  found: readonly string[] = [],
) {
  const asked: string[] = [];
  const started = Promise.withResolvers<void>();
  const done: ScheduleWork = {
    look: async (name) => {
      asked.push(`look ${name}`);
      return found.includes(name);
    },
    async run(name, signal) {
      asked.push(`run ${name}`);
      const ending = endings[name] ?? 'passed';
      if (ending instanceof Error) throw ending;
      if (ending !== 'until ended') return ending;
      started.resolve();
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      asked.push(`ended ${name}`);
      return 'ended';
    },
    notRun: ({ name, reason }) => void asked.push(`not run ${name}: ${reason}`),
    estimates: () => Promise.resolve(new Map()),
  };
  return { asked, done, started: started.promise };
}

const { signal } = new AbortController();
const schedule = () => new Schedule(CHECKS, { capacity: 2, isKeepGoing: false });

test('what is found does not run, and what comes after it is looked at then', async () => {
  const { asked, done } = work({}, ['deps', 'test']);
  await runSchedule(schedule(), done, signal);
  expect(asked).toEqual(['look deps', 'look lint', 'look test', 'run lint']);
});

test('a failure ends what runs before anything is over', async () => {
  const { asked, done } = work({ lint: 'until ended', test: 'failed' });
  await runSchedule(schedule(), done, signal);
  expect(asked.slice(-3)).toEqual(['run lint', 'run test', 'ended lint']);
});

test('what keeps a check from being run ends the others, and is thrown after they have ended', async () => {
  const { asked, done } = work({ lint: 'until ended', test: new Error('no engine') });
  await expect(runSchedule(schedule(), done, signal)).rejects.toThrow('no engine');
  expect(asked.at(-1)).toBe('ended lint');
});

test('somebody who has had enough ends what runs; what waits is told of', async () => {
  const stop = new AbortController();
  const { asked, done, started } = work({ deps: 'until ended' });
  const running = runSchedule(schedule(), done, stop.signal);
  await started;
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  expect(asked.slice(2)).toEqual([
    'not run lint: it was interrupted',
    'not run test: it was interrupted',
    'ended deps',
  ]);
});

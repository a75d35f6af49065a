import type { Reporter, TestCase } from 'vitest/node';

/**
 * How CI treats a test that fails: it is tried once more. A machine that is busy with others may hold up one of two
 * processes for seconds, and a test that starts both cannot know which is first. A property that fell is not tried again:
 * its next run would look at other values.
 */
export const SECOND_TRY = { count: 1, condition: /^(?![\s\S]*Property failed after)/ } as const;

/** Names, at the end of a run, the tests that passed only when they were tried again, with what went wrong before. */
export class SecondTries implements Reporter {
  readonly #write: (text: string) => void;
  readonly #flaky: TestCase[] = [];

  constructor(write: (text: string) => void = (text) => void process.stdout.write(text)) {
    this.#write = write;
  }

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true) this.#flaky.push(test);
  }

  onTestRunEnd(): void {
    if (this.#flaky.length === 0) return;
    const lines = this.#flaky.map((test) => {
      const [first] = test.result().errors ?? [];
      return ` ↻ ${test.module.relativeModuleId} > ${test.fullName}\n   ${first?.message ?? 'no error was kept'}\n`;
    });
    this.#write(
      `\nPassed only when tried again (${this.#flaky.length}), each a race to be found:\n${lines.join('')}`,
    );
  }
}

import { commitOf } from '../../git/read-git.ts';
import { fullNameOf } from '../../github-state.ts';
import type { RepositoryRecord } from '../../records.ts';
import { nextCronTime, readCron } from '../match/cron.ts';
import type { RunRecord } from '../store/records.ts';
import type { ActionsContext } from './actions-context.ts';
import type { Intake } from './intake.ts';
import { workflowFiles } from './workflow-files.ts';

const MINUTE_MS = 60_000;
/** Who scheduled runs are of when nobody wrote the file: on GitHub, whoever changed it last. */
const SCHEDULER = 'github-actions[bot]';

/** One line of a `schedule`, of a repository's default branch. */
export interface ScheduledLine {
  readonly repository: RepositoryRecord;
  readonly path: string;
  readonly cron: string;
  readonly timezone: string;
}

/** Fires the lines of `schedule` when they are due, by the clock of the cloud; what was missed while it was down is not made up for. */
export class ScheduleTicks {
  readonly #context: ActionsContext;
  readonly #intake: Intake;
  readonly #ending = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(context: ActionsContext, intake: Intake) {
    this.#context = context;
    this.#intake = intake;
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#done;
  }

  /** Every line there is. */
  async lines(): Promise<readonly ScheduledLine[]> {
    const { github } = this.#context;
    const lines: ScheduledLine[] = [];
    for (const repository of github.state.all('repositories')) {
      if (!repository.isActionsEnabled) continue;
      const dir = github.git.dirOf(repository.id);
      const sha = await commitOf(dir, `refs/heads/${repository.defaultBranch}`);
      const files = sha === null ? [] : [...(await workflowFiles(dir, sha)).values()];
      for (const { path, reading } of files) {
        if (reading.kind === 'invalid') continue;
        for (const trigger of reading.workflow.triggers)
          for (const { cron, timezone } of trigger.schedules)
            lines.push({ repository, path, cron, timezone });
      }
    }
    return lines;
  }

  /** Starts the runs of a line, now. */
  async fire({ repository, path, cron }: ScheduledLine): Promise<readonly RunRecord[]> {
    const { github } = this.#context;
    const sha = await commitOf(github.git.dirOf(repository.id), `refs/heads/${repository.defaultBranch}`);
    if (sha === null) return [];
    const { defaultBranch } = repository;
    return this.#intake.start(
      repository,
      {
        name: 'schedule',
        action: undefined,
        payload: { schedule: cron },
        actor: { login: SCHEDULER, by: 'person' },
        repository: { fullName: fullNameOf(repository), defaultBranch, defaultSha: sha },
        subject: { kind: 'default-branch', cron },
      },
      { eventId: `schedule/${repository.id}/${path}/${cron}/${github.clock.now()}`, only: path },
    );
  }

  async #run(): Promise<void> {
    const { clock } = this.#context.github;
    let from = clock.now();
    while (!this.#ending.signal.aborted) {
      const wait = MINUTE_MS - (clock.now() % MINUTE_MS);
      const isOver = await clock.sleep(wait, this.#ending.signal).then(
        () => false,
        () => true,
      );
      if (isOver) return;
      const now = clock.now();
      for (const line of await this.#due(from, now)) await this.fire(line);
      from = now;
    }
  }

  async #due(from: number, now: number): Promise<readonly ScheduledLine[]> {
    return (await this.lines()).filter(({ cron, timezone }) => {
      const read = readCron(cron);
      const next = read === undefined ? undefined : nextCronTime(read, timezone, from);
      return next !== undefined && next <= now;
    });
  }
}

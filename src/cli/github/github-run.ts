import type { RunRecord } from '../../engine/engine.ts';
import type { CarryOutRequest } from '../runs/carry-out-request.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import type { Workbench } from '../workbench.ts';
import type { GithubDesk } from './github-desk.ts';

/** Submits a deployment under an id and works on it until it ends; `onSubmitted` is told of the run before. */
export type Work = (
  request: CarryOutRequest,
  runId: string,
  onSubmitted: (run: RunRecord) => void,
) => Promise<ExitCode>;

/** A deployment that is carried out, and told of on GitHub. */
export interface GithubRun {
  readonly context: CommandContext;
  readonly bench: Workbench;
  readonly desk: GithubDesk;
  readonly request: CarryOutRequest;
  readonly work: Work;
}

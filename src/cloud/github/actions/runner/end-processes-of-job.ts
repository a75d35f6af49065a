import { processesWithEnv } from '../../../machines/process-table.ts';

/** Marks the processes of a job, under the name that GitHub's own runner uses for it. */
export const TRACKING_VARIABLE = 'RUNNER_TRACKING_ID';
/** One that starts others while it is looked for is found in the next look. */
const LOOKS_MAX = 20;

/** Ends what a job left running: whatever carries its mark in its environment. */
export function endProcessesOfJob(trackingId: string): void {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const left = processesWithEnv([`${TRACKING_VARIABLE}=${trackingId}`]);
    if (left.length === 0) return;
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended between the look and the signal.
      }
    }
  }
}

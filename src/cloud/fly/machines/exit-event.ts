import { signalNumber } from '../../machines/machine-process.ts';
import type { ExitReport } from '../../machines/machine-process.ts';
import { MAX_RETRIES_DEFAULT, restartDelayMs, RETRY_WINDOW_MS } from '../../machines/restart-policy.ts';
import type { NewEvent } from '../fly-state.ts';
import type { MachineRecord } from '../records.ts';

/** What an exit code nobody knows is told as. Never 0: an unknown end must not pass for a success. */
const UNKNOWN_EXIT_CODE = -1;

/** The event that a machine's process has ended. Shape: fly-go's MachineExitEvent. */
export function exitEvent(
  report: ExitReport,
  about: { requestedStop: boolean; isRestarting?: boolean; restartCount?: number },
): NewEvent {
  const signal = signalNumber(report.signal);
  // A shell, and Fly's init, report a process that a signal ended as 128 + the signal's number.
  const code = report.isKnown ? (report.code ?? 128 + signal) : UNKNOWN_EXIT_CODE;
  return {
    type: 'exit',
    status: 'stopped',
    source: 'flyd',
    request: {
      exit_event: {
        exit_code: code,
        guest_exit_code: code,
        signal,
        guest_signal: signal,
        requested_stop: about.requestedStop,
        restarting: about.isRestarting ?? false,
        oom_killed: report.isOutOfMemory ?? false,
        ...(report.isKnown ? {} : { exit_code_unknown: true }),
      },
      restart_count: about.restartCount ?? 0,
    },
  };
}

/** Milliseconds until the machine is started again by its restart policy, or null. Forgets restarts that are long past. */
export function restartAfter(machine: MachineRecord, report: ExitReport, now: number): number | null {
  machine.restartedAt = machine.restartedAt.filter((at) => now - at < RETRY_WINDOW_MS);
  const { restart } = machine.config;
  return restartDelayMs({
    policy: restart?.policy === undefined || restart.policy === '' ? 'on-failure' : restart.policy,
    maxRetries: restart?.max_retries ?? MAX_RETRIES_DEFAULT,
    retriesUsed: machine.restartedAt.length,
    // A signal that nobody here sent is a crash; a stop that was asked for never comes here.
    exitCode: report.isKnown ? (report.code ?? 1) : null,
  });
}

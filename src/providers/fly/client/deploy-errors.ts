import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { CheckRedirect } from '../check-redirect.ts';
import { checksOf } from '../machines/machine-config.ts';
import { failingCheck, type MachineExit } from '../machines/machine-state.ts';
import { nameOf, type MachineRef } from './machines-api.ts';
import type { Machine } from './wire-types.ts';

/** A machine's process ended although nobody stopped it. */
export function exitedError(ref: MachineRef, exit: MachineExit, output: readonly string[]): ToolError {
  const how = exit.isOutOfMemory
    ? 'ran out of memory'
    : `exited with ${exit.code === null ? 'an unknown code' : `code ${exit.code}`}`;
  const again = exit.restarts > 0 ? ` after ${exit.restarts} restarts` : '';
  return new ToolError('DEPLOY_EXITED', `${sentence(ref)} ${how} right after it was started${again}.`, {
    hint: exit.isOutOfMemory
      ? 'Give the app more memory in glidepath.config.ts (vm.memory).'
      : `Read what it printed: fly logs -a ${ref.app} --machine ${ref.id}`,
    output,
  });
}

/** A machine went into a state from which it does not come back by itself. */
export function brokenStateError(ref: MachineRef, machine: Machine, output: readonly string[]): ToolError {
  return new ToolError(
    'DEPLOY_EXITED',
    `${sentence(ref)} went into the state ${machine.state} instead of starting.`,
    {
      hint: `Read its events: fly machine status ${ref.id} -a ${ref.app}`,
      output,
    },
  );
}

/** A machine did not become healthy in time: says which check failed and what it saw. */
export function unhealthyError(
  ref: MachineRef,
  machine: Machine,
  withinMs: number,
  output: readonly string[],
): ToolError {
  const within = `within ${withinMs / 1000} s`;
  return new ToolError('DEPLOY_UNHEALTHY', `${sentence(ref)} ${whatIsWrong(machine, within)}.`, {
    hint: `Read what it printed: fly logs -a ${ref.app} --machine ${ref.id}`,
    output,
  });
}

/** A machine's health check is answered with a redirect, which Fly does not follow: waiting would change nothing. */
export function redirectError(ref: MachineRef, machine: Machine, redirect: CheckRedirect): ToolError {
  const path = checksOf(machine.config)[0]?.path;
  const where = path === undefined ? '' : ` ${path}`;
  const target = redirect.target === null ? '' : ` to ${redirect.target}`;
  return new ToolError(
    'DEPLOY_UNHEALTHY',
    `The health path${where} of ${nameOf(ref)} redirects${target} (HTTP ${redirect.status}); Fly does not follow redirects.`,
    {
      hint: 'Name a path in health.path that answers 200 itself, over plain HTTP too: Fly asks the machine without TLS.',
    },
  );
}

/** A machine cannot be changed, nor proven, for the platform does not reach the host that it sits on. */
export function hostUnreachableError(ref: MachineRef, machine: Machine, cause?: unknown): ToolError {
  return new ToolError(
    'PROVIDER_HOST_UNREACHABLE',
    `${sentence(ref)} in ${machine.region} is on a host that Fly cannot reach: it serves nobody, and cannot be changed.`,
    {
      hint: `Deploy again, which makes another in its place; or wait until the host is back: fly machine status ${ref.id} -a ${ref.app}`,
      cause,
    },
  );
}

/** A machine runs something else than was sent: the platform went back by itself, or somebody changed it. */
export function notConvergedError(ref: MachineRef, what: string): ToolError {
  return new ToolError('DEPLOY_NOT_CONVERGED', `${sentence(ref)} ${what}.`, {
    hint: `Look at it, then deploy again: fly machine status ${ref.id} -a ${ref.app}`,
  });
}

const REFUSED = /refused|ECONNREFUSED|no process|not listening/i;

function whatIsWrong(machine: Machine, within: string): string {
  if (machine.state !== 'started') return `did not start ${within}; it is ${machine.state}`;
  const check = failingCheck(machine);
  const output = check?.output?.trim() ?? '';
  const port = checksOf(machine.config)[0]?.port ?? machine.config.services?.[0]?.internal_port;
  if (REFUSED.test(output))
    return `runs, but nothing listens on its port ${port ?? ''} ${within} (${output})`;
  const path = checksOf(machine.config)[0]?.path;
  const where = path === undefined ? '' : ` at ${path}`;
  if (check === null) return `did not report its health check${where} ${within}`;
  return `did not pass its health check${where} ${within}; the last answer was: ${output === '' ? check.status : output}`;
}

function sentence(ref: MachineRef): string {
  const name = nameOf(ref);
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

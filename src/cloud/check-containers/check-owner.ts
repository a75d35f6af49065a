import { readlinkSync } from 'node:fs';
import { processIdentity } from '../machines/process-table.ts';

/** Says of a container, volume or network which process made it for a check. */
export const CHECK_LABEL = 'dev.glidepath.check';

/** This process, as no other ever will be called: where its number counts, its number, and when it began. */
export function checkOwner(): string {
  return `${numberSpace()} ${process.pid} ${processIdentity(process.pid) ?? ''}`;
}

/** Whether an owner is a process that can be seen from here and is no more. Of others nothing is known. */
export function isOwnerGone(owner: string): boolean {
  const [space = '', pid = '', ...identity] = owner.split(' ');
  return space === numberSpace() && processIdentity(Number(pid)) !== identity.join(' ');
}

/** Processes of another container have the same numbers as ours. */
function numberSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return process.platform;
  }
}

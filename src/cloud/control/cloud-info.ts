import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { MachinesMode, MachinesRequest } from '../containers/machines-mode.ts';
import type { CopyMethod } from '../postgres/copy/copy-method.ts';

const schema = z.object({
  version: z.literal(1),
  pid: z.int(),
  processIdentity: z.string(),
  apiPort: z.int(),
  edgePort: z.int(),
  token: z.string(),
  startedAt: z.number(),
  // A daemon that was started by an earlier version runs processes and says nothing of it.
  machines: z
    .object({
      asked: z.enum(['auto', 'process', 'container']),
      mode: z.enum(['process', 'container']),
      engine: z.string().nullable(),
    })
    .default({ asked: 'process', mode: 'process', engine: null }),
  databaseCopies: z.enum(['reflink', 'copy']).default('copy'),
});

/** How a running local cloud is reached. The token is a secret: never printed. */
export interface CloudInfo {
  readonly version: 1;
  readonly pid: number;
  /** Differs for two processes that had the same pid one after the other. */
  readonly processIdentity: string;
  /** All platform APIs and the control API, on 127.0.0.1. */
  readonly apiPort: number;
  /** Apps by host name, on 127.0.0.1. */
  readonly edgePort: number;
  readonly token: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly machines: MachinesInfo;
  /** How branches of databases are made: sharing blocks with what they come from, where the disk can, or byte by byte. */
  readonly databaseCopies: CopyMethod;
}

/** How the machines of a cloud run. */
export interface MachinesInfo {
  readonly asked: MachinesRequest;
  /** `container`: an engine answers, and machines whose image is a container's are containers. */
  readonly mode: MachinesMode;
  /** For people, such as `Docker 28.2.2`; null without one. */
  readonly engine: string | null;
}

/** Where a daemon says how it is reached; readable by its user only. */
export function cloudFileOf(stateDir: string): string {
  return join(stateDir, 'cloud.json');
}

/** What the last daemon wrote, whether it still runs or not; null when there is nothing, or nothing readable. */
export function readCloudFile(stateDir: string): CloudInfo | null {
  try {
    const parsed = schema.safeParse(JSON.parse(readFileSync(cloudFileOf(stateDir), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

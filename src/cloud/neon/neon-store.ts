import type {
  NeonApiKey,
  NeonBranch,
  NeonEndpoint,
  NeonOperation,
  NeonProject,
  NeonSnapshot,
} from './records.ts';
import { RecordStore } from '../store/record-store.ts';

/** What is kept, by the table it is in. */
export interface NeonTables {
  readonly projects: NeonProject;
  readonly branches: NeonBranch;
  readonly endpoints: NeonEndpoint;
  readonly operations: NeonOperation;
  readonly snapshots: NeonSnapshot;
  readonly api_keys: NeonApiKey;
}

/** The tables there are. */
export const NEON_TABLES: readonly (keyof NeonTables)[] = [
  'projects',
  'branches',
  'endpoints',
  'operations',
  'snapshots',
  'api_keys',
];

/** The state of this service on disk. */
export class NeonStore extends RecordStore<NeonTables> {
  constructor(dir: string) {
    super({ dir, file: 'neon.db', tables: NEON_TABLES, firstId: 1 });
  }
}

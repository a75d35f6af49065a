import type { EventCause } from '../event-records.ts';

/** Who changes refs. */
export interface Pusher {
  readonly login: string;
  readonly cause: EventCause;
}

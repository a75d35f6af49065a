import type { Clock } from '../../util/clock.ts';
import type { CloudServices } from '../server/cloud-services.ts';
import type { CloudStatus } from './cloud-status.ts';

/** What the control API works on. */
export interface ControlContext {
  readonly services: CloudServices;
  readonly clock: Clock;
  /** What does not change while it runs. */
  readonly identity: Pick<CloudStatus, 'pid' | 'stateDir' | 'startedAt' | 'apiUrl' | 'edgeUrl' | 'machines'>;
  /** Begins to end everything; does not wait for it. */
  readonly shutDown: () => void;
}

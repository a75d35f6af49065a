import type { Clock } from '../../util/clock.ts';
import type { FlyState } from '../fly/fly-state.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { ImageStore } from '../registry/image-store.ts';
import type { ReleaseBook } from './release-book.ts';

/** What flyctl's own services work on. */
export interface FlyctlContext {
  readonly clock: Clock;
  readonly state: FlyState;
  readonly organizations: Organizations;
  readonly images: ImageStore;
  readonly releases: ReleaseBook;
}

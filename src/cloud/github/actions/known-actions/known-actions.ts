import { downloadArtifact, uploadArtifact } from './artifacts.ts';
import { cache, cacheRestore, cacheSave } from './cache.ts';
import { checkout } from './checkout.ts';
import type { KnownAction } from './known-action.ts';
import { setupNode } from './setup-node.ts';
import { setupBeam, setupFlyctl, setupPnpm } from './setup-tools.ts';
import { uploadSarif } from './upload-sarif.ts';

/** The actions of others that the local GitHub carries out itself. By lower-case name. */
export const KNOWN_ACTIONS: Readonly<Record<string, KnownAction>> = {
  'actions/cache': cache,
  'actions/cache/restore': cacheRestore,
  'actions/cache/save': cacheSave,
  'actions/checkout': checkout,
  'actions/download-artifact': downloadArtifact,
  'actions/setup-node': setupNode,
  'actions/upload-artifact': uploadArtifact,
  'erlef/setup-beam': setupBeam,
  'github/codeql-action/upload-sarif': uploadSarif,
  'pnpm/action-setup': setupPnpm,
  'superfly/flyctl-actions/setup-flyctl': setupFlyctl,
};

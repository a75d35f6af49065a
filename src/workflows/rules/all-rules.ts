import { checkCannotFail, deployAfterFailure } from './order/failure-rules.ts';
import { remoteScript } from './security/remote-script.ts';
import { dispatchRefCheckout } from './security/dispatch-ref-checkout.ts';
import { deploymentDefaults, sharedTestDatabase, statusOfChecks, tokenPush } from './order/api-rules.ts';
import {
  cancelledDeploy,
  deployWithoutCi,
  dispatchAnyRef,
  environmentApproval,
  groupAroundCi,
  noRollbackPath,
  staleRerun,
  tagNotOnMain,
  unorderedDeploys,
} from './order/deploy-rules.ts';
import { reviewDeployOnClosed, reviewForkGuard, reviewLeak } from './order/review-rules.ts';
import {
  branchPerEnvironment,
  workflowRunCheckout,
  workflowRunGuard,
  workflowRunTags,
} from './order/workflow-run-rules.ts';
import {
  promisedApproval,
  promisedDrain,
  promisedMergeBlock,
  promisedVercelOrder,
  rollbackByRelease,
  stagingByStatus,
} from './platforms/document-rules.ts';
import {
  flyAppName,
  flyImageGone,
  flyImageLabel,
  flyKillTimeout,
  flyReleasesRollback,
} from './platforms/fly-rules.ts';
import {
  vercelGitRace,
  vercelLiveUnverified,
  vercelPromotesPreview,
  vercelRollbackStays,
} from './platforms/vercel-rules.ts';
import {
  archivedUses,
  knownVulnerableActions,
  obfuscation,
  outdatedAction,
  superfluousActions,
  typosquatUses,
} from './security/action-rules.ts';
import { artipacked } from './security/artipacked.ts';
import { cachePoisoning } from './security/cache-poisoning.ts';
import { dangerousTriggers } from './security/dangerous-triggers.ts';
import { dependabotCooldown, dependabotExecution, insecureUrlScheme } from './security/dependabot-rules.ts';
import { excessivePermissions } from './security/excessive-permissions.ts';
import { adhocPackages, unpinnedImages, unpinnedTools } from './security/package-rules.ts';
import { refVersionMismatch } from './security/ref-version-mismatch.ts';
import {
  githubApp,
  githubEnv,
  hardcodedContainerCredentials,
  insecureCommands,
  misfeature,
  selfHostedRunner,
  useTrustedPublishing,
} from './security/runner-rules.ts';
import {
  overprovisionedSecrets,
  secretsInherit,
  secretsOutsideEnv,
  unredactedSecrets,
} from './security/secret-rules.ts';
import { templateInjection } from './security/template-injection.ts';
import { unpinnedUses } from './security/unpinned-uses.ts';
import {
  botConditions,
  objectComparison,
  unsoundCondition,
  unsoundContains,
  unsoundTernary,
} from './soundness/condition-rules.ts';
import {
  calleePermissions,
  ciRunsTwice,
  noAggregateCheck,
  sharedConcurrencyGroup,
  skippedNeed,
  unsoundGate,
} from './soundness/order-rules.ts';
import {
  anonymousDefinition,
  concurrencyLimits,
  missingTimeout,
  selfRepository,
  undocumentedPermissions,
} from './soundness/pedantic-rules.ts';
import {
  badEnvName,
  constantCondition,
  deprecatedCommand,
  pipeWithoutPipefail,
  secretOutput,
  unknownRunner,
  unknownShell,
  unquotedVariable,
} from './soundness/script-rules.ts';
import {
  badGlob,
  choiceDefault,
  conflictingFilters,
  environmentRef,
  onlyNegativeFilter,
  requiredCheckSkipped,
} from './soundness/trigger-rules.ts';
import type { WorkflowRule } from './rule.ts';

/** Every rule that looks at files, by what it is about. */
export const ALL_RULES: readonly WorkflowRule[] = [
  statusOfChecks,
  deploymentDefaults,
  tokenPush,
  sharedTestDatabase,
  deployWithoutCi,
  cancelledDeploy,
  unorderedDeploys,
  groupAroundCi,
  dispatchAnyRef,
  staleRerun,
  tagNotOnMain,
  environmentApproval,
  noRollbackPath,
  deployAfterFailure,
  checkCannotFail,
  reviewForkGuard,
  reviewDeployOnClosed,
  reviewLeak,
  workflowRunTags,
  workflowRunCheckout,
  workflowRunGuard,
  branchPerEnvironment,
  promisedApproval,
  promisedMergeBlock,
  rollbackByRelease,
  stagingByStatus,
  promisedVercelOrder,
  promisedDrain,
  flyReleasesRollback,
  flyImageLabel,
  flyImageGone,
  flyAppName,
  flyKillTimeout,
  vercelPromotesPreview,
  vercelLiveUnverified,
  vercelRollbackStays,
  vercelGitRace,
  archivedUses,
  typosquatUses,
  knownVulnerableActions,
  outdatedAction,
  superfluousActions,
  obfuscation,
  artipacked,
  cachePoisoning,
  dangerousTriggers,
  dispatchRefCheckout,
  remoteScript,
  dependabotCooldown,
  dependabotExecution,
  insecureUrlScheme,
  excessivePermissions,
  adhocPackages,
  unpinnedImages,
  unpinnedTools,
  refVersionMismatch,
  githubEnv,
  hardcodedContainerCredentials,
  insecureCommands,
  misfeature,
  selfHostedRunner,
  githubApp,
  useTrustedPublishing,
  secretsInherit,
  overprovisionedSecrets,
  unredactedSecrets,
  secretsOutsideEnv,
  templateInjection,
  unpinnedUses,
  botConditions,
  unsoundCondition,
  unsoundContains,
  unsoundTernary,
  objectComparison,
  sharedConcurrencyGroup,
  calleePermissions,
  ciRunsTwice,
  skippedNeed,
  unsoundGate,
  noAggregateCheck,
  missingTimeout,
  anonymousDefinition,
  concurrencyLimits,
  undocumentedPermissions,
  selfRepository,
  deprecatedCommand,
  unknownShell,
  unknownRunner,
  badEnvName,
  pipeWithoutPipefail,
  unquotedVariable,
  secretOutput,
  constantCondition,
  onlyNegativeFilter,
  conflictingFilters,
  badGlob,
  choiceDefault,
  requiredCheckSkipped,
  environmentRef,
];

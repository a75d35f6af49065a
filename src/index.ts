/** The public API: what a `glidepath.config.ts` imports. Light on purpose, for it is loaded by every command. */
export { flyApp, vercelApp } from './config/builders/apps.ts';
export { githubCache, httpCache, s3Cache } from './config/builders/caches.ts';
export { check, postgres } from './config/builders/check.ts';
export { external, flyPostgres, neon } from './config/builders/databases.ts';
export { databaseUrlOf, publicUrlOf, secret, urlOf } from './config/builders/env-values.ts';
export { complexity, duplication } from './config/builders/measures.ts';
export {
  audit,
  dockerfileScan,
  imageScan,
  licences,
  sbom,
  secretScan,
  workflowScan,
} from './config/builders/own-checks.ts';
export { approval, checks, passed, quality, safeMigrations } from './config/builders/gates.ts';
export { manual, pullRequest, push, tag } from './config/builders/triggers.ts';
export { defineProject } from './config/define-project.ts';
export type {
  AppDefinition,
  AppOverrides,
  FlyAppDefinition,
  FlyAppOptions,
  HealthDefinition,
  MigrationDefinition,
  VercelAppDefinition,
  VercelAppOptions,
} from './config/definition/app-definition.ts';
export type {
  CheckDefinition,
  CheckReportsDefinition,
  ServiceDefinition,
} from './config/definition/check-definition.ts';
export type {
  CacheDefinition,
  CiDefinition,
  ContainerDefinition,
  QualityOptions,
  RemoteCacheDefinition,
  SecurityDefinition,
  SecurityException,
  Severity,
} from './config/definition/ci-definition.ts';
export type { S3CacheOptions } from './config/builders/caches.ts';
export type { ComplexityOptions, DuplicationOptions } from './config/builders/measures.ts';
export type { ImageScanOptions, OwnCheckOptions, ScanOptions } from './config/builders/own-checks.ts';
export type {
  DatabaseDefinition,
  DatabaseOverride,
  ExternalDatabaseOptions,
  FlyPostgresOptions,
  NeonOptions,
  RestorePointsDefinition,
  SeedDefinition,
} from './config/definition/database-definition.ts';
export type { EnvInput, EnvInputs } from './config/definition/env-input.ts';
export type {
  ApprovalOptions,
  EnvironmentDefinition,
  GateDefinition,
  SmokeDefinition,
  TriggerDefinition,
} from './config/definition/environment-definition.ts';
export type {
  ActionPinDefinition,
  ElixirVersions,
  GithubDefinition,
  ReleaseDefinition,
} from './config/definition/github-definition.ts';
export type {
  FlyAccount,
  FlySettings,
  VercelAccount,
  VmDefinition,
} from './config/definition/platform-settings.ts';
export type { ProjectDefinition } from './config/definition/project-definition.ts';
export type { StackDefinition, StackName } from './config/definition/stack-definition.ts';
export type * from './config/resolved.ts';
export { generic } from './stacks/generic.ts';
export { nextjs, type NextjsOptions } from './stacks/nextjs.ts';
export { node, type NodeOptions } from './stacks/node.ts';
export type { PackageManager } from './stacks/package-manager.ts';
export { phoenix, type PhoenixOptions, type PhoenixTool } from './stacks/phoenix.ts';
export type { StackOptions } from './stacks/stack-options.ts';

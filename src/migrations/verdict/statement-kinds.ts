import type { AlterTableType, ObjectType } from 'libpg-query';

/*
 * What is known of kinds of statements. A kind that stands nowhere here is one of which nobody knows what code that does
 * not know of it would notice.
 */

/** About the transaction or the session alone: when they are over, nothing of them is left. */
export const OF_SESSION: ReadonlySet<string> = new Set([
  'TransactionStmt',
  'VariableSetStmt',
  'VariableShowStmt',
  'DiscardStmt',
  'DeallocateStmt',
  'ClosePortalStmt',
  'FetchStmt',
  'ListenStmt',
  'UnlistenStmt',
  'CheckPointStmt',
  'LockStmt',
  'ConstraintsSetStmt',
  // What is prepared runs by EXECUTE, of which nothing is believed.
  'PrepareStmt',
]);

/** Those that read; what they call and write besides is looked at by itself. */
export const READS: ReadonlySet<string> = new Set(['SelectStmt', 'ExplainStmt', 'DeclareCursorStmt']);

/** What they leave stands in the catalog, or is nothing that a query could tell. */
export const TOLD_BY_CATALOG: ReadonlySet<string> = new Set([
  'CreateStmt',
  'CreateTableAsStmt',
  'CreateForeignTableStmt',
  'ViewStmt',
  'RefreshMatViewStmt',
  'IndexStmt',
  'ReindexStmt',
  'ClusterStmt',
  'RepackStmt',
  'VacuumStmt',
  'CreateSeqStmt',
  'CreateEnumStmt',
  'AlterEnumStmt',
  'CompositeTypeStmt',
  'CreateRangeStmt',
  'CreateDomainStmt',
  'AlterDomainStmt',
  'CreateFunctionStmt',
  'AlterFunctionStmt',
  'CreateTrigStmt',
  'RuleStmt',
  'CreatePolicyStmt',
  'AlterPolicyStmt',
  'CreateSchemaStmt',
  'CreateExtensionStmt',
  'AlterExtensionStmt',
  'CreateEventTrigStmt',
  'AlterEventTrigStmt',
  'CreateCastStmt',
  'CreateStatsStmt',
  'AlterStatsStmt',
  'CommentStmt',
  'CreatePublicationStmt',
  'AlterPublicationStmt',
  'AlterTSConfigurationStmt',
  'AlterTSDictionaryStmt',
  'AlterDatabaseSetStmt',
  'CreateFdwStmt',
  'CreateForeignServerStmt',
  'AlterFdwStmt',
  'AlterForeignServerStmt',
  // For what is made later.
  'AlterDefaultPrivilegesStmt',
  // Nobody signs in as one that was not there.
  'CreateRoleStmt',
]);

/** Kinds of objects that the catalog is compared by: to drop, rename, move or give one away is seen there. */
export const COMPARED_OBJECTS: ReadonlySet<ObjectType> = new Set<ObjectType>([
  'OBJECT_TABLE',
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_COLUMN',
  'OBJECT_ATTRIBUTE',
  'OBJECT_INDEX',
  'OBJECT_SEQUENCE',
  'OBJECT_SCHEMA',
  'OBJECT_TYPE',
  'OBJECT_DOMAIN',
  'OBJECT_DOMCONSTRAINT',
  'OBJECT_TABCONSTRAINT',
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
  'OBJECT_ROUTINE',
  'OBJECT_AGGREGATE',
  'OBJECT_OPERATOR',
  'OBJECT_CAST',
  'OBJECT_TRIGGER',
  'OBJECT_EVENT_TRIGGER',
  'OBJECT_RULE',
  'OBJECT_POLICY',
  'OBJECT_EXTENSION',
  'OBJECT_COLLATION',
  'OBJECT_TSCONFIGURATION',
  'OBJECT_TSDICTIONARY',
  'OBJECT_PUBLICATION',
  'OBJECT_FDW',
  'OBJECT_FOREIGN_SERVER',
  // What the planner knows, and no more.
  'OBJECT_STATISTIC_EXT',
]);

/** What `CREATE … (definition)` makes, of which nobody knows who does not name it. */
export const DEFINED_OBJECTS: ReadonlySet<ObjectType> = new Set<ObjectType>([
  'OBJECT_AGGREGATE',
  'OBJECT_OPERATOR',
  'OBJECT_TYPE',
  'OBJECT_COLLATION',
  'OBJECT_TSCONFIGURATION',
  'OBJECT_TSDICTIONARY',
  'OBJECT_TSPARSER',
  'OBJECT_TSTEMPLATE',
]);

/** Objects whose rights are compared. */
export const COMPARED_RIGHTS: ReadonlySet<ObjectType> = new Set<ObjectType>([
  'OBJECT_TABLE',
  'OBJECT_COLUMN',
  'OBJECT_SEQUENCE',
  'OBJECT_SCHEMA',
  'OBJECT_TYPE',
  'OBJECT_DOMAIN',
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
  'OBJECT_ROUTINE',
  'OBJECT_DATABASE',
  'OBJECT_LANGUAGE',
  'OBJECT_FDW',
  'OBJECT_FOREIGN_SERVER',
]);

/** Forms of ALTER TABLE that the catalog tells of, or that are about how rows are kept. */
export const COMPARED_FORMS: ReadonlySet<AlterTableType> = new Set<AlterTableType>([
  'AT_AddColumn',
  'AT_ColumnDefault',
  'AT_DropNotNull',
  'AT_SetNotNull',
  'AT_SetExpression',
  'AT_DropExpression',
  'AT_SetStatistics',
  'AT_SetOptions',
  'AT_ResetOptions',
  'AT_SetStorage',
  'AT_SetCompression',
  'AT_DropColumn',
  'AT_AddIndex',
  'AT_AddConstraint',
  'AT_AlterConstraint',
  'AT_ValidateConstraint',
  'AT_AddIndexConstraint',
  'AT_DropConstraint',
  'AT_ChangeOwner',
  'AT_ClusterOn',
  'AT_DropCluster',
  'AT_SetLogged',
  'AT_SetUnLogged',
  'AT_SetAccessMethod',
  'AT_SetTableSpace',
  'AT_SetRelOptions',
  'AT_ResetRelOptions',
  'AT_EnableTrig',
  'AT_EnableAlwaysTrig',
  'AT_EnableReplicaTrig',
  'AT_DisableTrig',
  'AT_EnableTrigUser',
  'AT_DisableTrigUser',
  'AT_EnableRule',
  'AT_EnableAlwaysRule',
  'AT_EnableReplicaRule',
  'AT_DisableRule',
  'AT_ReplicaIdentity',
  'AT_EnableRowSecurity',
  'AT_DisableRowSecurity',
  'AT_ForceRowSecurity',
  'AT_NoForceRowSecurity',
  'AT_AddIdentity',
  'AT_SetIdentity',
  'AT_DropIdentity',
  'AT_GenericOptions',
]);

/** Statements of which neither the catalog nor their text says what they did. */
export const OPAQUE: Readonly<Record<string, string>> = {
  DoStmt: 'A DO block ran: what it did to rows is not known.',
  CallStmt: 'A procedure ran: what it did to rows is not known.',
  ExecuteStmt: 'A prepared statement ran: what it did to rows is not known.',
  AlterRoleStmt: 'A login was changed: whether the release before can still use it is not known.',
  AlterRoleSetStmt: 'The settings of a login were changed.',
  DropRoleStmt: 'A login was dropped: whoever uses it is kept out.',
  GrantRoleStmt: 'Who belongs to a role was changed.',
  AlterSystemStmt: 'A setting of the whole server was changed.',
  AlterDatabaseStmt: 'A setting of the database was changed: who may connect to it, for instance.',
  LoadStmt: 'A library was loaded: what it did is not known.',
  SecLabelStmt: 'A security label was set: who may use what is not known.',
};

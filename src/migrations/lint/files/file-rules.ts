import type { Severity } from '../finding.ts';

/** A rule about migration files as files: their names, their order, and that they stay as they are. */
export interface FileRule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** What it finds, and what it leaves alone. */
  readonly what: string;
  /** What would happen. */
  readonly why: string;
}

/** The rules about files. The last three are looked for only where there is a commit to compare with. */
export const FILE_RULES: Readonly<
  Record<'versionTaken' | 'name' | 'outOfOrder' | 'edited' | 'removed', FileRule>
> = {
  versionTaken: {
    id: 'migration-version-taken',
    title: 'Two migrations with one version',
    severity: 'error',
    what: 'Two files of one folder with the same number in front.',
    why: 'Tools that remember only the number run one of the two; the others run them in the order of their names. Two branches that were merged are the usual cause.',
  },
  name: {
    id: 'migration-name',
    title: 'A migration without a version in its name',
    severity: 'warning',
    what: 'A file without a number in front, where the others of its folder have one. Repeatable ones of Flyway are left alone.',
    why: 'Most tools pass over it in silence, or run it at the very end.',
  },
  outOfOrder: {
    id: 'migration-out-of-order',
    title: 'A new migration before one that is there already',
    severity: 'error',
    what: 'A file that the commit compared with does not have, and that comes before one that it has.',
    why: 'Where the later one ran already the new one is left out or runs after it; in a new database it runs before it. The two schemas differ from then on.',
  },
  edited: {
    id: 'migration-edited',
    title: 'A migration that was changed afterwards',
    severity: 'error',
    what: 'A file whose content is another one than in the commit compared with.',
    why: 'Where it ran already it does not run again: databases that are made later get something else than those that are there. Tools with checksums refuse to go on, and so does Glidepath.',
  },
  removed: {
    id: 'migration-removed',
    title: 'A migration that was taken away',
    severity: 'warning',
    what: 'A file that the commit compared with has, and that is gone.',
    why: 'A new database lacks what it did; tools that compare what ran with what is there refuse to go on.',
  },
};

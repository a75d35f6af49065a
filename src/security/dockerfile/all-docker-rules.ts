import type { DockerRule } from './docker-rule.ts';
import { BASE_RULES } from './rules/base-rules.ts';
import { CONTENT_RULES } from './rules/content-rules.ts';
import { PACKAGE_RULES } from './rules/package-rules.ts';
import { USER_RULES } from './rules/user-rules.ts';

/** Every rule for Dockerfiles, in the order of the page about them. */
export const DOCKER_RULES: readonly DockerRule[] = [
  ...BASE_RULES,
  ...USER_RULES,
  ...CONTENT_RULES,
  ...PACKAGE_RULES,
];

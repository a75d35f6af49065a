import { RULE_CATALOGUE } from '../../workflows/lint-files.ts';

/** Whether an exception is about a GitHub workflow. */
export function isWorkflowId(id: string): boolean {
  return RULE_CATALOGUE.some((rule) => rule.id === id);
}

/** Whether an exception is about an advisory: what is none of our own rules. */
export function isAdvisoryId(id: string): boolean {
  return !/^(docker|secret|licence|image)-/.test(id) && !isWorkflowId(id);
}

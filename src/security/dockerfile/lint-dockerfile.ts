import type { Finding } from '../../reports/finding.ts';
import { DOCKER_RULES } from './all-docker-rules.ts';
import type { DockerfileContext, DockerRule } from './docker-rule.ts';
import { parseDockerfile } from './parse-dockerfile.ts';

/** What is wrong with a Dockerfile, in the order of its lines. */
export function lintDockerfile(
  path: string,
  text: string,
  context: DockerfileContext,
  rules: readonly DockerRule[] = DOCKER_RULES,
): readonly Finding[] {
  const file = parseDockerfile(path, text);
  return rules
    .flatMap((rule) =>
      rule.check(file, context).map(({ line, message, severity }): Finding => ({
        id: rule.id,
        title: rule.title,
        severity: severity ?? rule.severity,
        message,
        hint: rule.hint,
        tool: 'dockerfile',
        place: { path, line },
        package: null,
        url: null,
      })),
    )
    .toSorted((one, other) => (one.place?.line ?? 0) - (other.place?.line ?? 0));
}

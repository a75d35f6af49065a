import { assert } from '../../util/assert.ts';
import { DOCKER_RULES } from './all-docker-rules.ts';
import type { DockerfileContext, DockerRule } from './docker-rule.ts';
import { lintDockerfile } from './lint-dockerfile.ts';

/** What stands beside an example that says nothing of it. */
export const EXAMPLE_CONTEXT: DockerfileContext = { dockerignore: '.git\n.env*\n', files: [] };

/** The page of all rules, in Markdown, with what each says of its own example. Throws if one does not find it. */
export function renderDockerRules(): string {
  const rows = DOCKER_RULES.map(({ id, severity, title }) => `| [${id}](#${id}) | ${severity} | ${title} |`);
  return `${[
    '# Rules for Dockerfiles',
    'What `glidepath security dockerfile` looks for. Written from the rules themselves, with what they say of their own examples.',
    ['| rule | severity | against |', '|---|---|---|', ...rows].join('\n'),
    ...DOCKER_RULES.map(section),
    '## Leaving a finding out',
    'In the config, with a reason and a day: `ci.security.exceptions: [{ id: "docker-apt-upgrade", in: "Dockerfile", reason: "…", expires: "2027-03-31" }]`.',
    '## What is not looked for',
    '`HEALTHCHECK`: Fly and the local cloud ask the app themselves, by the checks of the config. Versions of packages of Debian: they are gone from its archive ' +
      'a few weeks later, and the date in the tag of the base image fixes them.',
  ].join('\n\n')}\n`;
}

function section(rule: DockerRule): string {
  const [finding] = lintDockerfile('Dockerfile', rule.bad, rule.badContext ?? EXAMPLE_CONTEXT, [rule]);
  assert(finding !== undefined, `the rule ${rule.id} does not find its own example`);
  const beside = rule.goodContext?.dockerignore ?? null;
  return [
    `## ${rule.id}`,
    `${rule.title}. ${rule.why}`,
    fence(rule.bad),
    `> ${finding.severity}, Dockerfile:${finding.place?.line}: ${finding.message}`,
    rule.hint,
    'As it should be:',
    fence(rule.good),
    ...(beside === null ? [] : ['`.dockerignore`', `\`\`\`\n${beside.trimEnd()}\n\`\`\``]),
  ].join('\n\n');
}

function fence(text: string): string {
  return `\`\`\`dockerfile\n${text.trimEnd()}\n\`\`\``;
}

import { lintSource } from '@secretlint/core';
import { rules as presetRules } from '@secretlint/secretlint-rule-preset-recommend';
import type { SecretLintCoreConfig, SecretLintCoreResultMessage } from '@secretlint/types';
import type { Severity } from '../../config/definition/ci-definition.ts';
import type { Finding } from '../../reports/finding.ts';
import { ignoredLines } from './ignored-lines.ts';
import { isExampleAddress } from './is-example.ts';
import { PLATFORM_RULES } from './platform-rules.ts';

/** What was found in one text, and what a directive in it left out. */
export interface FoundSecrets {
  readonly findings: readonly Finding[];
  readonly ignored: readonly { readonly finding: Finding; readonly reason: string }[];
}

/** Directives of ours have a reason; those of secretlint need none. */
const RULES = [...presetRules.filter(({ meta }) => !meta.id.endsWith('filter-comments')), ...PLATFORM_RULES];

const CONFIG: SecretLintCoreConfig = { rules: RULES.map((rule) => ({ id: rule.meta.id, rule })) };

const AWS_KEY_LENGTH = 40;

/** These are told by their form alone, in which an example may be written as well. */
const BY_FORM = ['database-connection-string', 'basicauth', 'address'];

/** The secrets in a text. What a finding says never holds the secret itself, or a part of it. */
export async function findSecrets(path: string, text: string): Promise<FoundSecrets> {
  const { messages } = await lintSource({
    source: { content: text, filePath: path, contentType: 'text' },
    options: { config: CONFIG, maskSecrets: true, noPhysicFilePath: true },
  });
  const reasonFor = ignoredLines(text);
  const found = once(
    messages.filter((message) => isReal(message, text)).map((message) => findingOf(path, text, message)),
  );
  const reasonOf = ({ id, place }: Finding): string | null => reasonFor(id, place?.line ?? 0);
  return {
    findings: found.filter((finding) => reasonOf(finding) === null),
    ignored: found.flatMap((finding) => {
      const reason = reasonOf(finding);
      return reason === null ? [] : [{ finding, reason }];
    }),
  };
}

function isReal({ ruleId, range: [start, end] }: SecretLintCoreResultMessage, text: string): boolean {
  const secret = text.slice(start, end);
  // The keys of Amazon's own documents say so; the range of that rule begins before the key.
  if (shortName(ruleId) === 'aws' && /^.*EXAMPLE/.test(text.slice(start, end + AWS_KEY_LENGTH))) return false;
  return !BY_FORM.includes(shortName(ruleId)) || !isExampleAddress(secret);
}

function findingOf(path: string, text: string, message: SecretLintCoreResultMessage): Finding {
  const name = shortName(message.ruleId);
  const [start, end] = message.range;
  const severity: Severity = BY_FORM.includes(name) ? 'high' : 'critical';
  return {
    id: `secret-${name}`,
    title: `A secret in a file: ${name}`,
    severity,
    message: `What looks like a secret: ${titleOf(message.messageId)}, ${end - start} characters.`,
    hint: 'Take it out, and make a new one where it was made: whoever has the repository has this one. An example gets a comment above it: glidepath-ignore, the id, a colon and the reason.',
    tool: 'secrets',
    place: { path, line: text.slice(0, start).split('\n').length },
    package: null,
    url: null,
  };
}

/** `@secretlint/secretlint-rule-aws` and `glidepath-fly`, shortened. */
function shortName(ruleId: string): string {
  return ruleId.replace(/^@secretlint\/secretlint-rule-|^glidepath-/, '');
}

/** `AWSSecretAccessKey`, `NEON_API_KEY` in words. */
function titleOf(messageId: string): string {
  const words = messageId
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2');
  return words.toUpperCase() === words ? words.toLowerCase() : words;
}

/** Two rules may know the same form. */
function once(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ id, place, message }) => {
    const key = `${id}:${place?.line}:${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

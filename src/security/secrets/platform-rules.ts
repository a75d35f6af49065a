import type { SecretLintRuleCreator } from '@secretlint/types';

/** A form that tokens of a platform have. */
interface TokenForm {
  /** `fly`: behind `secret-` in a finding. */
  readonly name: string;
  readonly messageId: string;
  readonly title: string;
  readonly pattern: RegExp;
}

/** What the preset lacks: the platforms that Glidepath deploys to. */
const FORMS: readonly TokenForm[] = [
  {
    name: 'fly',
    messageId: 'FLY_TOKEN',
    title: 'Fly.io token',
    // Macaroons in base64, one or more behind a comma (fly.io/docs/security/tokens).
    pattern:
      /(?<![\w+/])(?:FlyV1 )?fm[12][ar]?_[A-Za-z0-9+/_-]{40,}={0,2}(?:,fm[12][ar]?_[A-Za-z0-9+/_-]{40,}={0,2})*/g,
  },
  {
    name: 'fly',
    messageId: 'FLY_PERSONAL_TOKEN',
    title: 'Fly.io personal token',
    pattern: /(?<![\w])fo1_[A-Za-z0-9_-]{30,}/g,
  },
  {
    name: 'neon',
    messageId: 'NEON_API_KEY',
    title: 'Neon API key',
    pattern: /(?<![\w])napi_[a-z0-9]{40,80}(?![\w])/g,
  },
  {
    name: 'neon',
    messageId: 'NEON_PASSWORD',
    title: 'password of a Neon database',
    pattern: /(?<![\w])npg_[A-Za-z0-9]{12,}(?![\w])/g,
  },
  {
    name: 'vercel',
    messageId: 'VERCEL_TOKEN',
    title: 'Vercel token of the older form',
    // They have no mark of their own, so only the name of the variable tells them.
    pattern: /(?<=\bVERCEL_(?:API_)?TOKEN["']?\s{0,5}[:=]\s{0,5}["']?)[A-Za-z0-9]{24}(?![\w])/g,
  },
  {
    name: 'privatekey',
    messageId: 'SHORT_PRIVATE_KEY',
    title: 'private key',
    // Keys of Ed25519 (RFC 8410) are shorter than what the preset takes for one.
    pattern: /-----BEGIN PRIVATE KEY-----(?:\s|\\n)*MC[A-Za-z0-9+/=\s\\]{50,90}-----END PRIVATE KEY-----/g,
  },
  {
    name: 'postgres',
    messageId: 'PGPASSWORD',
    title: 'Postgres password',
    pattern: /(?<=\bPGPASSWORD["']?\s{0,5}[:=]\s{0,5}["']?)(?![$<{*])[^\s"'$<>{}*]{12,}/g,
  },
  {
    name: 'address',
    messageId: 'ADDRESS_WITH_PASSWORD',
    title: 'address with a password',
    // The preset knows those of databases and of the web.
    pattern:
      /(?<![\w+])(?:rediss?|valkeys?|amqps?|nats|sftp|ftps?|ldaps?|smtps?|imaps?):\/\/[^:@/\s"'`<>]{0,100}:[^@/\s"'`<>]{4,200}@[^/?#\s"'`<>]{1,253}/g,
  },
];

/** The rules, in the form of secretlint. */
export const PLATFORM_RULES: readonly SecretLintRuleCreator[] = [
  ...new Set(FORMS.map(({ name }) => name)),
].map(ruleOf);

function ruleOf(name: string): SecretLintRuleCreator {
  const forms = FORMS.filter((form) => form.name === name);
  const messages = Object.fromEntries(
    forms.map(({ messageId, title }) => [messageId, { en: (): string => `found a ${title}` }]),
  );
  return {
    messages,
    meta: { id: `glidepath-${name}`, type: 'scanner', recommended: true, supportedContentTypes: ['text'] },
    create(context) {
      const translate = context.createTranslator(messages);
      return {
        file({ content }) {
          for (const { messageId, pattern } of forms)
            for (const match of content.matchAll(pattern))
              context.report({
                message: translate(messageId),
                range: [match.index, match.index + match[0].length],
              });
        },
      };
    },
  };
}

// Which values of the configuration do not go together, or not without another: sentences for whoever set
// them. What could not be read is absent, and was told of already.

import type { Config } from './config.ts';
import { isPlainElsewhere } from './config-values.ts';

export function conflictsOf(values: Partial<Config>): string[] {
  const problems: string[] = [];
  // A link in a mail must not be made from what a request says of itself.
  for (const [key, variable] of [
    ['mailFrom', 'MAIL_FROM'],
    ['publicUrl', 'PUBLIC_URL'],
  ] as const) {
    if (values.smtpUrl && values[key] === null) problems.push(`SMTP_URL needs ${variable}.`);
  }
  if (Number(values.workers) > 1 && values.mongoUrl === null) {
    problems.push(
      `WORKERS is ${values.workers}, which needs MONGO_URL: the SQLite file in DATA_DIR belongs to one process.`,
    );
  }
  if (values.oidcIssuer && values.oidcClientId === null) {
    problems.push('OIDC_ISSUER needs OIDC_CLIENT_ID.');
  }
  problems.push(...embedConflicts(values));
  return problems;
}

/** All of it or nothing: half of it would be a door of which nobody knows how far it is open. */
function embedConflicts(values: Partial<Config>): string[] {
  const { embedIssuer, embedAudience, embedKey, embedJwksUrl, frameAncestors = [] } = values;
  const given = [
    ['EMBED_ISSUER', embedIssuer],
    ['EMBED_AUDIENCE', embedAudience],
    ['EMBED_KEY or EMBED_JWKS_URL', embedKey ?? embedJwksUrl],
    ['FRAME_ANCESTORS', frameAncestors.length > 0],
  ] as const;
  // What could not be read was told of already.
  const isRead = [embedIssuer, embedAudience, embedKey, embedJwksUrl, values.frameAncestors];
  if (isRead.includes(undefined) || !given.some(([, value]) => value)) return [];
  const missing = given.flatMap(([name, value]) => (value ? [] : [name]));
  return [
    ...(missing.length > 0 ? [`Embedding also needs ${missing.join(', ')}.`] : []),
    ...(embedKey && embedJwksUrl ? ['EMBED_KEY and EMBED_JWKS_URL: only one can be set.'] : []),
    ...(isPlainElsewhere(values.publicUrl ?? null)
      ? ['Embedding needs a PUBLIC_URL with https: browsers keep no cookie of a frame without.']
      : []),
  ];
}

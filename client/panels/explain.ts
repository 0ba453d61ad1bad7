// Errors in words: what happened and what to do, in the person's language. Switches on the code; the
// server's own sentence is only the last resort.

import { AppError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { isUnreachable } from '../api/http.ts';
import type { App } from '../ui/app.ts';
import { formatMegabytes } from '../ui/time.ts';

export function explain({ t, locale }: Pick<App, 't' | 'locale'>, error: unknown): string {
  if (isUnreachable(error)) return t('error.unreachable');
  if (!(error instanceof AppError)) return t('error.internal');
  switch (error.code) {
    case 'not-signed-in':
      return t('error.notSignedIn');
    case 'no-access':
    case 'foreign-origin':
      return t('error.noAccess');
    case 'not-found':
      return t('error.notFound');
    case 'document-trashed':
      return t('error.trashed');
    case 'wrong-password':
      return t('error.wrongPassword');
    case 'name-taken':
      return t('error.nameTaken');
    case 'link-used':
      return t('error.linkUsed');
    case 'document-exists':
      return t('error.exists');
    case 'too-large':
      return t('error.tooLarge', { limit: formatMegabytes(limits.maxDocumentBytes, locale) });
    case 'too-many-requests':
      return t('error.tooMany');
    case 'not-now':
      return t('error.notNow');
    case 'bad-request':
    case 'bad-op':
    case 'method-not-allowed':
    case 'unsupported-type':
    case 'version-taken':
    case 'other-client':
    case 'internal':
      return t('error.internal');
  }
}

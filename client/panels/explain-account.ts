// Errors about accounts in words, and which field they belong to.

import { AppError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { App } from '../ui/app.ts';
import { explain } from './explain.ts';

export interface AccountProblem {
  readonly field: 'login' | 'password' | 'current' | 'email' | null;
  readonly text: string;
}

const counts: Readonly<Record<string, number>> = {
  short: limits.minPasswordChars,
  long: limits.maxPasswordChars,
};

export function explainAccount(app: App, error: unknown): AccountProblem {
  const { t } = app;
  const { field, reason, retryAfter } = error instanceof AppError ? (error.details ?? {}) : {};
  if (typeof retryAfter === 'number') {
    return { field: null, text: t('error.waitSeconds', { count: retryAfter }) };
  }
  switch (reason) {
    case 'short':
    case 'long':
    case 'common':
    case 'name':
      return {
        field: 'password',
        text: t(`sign.reason.${reason}`, { count: counts[reason] ?? 0 }),
      };
    case 'disabled':
      return { field: null, text: t('error.disabled') };
    case 'many':
      return { field: null, text: t('error.many') };
  }
  const code = error instanceof AppError ? error.code : null;
  if (field === 'login' && code === 'bad-request') {
    return { field: 'login', text: t('sign.loginWrong', { count: limits.maxNameChars }) };
  }
  if (field === 'email' && code === 'bad-request') {
    return { field: 'email', text: t('settings.emailWrong') };
  }
  const known = field === 'login' || field === 'current' || field === 'email' ? field : null;
  return { field: known, text: explain(app, error) };
}

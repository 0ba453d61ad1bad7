// "I forgot my password": a link by mail, when there is an account with an address and mail is set up.
// Whoever asks gets the same answer at once in every case; what follows happens behind it.

import { AppError } from '../../core/errors.ts';
import { createTranslate, negotiateLocale } from '../../core/i18n/i18n.ts';
import type { AccountRecords } from './account-records.ts';
import type { Attempts } from './attempts.ts';
import type { Links } from './links.ts';
import { readLogin } from './logins.ts';

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface ForgotDeps {
  records: AccountRecords;
  links: Links;
  attempts: Attempts;
  /** Null: mail is not set up. */
  mail: ((letter: Letter) => Promise<void>) | null;
  /** Never what a request says of itself: a link to another host would hand the secret over. */
  publicUrl: string | null;
  onError(error: unknown): void;
  audit(event: string, fields: Record<string, unknown>): void;
}

export interface Forgot {
  readonly isPossible: boolean;
  /** Throws when no mail can be sent at all. */
  ask(login: string, address: string, acceptLanguage: string | undefined): void;
}

export function createForgot(deps: ForgotDeps): Forgot {
  const { records, links, attempts, mail, publicUrl } = deps;

  const send = async (login: string, acceptLanguage: string | undefined): Promise<void> => {
    const found = await records.find(login);
    const to = found?.record.email;
    if (!found || !to || found.record.disabledAt !== null) return;
    const secret = await links.createReset(found.id, 'mail');
    const t = createTranslate(negotiateLocale(acceptLanguage));
    const url = `${publicUrl}/reset/${secret}`;
    await mail?.({ to, subject: t('mail.resetSubject'), text: t('mail.resetText', { url }) });
    deps.audit('reset-mailed', { person: found.id });
  };

  return {
    isPossible: mail !== null && publicUrl !== null,
    ask(login, address, acceptLanguage) {
      if (!mail || !publicUrl) {
        throw new AppError('bad-request', 'This server sends no mail. Ask whoever runs it.');
      }
      const key = readLogin(login)?.key;
      // Too often is answered alike: the mailbox is spared, and nobody learns anything.
      if (!key || attempts.begin(`forgot ${key}`, address) > 0) return;
      send(login, acceptLanguage).catch(deps.onError);
    },
  };
}

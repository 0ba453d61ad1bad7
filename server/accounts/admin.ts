// What the operator does with accounts, from the command line: one word and a name in, lines of text
// out. It is the same whether the server runs it or the command does by itself (admin-socket.ts).

import { AppError } from '../../core/errors.ts';
import type { AccountRecords, FoundAccount } from './account-records.ts';
import type { Accounts } from './accounts.ts';
import type { Links } from './links.ts';
import type { Sessions } from './sessions.ts';

export const adminVerbs = [
  'list',
  'create',
  'disable',
  'enable',
  'reset',
  'promote',
  'demote',
] as const;
export type AdminVerb = (typeof adminVerbs)[number];

export interface AdminDeps {
  records: AccountRecords;
  accounts: Accounts;
  sessions: Sessions;
  links: Links;
  /** Where people reach the server, for links. */
  url(): string;
  audit(event: string, fields: Record<string, unknown>): void;
}

/** Throws AppError with a sentence for the operator. */
export type Admin = (verb: AdminVerb, name: string | undefined) => Promise<string[]>;

const MAX_LISTED = 10_000;
const PAGE = 500;

export function createAdmin(deps: AdminDeps): Admin {
  const { records, accounts, sessions, links, audit } = deps;

  const find = async (name: string): Promise<FoundAccount> => {
    const found = await records.find(name);
    if (found) return found;
    throw new AppError(
      'not-found',
      `There is no account “${name}”. npm run admin -- list shows them all.`,
    );
  };
  const titleOf = ({ record }: FoundAccount) => record.name ?? record.email ?? '?';
  const day = (time: number) => new Date(time).toISOString().slice(0, 10);

  const list = async (): Promise<string[]> => {
    const rows: string[][] = [['NAME', 'MADE', 'LAST HERE', 'SESSIONS', '']];
    let after: { createdAt: number; id: string } | undefined;
    while (rows.length <= MAX_LISTED) {
      const page = await records.list(PAGE, after);
      for (const account of page) {
        const mine = await sessions.of(account.id);
        const { record } = account;
        rows.push([
          titleOf(account),
          day(record.createdAt),
          mine[0] ? day(mine[0].lastSeenAt) : '–',
          String(mine.length),
          [
            record.isAdmin ? 'admin' : '',
            record.disabledAt === null ? '' : 'disabled',
            record.password === null ? 'no password yet' : '',
          ]
            .filter(Boolean)
            .join(', '),
        ]);
      }
      const last = page.at(-1);
      if (page.length < PAGE || !last) break;
      after = { createdAt: last.record.createdAt, id: last.id };
    }
    if (rows.length === 1) return ['There are no accounts yet.'];
    const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
    return rows.map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    );
  };

  const resetLink = async (account: FoundAccount): Promise<string[]> => {
    const secret = await links.createReset(account.id, 'operator');
    audit('reset-link-made', { person: account.id });
    return [
      `${deps.url()}/reset/${secret}`,
      `Whoever opens this link sets the password of “${titleOf(account)}” and is signed in. It works once, for an hour.`,
    ];
  };

  const setAdmin = async (account: FoundAccount, isAdmin: boolean): Promise<string[]> => {
    await records.update(account.id, (record) =>
      record.isAdmin === isAdmin ? record : { ...record, isAdmin },
    );
    audit(isAdmin ? 'promoted' : 'demoted', { person: account.id });
    return [
      isAdmin
        ? `“${titleOf(account)}” runs this server now.`
        : `“${titleOf(account)}” is an ordinary account now.`,
    ];
  };

  return async (verb, name) => {
    if (verb === 'list') return list();
    if (!name) throw new AppError('bad-request', `${verb} needs the name of an account.`);
    if (verb === 'create') {
      await accounts.create(name);
      return [`“${name}” was made, without a password.`, ...(await resetLink(await find(name)))];
    }
    const account = await find(name);
    switch (verb) {
      case 'disable':
        await accounts.setDisabled(account.id, true);
        return [`“${titleOf(account)}” is disabled and signed out everywhere.`];
      case 'enable':
        await accounts.setDisabled(account.id, false);
        return [`“${titleOf(account)}” may sign in again.`];
      case 'reset':
        if (account.record.disabledAt !== null) {
          throw new AppError('bad-request', `“${titleOf(account)}” is disabled: enable it first.`);
        }
        return resetLink(account);
      case 'promote':
        return setAdmin(account, true);
      case 'demote':
        return setAdmin(account, false);
    }
  };
}

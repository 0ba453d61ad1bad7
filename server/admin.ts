// `npm run admin`: accounts, from the command line. Asks the server of this data folder when it runs, so
// that what is ended ends at once; otherwise works on the store by itself.

import { type AdminVerb, adminVerbs } from './accounts/admin.ts';
import { type AdminReply, askServer } from './accounts/admin-socket.ts';
import { systemClock } from './clock.ts';
import { commandConfig, runCommand } from './command.ts';
import type { Config } from './config.ts';
import { createIdentity } from './identity.ts';
import { systemIds } from './ids.ts';
import { createLog } from './log.ts';
import { openSecret, openSharedSecret } from './secret.ts';
import { openStore } from './store/open-store.ts';

const usage = `npm run admin -- VERB [NAME]

Accounts of the server that the environment names (DATA_DIR, MONGO_URL), whether it runs or not. NAME is the
name or the e-mail address that somebody signs in with.

  list            every account: when it was made and last used, who is admin, who is disabled
  create NAME     makes an account and prints a link at which its owner sets the password
  reset NAME      prints a link, good once and for an hour, at which a new password is set
  disable NAME    shuts out: every session and socket ends, tokens and links stop working
  enable NAME     lets in again
  promote NAME    makes an admin
  demote NAME     makes an ordinary account again
`;

/** No server of this folder runs, or its store is elsewhere: the command does it itself. */
async function doAlone(config: Config, verb: AdminVerb, name?: string): Promise<AdminReply> {
  const { dataDir, mongoUrl } = config;
  const ownSecret = mongoUrl === null ? await openSecret(dataDir, systemIds) : null;
  const store = await openStore({ dataDir, mongoUrl, clock: systemClock });
  const secret = ownSecret ?? (await openSharedSecret(store.records, dataDir, systemIds));
  const identity = createIdentity({
    config,
    secret,
    store,
    clock: systemClock,
    ids: systemIds,
    log: createLog('error'),
    // Nobody is connected here; other servers of a shared store see for themselves.
    backend: { personChanged: () => {}, end: () => {}, endWhere: () => {}, people: () => [] },
    adopt: async () => 0,
    url: () => `http://localhost:${config.port}`,
  });
  try {
    return { ok: true, lines: await identity.admin(verb, name) };
  } finally {
    await identity.close();
    await store.close();
  }
}

async function main(args: string[]): Promise<number> {
  const { positionals, config } = commandConfig(args, usage, { allowPositionals: true });
  const [verb, name, ...rest] = positionals;
  const isVerb = adminVerbs.includes(verb as AdminVerb);
  const isWhole = verb === 'list' ? name === undefined : name !== undefined;
  if (!isVerb || !isWhole || rest.length > 0) {
    const sentence = !verb
      ? 'What should be done?'
      : !isVerb
        ? `${verb}: there is no such verb.`
        : verb === 'list'
          ? 'list takes no name.'
          : name === undefined
            ? `${verb} needs the name of an account.`
            : `${verb} takes one name; one with spaces needs quotation marks.`;
    process.stderr.write(`${sentence}\n\n${usage}`);
    return 1;
  }
  const reply =
    (await askServer(config.dataDir, verb as AdminVerb, name)) ??
    (await doAlone(config, verb as AdminVerb, name));
  (reply.ok ? process.stdout : process.stderr).write(`${reply.lines.join('\n')}\n`);
  return reply.ok ? 0 : 1;
}

await runCommand(main);

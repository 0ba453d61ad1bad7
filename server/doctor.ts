// `npm run doctor`: examines every document of the configured store, and with --repair puts right what
// is derived. Started again with --worker, it is one of the processes that examine.

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { limits } from '../core/limits.ts';
import { systemClock } from './clock.ts';
import { commandConfig, runCommand } from './command.ts';
import { runDoctor } from './doctor/run.ts';
import { serveExaminations, startExaminers } from './doctor/workers.ts';
import { recordFromLog } from './documents/log-alone.ts';
import { createProgress } from './progress.ts';
import { openStoreAlone, openStoreReader } from './store/open-store.ts';

const usage = `npm run doctor -- [--repair] [--json FILE]

Examines every document of the store that the environment names (DATA_DIR, MONGO_URL): the log has no gaps,
replaying it gives every stored snapshot, the text is valid, nothing lies beside the log, and the document has
its record. The server must be stopped. Ends with 0 when nothing is wrong, or nothing is left wrong, else with 1.

  --repair     rebuilds snapshots, sets orphans aside and makes missing records; what is changed is kept in
               a file first
  --json FILE  writes the whole report there
`;

/** 2026-11-21T10-46-00: a name for files. */
const stamp = () => new Date(systemClock.now()).toISOString().slice(0, 19).replaceAll(':', '-');

async function main(args: string[]): Promise<number> {
  const { values, config } = commandConfig(args, usage, {
    options: { repair: { type: 'boolean' }, json: { type: 'string' }, worker: { type: 'boolean' } },
  });
  const place = { dataDir: config.dataDir, mongoUrl: config.mongoUrl };
  if (values.worker) {
    await serveExaminations(() => openStoreReader(place));
    return new Promise<number>(() => {});
  }
  const out = process.stdout;
  const progress = createProgress(out, 'documents');
  const parallel = Math.min(availableParallelism(), limits.maxToolWorkers);
  const store = await openStoreAlone({ ...place, clock: systemClock }, { mustExist: true });
  const examiners = startExaminers(import.meta.filename, parallel);
  const close = async () => {
    examiners.close();
    progress.end();
    await store.close();
  };
  process.once('SIGINT', () => void close().finally(() => process.exit(130)));
  try {
    out.write(`${store.describe()}\n`);
    const report = await runDoctor({
      store,
      examiners,
      parallel,
      keepIn: values.repair ? resolve(join(config.dataDir, `doctor-${stamp()}.jsonl`)) : null,
      recordOf: (ref) => recordFromLog(store.ops, ref),
      onProgress: progress.at,
      onFound: (document, { text, repaired }) =>
        progress.say(`${document}: ${text}${repaired ? ' (repaired)' : ''}`),
    });
    progress.end();
    if (typeof values.json === 'string') {
      writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
    }
    if (report.kept) out.write(`What was changed is kept in ${report.kept}\n`);
    const ill = report.found.length;
    out.write(
      `${report.documents} documents, ${report.ops} ops: ${
        ill === 0
          ? 'nothing is wrong.'
          : `${ill} with problems; ${report.left} problems ${report.left === 1 ? 'is' : 'are'} left.`
      }\n`,
    );
    const canRepair = report.found.some(({ problems }) =>
      problems.some(({ repairable, repaired }) => repairable && !repaired),
    );
    if (canRepair && !values.repair) {
      out.write(
        'npm run doctor -- --repair rebuilds snapshots, sets orphans aside and makes records.\n',
      );
    }
    return report.left === 0 ? 0 : 1;
  } finally {
    await close();
  }
}

await runCommand(main);

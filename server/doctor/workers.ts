// Examines documents in processes of their own, one document at a time in each: memory stays bounded by
// the largest document, and a process that dies costs the report of one.

import { type ChildProcess, fork } from 'node:child_process';
import { type DocumentKey, parseDocumentKey } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { StoreReader } from '../store/store.ts';
import { type DocumentReport, examine } from './check-document.ts';

interface Question {
  document: DocumentKey;
  rebuild: boolean;
}

const unread = (document: DocumentKey, why: string): DocumentReport => ({
  document,
  version: 0,
  hasText: false,
  problems: [{ kind: 'unread', text: `it could not be examined: ${why}`, repairable: false }],
  rebuilt: [],
});

/** The other end: answers questions until whoever asks is gone. */
export async function serveExaminations(open: () => Promise<StoreReader>): Promise<void> {
  const opened = open();
  opened.catch(() => {});
  process.on('disconnect', () => process.exit(0));
  // Ctrl+C goes to the whole group; who asks decides.
  process.on('SIGINT', () => {});
  process.on('message', (question: Question) => {
    const ref = parseDocumentKey(question.document);
    const report = opened.then((store) => {
      if (!ref) throw new Error('its address is not valid');
      return examine(store, ref, question.rebuild);
    });
    report
      .catch((error) => unread(question.document, String((error as Error)?.message ?? error)))
      .then((answer) => process.send?.(answer))
      .catch(() => process.exit(1));
  });
}

class Worker {
  readonly #entry: string;
  #child: ChildProcess | null = null;

  constructor(entry: string) {
    this.#entry = entry;
  }

  ask(question: Question): Promise<DocumentReport> {
    this.#child ??= fork(this.#entry, ['--worker'], {
      execArgv: [...process.execArgv, `--max-old-space-size=${limits.toolWorkerMb}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const child = this.#child;
    return new Promise((resolve) => {
      const answered = (report: DocumentReport) => {
        child.off('exit', ended);
        resolve(report);
      };
      const ended = (code: number | null, signal: string | null) => {
        child.off('message', answered);
        this.#child = null;
        resolve(unread(question.document, `the process ended (${signal ?? code})`));
      };
      child.once('message', answered);
      child.once('exit', ended);
      child.send(question);
    });
  }

  close(): void {
    this.#child?.removeAllListeners();
    if (this.#child?.connected) this.#child.disconnect();
  }
}

export interface Examiners {
  ask(document: DocumentKey, rebuild: boolean): Promise<DocumentReport>;
  close(): void;
}

/** `entry`: the module that calls `serveExaminations` when it is started with --worker. */
export function startExaminers(entry: string, count: number): Examiners {
  const idle = Array.from({ length: count }, () => new Worker(entry));
  const all = [...idle];
  const waiting: ((worker: Worker) => void)[] = [];
  return {
    async ask(document, rebuild) {
      const worker = idle.pop() ?? (await new Promise<Worker>((resolve) => waiting.push(resolve)));
      try {
        return await worker.ask({ document, rebuild });
      } finally {
        const first = waiting.shift();
        if (first) first(worker);
        else idle.push(worker);
      }
    },
    close() {
      for (const worker of all) worker.close();
    },
  };
}

// Goes through every document of a store, reports what is wrong, and repairs what is derived: snapshots
// are rebuilt and orphans set aside, after what is there was kept in a file, and a document without a
// record gets one. A committed op is never changed.

import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import {
  type DocumentKey,
  type DocumentRef,
  documentKey,
  parseDocumentKey,
} from '../../core/ids.ts';
import { type DocumentRecord, documents } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { DocumentReport, Problem } from './check-document.ts';
import type { Examiners } from './workers.ts';

export interface ReportedProblem extends Problem {
  repaired: boolean;
}

export interface Report {
  store: string;
  documents: number;
  ops: number;
  /** Those of documents with problems. */
  found: { document: DocumentKey; version: number; problems: ReportedProblem[] }[];
  /** Problems that are still there. */
  left: number;
  /** Where what was changed is kept; null: nothing was. */
  kept: string | null;
}

export interface DoctorDeps {
  store: Pick<Store, 'ops' | 'records' | 'orphans' | 'describe'>;
  /** The record of a document that has none, from its log. */
  recordOf(ref: DocumentRef): Promise<DocumentRecord | null>;
  examiners: Examiners;
  /** Documents under examination at a time. */
  parallel: number;
  /** The file for what a repair changes; null: nothing is repaired. */
  keepIn: string | null;
  onProgress(done: number, total: number): void;
  onFound(document: DocumentKey, problem: ReportedProblem): void;
}

const PAGE = 1000;

async function* everyDocument(store: DoctorDeps['store']): AsyncGenerator<DocumentRef> {
  for (let after: DocumentKey | null = null; ; ) {
    const page: DocumentRef[] = await store.ops.list(after, PAGE);
    const last = page.at(-1);
    if (!last) return;
    yield* page;
    after = documentKey(last);
  }
}

export async function runDoctor(deps: DoctorDeps): Promise<Report> {
  const { store, examiners, keepIn } = deps;
  let total = 0;
  for await (const _ of everyDocument(store)) total++;
  const report: Report = {
    store: store.describe(),
    documents: 0,
    ops: 0,
    found: [],
    left: 0,
    kept: null,
  };
  let file: FileHandle | null = null;

  /** On the disk before anything is changed. */
  async function keep(what: unknown): Promise<void> {
    if (!file) {
      file = await open(keepIn as string, 'wx', 0o600);
      report.kept = keepIn;
    }
    await file.write(`${JSON.stringify(what)}\n`);
    await file.sync();
  }

  async function repair({ document, problems, rebuilt }: DocumentReport): Promise<void> {
    const ref = parseDocumentKey(document) as DocumentRef;
    if (problems.some(({ kind }) => kind === 'orphans')) {
      await keep({ document, orphans: await store.orphans?.find(ref) });
      await store.orphans?.setAside(ref);
    }
    for (const { snapshot, milestone } of rebuilt) {
      const before = await store.ops.snapshot(ref, snapshot.v);
      await keep({ document, milestone, snapshot: before });
      await store.ops.writeSnapshot(ref, snapshot, { milestone });
    }
    if (problems.some(({ kind }) => kind === 'record')) {
      const record = await deps.recordOf(ref);
      if (record) await store.records.put(documents, document, record, { ifVersion: 0 });
    }
  }

  /** What the log cannot tell: whether the document has its record. */
  async function look(document: DocumentKey, rebuild: boolean): Promise<DocumentReport> {
    const report = await examiners.ask(document, rebuild);
    if (!report.hasText || (await store.records.get(documents, document))) return report;
    const text = 'it has no record: no title, no owner, and it is on no list';
    report.problems.push({ kind: 'record', text, repairable: true });
    return report;
  }

  // One after the other: the examinations beside it go on.
  let repairing: Promise<unknown> = Promise.resolve();

  async function examineOne(document: DocumentKey): Promise<void> {
    const first = await look(document, keepIn !== null);
    let after = first;
    if (keepIn !== null && first.problems.some(({ repairable }) => repairable)) {
      const turn = repairing.then(() => repair(first));
      repairing = turn.catch(() => {});
      await turn;
      after = await look(document, false);
    }
    report.documents++;
    report.ops += first.version;
    if (first.problems.length > 0) {
      const problems = first.problems.map((problem) => {
        const isLeft = after.problems.some(
          ({ kind, text }) => kind === problem.kind && text === problem.text,
        );
        return { ...problem, repaired: !isLeft };
      });
      report.found.push({ document, version: first.version, problems });
      for (const problem of problems) deps.onFound(document, problem);
    }
    report.left += after.problems.length;
    deps.onProgress(report.documents, total);
  }

  try {
    const running = new Set<Promise<void>>();
    let failure: { error: unknown } | null = null;
    for await (const ref of everyDocument(store)) {
      const one: Promise<void> = examineOne(documentKey(ref))
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => running.delete(one));
      running.add(one);
      if (running.size >= deps.parallel) await Promise.race(running);
      if (failure) break;
    }
    await Promise.all(running);
    if (failure) throw (failure as { error: unknown }).error;
    report.found.sort((a, b) => (a.document < b.document ? -1 : 1));
    return report;
  } finally {
    await (file as FileHandle | null)?.close();
  }
}

// /metrics, in Prometheus's text format: what operators watch. Numbers only: no names, no addresses of
// documents, nothing that grows with them. Open to this computer, for others by METRICS_TOKEN.

import { createHash, timingSafeEqual } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { AppError } from '../core/errors.ts';
import { type RequestFacts, type Route, route } from './http/route.ts';

/** Seconds; from a keystroke's commit on a fast disk to what nobody waits for. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const NANO = 1e-9;

type Aggregator = 'sum' | 'first' | 'min' | 'max';

export interface MetricsDeps {
  readonly build: string;
  /** Live documents, op sockets, and ops that wait for their commit. */
  stats(): { documents: number; connections: number; staged: number };
  /** Null: only this computer may read them. */
  readonly token: string | null;
  /** The other processes on the port, if there are: what each has in its `read`. */
  readonly others?: (read: () => Promise<unknown>) => () => Promise<unknown[]>;
}

export interface Metrics {
  /** An HTTP request was answered; `route` is a pattern, never a path. */
  answered(request: { method: string; route: string; status: number; ms: number }): void;
  /** An op became durable so long after it came. */
  committed(ms: number): void;
  /** A message of an op socket was refused. */
  refused(code: string): void;
  /** We ended an op socket. */
  socketCut(reason: string): void;
  readonly routes: readonly Route[];
  close(): void;
}

export function createMetrics(deps: MetricsDeps): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();

  /** Several processes on one port are read as one: sums, unless said otherwise. */
  const gauge = (name: string, help: string, read: () => number, aggregator: Aggregator = 'sum') =>
    new Gauge({
      name,
      help,
      aggregator,
      registers,
      collect() {
        this.set(read());
      },
    });
  const count = (name: string, help: string, read: () => number) => {
    const counter: Counter = new Counter({
      name,
      help,
      registers,
      collect() {
        counter.reset();
        counter.inc(read());
      },
    });
  };

  const info = new Gauge({
    name: 'deltapad_info',
    help: 'Which client is served.',
    aggregator: 'first',
    labelNames: ['build'],
    registers,
  });
  info.set({ build: deps.build }, 1);
  gauge('deltapad_open_documents', 'Documents held in memory.', () => deps.stats().documents);
  gauge('deltapad_connections', 'Open op sockets.', () => deps.stats().connections);
  gauge('deltapad_ops_waiting', 'Ops that wait for their commit.', () => deps.stats().staged);
  const commits = new Histogram({
    name: 'deltapad_op_commit_seconds',
    help: 'From the arrival of an op until it is durable.',
    buckets: BUCKETS,
    registers,
  });
  const refusals = new Counter({
    name: 'deltapad_refused_messages_total',
    help: 'Messages of op sockets that were refused, by error code.',
    labelNames: ['code'],
    registers,
  });
  const cuts = new Counter({
    name: 'deltapad_cut_sockets_total',
    help: 'Op sockets that the server ended, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const requests = new Histogram({
    name: 'deltapad_http_request_seconds',
    help: 'HTTP requests, by method, route and class of status.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  });

  count('process_cpu_seconds_total', 'User and system CPU time.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge(
    'process_start_time_seconds',
    'When the process began, since 1970.',
    () => Math.round(performance.timeOrigin / 1000),
    'min',
  );
  gauge('process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss());
  gauge(
    'nodejs_heap_size_used_bytes',
    'Of it, used by JavaScript.',
    () => process.memoryUsage().heapUsed,
  );
  const lag = new Gauge({
    name: 'nodejs_eventloop_lag_seconds',
    help: 'How late the event loop was since the last reading.',
    aggregator: 'max',
    labelNames: ['quantile'],
    registers,
    collect() {
      // Nothing measured yet is NaN, which is no number for those who read this.
      for (const quantile of [50, 99]) {
        this.set({ quantile: quantile / 100 }, (delay.percentile(quantile) || 0) * NANO);
      }
      delay.reset();
    },
  });
  void lag;

  const gather = deps.others?.(() => registry.getMetricsAsJSON());
  const text = async () => {
    if (!gather) return registry.metrics();
    const others = (await gather()) as object[];
    return AggregatorRegistry.aggregate([await registry.getMetricsAsJSON(), ...others]).metrics();
  };

  return {
    answered({ method, route: pattern, status, ms }) {
      const labels = { method, route: pattern, status: `${Math.floor(status / 100)}xx` };
      requests.observe(labels, ms / 1000);
    },
    committed: (ms) => commits.observe(ms / 1000),
    refused: (code) => refusals.inc({ code }),
    socketCut: (reason) => cuts.inc({ reason }),
    routes: [
      route({
        method: 'GET',
        path: '/metrics',
        needs: 'public',
        alwaysOpen: true,
        asksNobody: true,
        isPage: true,
        summary: 'Numbers for Prometheus.',
        async run({ request }) {
          if (!mayRead(request, deps.token)) {
            const sentence = 'Metrics are for this computer, or for who has METRICS_TOKEN.';
            throw new AppError('no-access', sentence);
          }
          return { body: await text(), type: registry.contentType };
        },
      }),
    ],
    close: () => delay.disable(),
  };
}

/** A proxy on this computer speaks for others: only a request without its headers is our own. */
function mayRead({ isLocal, authorization }: RequestFacts, token: string | null): boolean {
  if (isLocal) return true;
  const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (!token || !given) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

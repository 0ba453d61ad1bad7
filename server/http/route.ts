// What a route is: data. Features write lists of them; http.ts mounts them, openapi.ts describes them.
// `needs` is mandatory, so that no route can forget to say who may call it.

import type { ZodType } from 'zod';
import type { Capability } from '../../core/roles.ts';
import type { Grant } from '../access/access.ts';
import type { Person } from '../access/actor.ts';

/**
 * A capability on the document named by the request; `guest`: a known person, however they came;
 * `self`: the person in their own browser, which no API token is; or nothing at all.
 */
export type Needs = Capability | 'guest' | 'self' | 'public';

export interface Reply {
  status?: number;
  /** At most one of json, html and body. */
  json?: unknown;
  html?: string;
  body?: string | Uint8Array;
  /** Content type of `body`. */
  type?: string;
  /** Makes the browser save `body` under this name. */
  download?: string;
  headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** What a route may know of its request beside its own parts. */
export interface RequestFacts {
  readonly id: string;
  readonly acceptLanguage: string | undefined;
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  /** From this computer, and not handed on by a proxy. */
  readonly isLocal: boolean;
  readonly userAgent: string | undefined;
  /** The client's address, as far as proxies may be believed. */
  readonly address: string;
  /** Path and query as they were asked for. */
  readonly url: string;
  /** Scheme and host under which we were asked. */
  readonly origin: string;
}

export interface Context<N extends Needs, Body, Query> {
  readonly actor: N extends 'public' ? Person | null : Person;
  /** The proof that services demand; only where `needs` is a capability. */
  readonly grant: N extends Capability ? Grant<N> : undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly query: Query;
  readonly request: RequestFacts;
}

export interface RouteSpec<N extends Needs, Body, Query> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Express's syntax, named parameters only. */
  readonly path: string;
  readonly needs: N;
  /** One line for the description of the API. */
  readonly summary: string;
  /** Nobody is asked who they are: it must answer while the store does not. Only with `public`. */
  readonly asksNobody?: boolean;
  /** Pages of other sites may ask it, too: nothing that a browser sends by itself counts there. */
  readonly anyOrigin?: boolean;
  /** Asked by a frame inside another site: who asks is whom the frame's session is about. */
  readonly isEmbedded?: boolean;
  /** Also for strangers where sign-in is required: how one signs in, and what operators ask. */
  readonly alwaysOpen?: boolean;
  /** For browsers, not for scripts: the API's description leaves it out. */
  readonly isPage?: boolean;
  /** Where a capability's document is named: `:collection` and `:id` of the path, or of the query. */
  readonly document?: 'path' | 'query';
  /** The document need not be stored; else an absent one is 404 before anything runs. */
  readonly mayBeAbsent?: boolean;
  readonly body?: ZodType<Body>;
  readonly query?: ZodType<Query>;
  /** The body is bytes of any type, up to so many: `body` is then given a Uint8Array. */
  readonly raw?: { readonly maxBytes: number };
  /** Shape and status of the answer, for the description. */
  readonly reply?: ZodType;
  readonly status?: number;
  /** Which rate it counts against; by its method when absent. */
  readonly rate?: 'read' | 'write' | 'heavy' | 'sign';
  run(context: Context<N, Body, Query>): Reply | Promise<Reply>;
}

export type Route = RouteSpec<Needs, unknown, unknown>;

/** Infers what `run` receives from `needs`, `body` and `query`. */
export const route = <const N extends Needs, Body = undefined, Query = undefined>(
  spec: RouteSpec<N, Body, Query>,
): Route => spec;

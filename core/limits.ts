// Every numeric limit of Deltapad, with its unit and its reason. Both sides import it, so a client
// knows what a server will refuse before it sends it.

export const limits = {
  /** One WebSocket frame. Twice the largest op, so that JSON escapes always fit. */
  maxFrameBytes: 1024 * 1024,
  /** One op as JSON in UTF-8. Longer pastes are split by the client (`core/split-op.ts`). */
  maxOpBytes: 512 * 1024,
  /** What the client aims for when it splits: room for transforms that add components. */
  splitOpBytes: 256 * 1024,
  /** Components in one op: bounds the cost of one transform. */
  maxOpComponents: 10_000,
  /** Nesting of any message: ops need 4, presence 3; a depth scan runs before JSON.parse. */
  maxMessageDepth: 12,
  /** A document as JSON in UTF-8; Mongo stops at 16 MB of BSON, and browsers long before. */
  maxDocumentBytes: 10 * 1024 * 1024,
  /** A request body: a document at its limit, in JSON, with a title. */
  maxBodyBytes: 12 * 1024 * 1024,
  /** Attributes on one component: the registry has fewer than 20. */
  maxAttributes: 32,
  /** A string attribute (link, alternative text, caption). */
  maxAttributeChars: 2048,
  /** A document's title, in UTF-16 units. */
  maxTitleChars: 200,
  /** A person's name, in UTF-16 units; it must fit a caret's flag. */
  maxNameChars: 40,
  /** A search query, in UTF-16 units. */
  maxQueryChars: 200,
  /** Text of one document that search knows, from its beginning, in UTF-16 units … */
  maxSearchChars: 300_000,
  /** … and in tokens (a Chinese character makes two): indexing stops everybody's typing for under 30 ms. */
  maxSearchTokens: 50_000,
  /** One search; one letter as a prefix of half the words there are can take long. */
  maxSearchMs: 3_000,
  /** Searches waiting for their turn; more would not be answered while somebody still looks. */
  maxWaitingSearches: 64,
  /** Writes waiting for the embedded store's disk: some seconds' worth; then it says not now. */
  maxQueuedWrites: 20_000,
  /** The same in bytes: six of the largest snapshots or images. */
  maxQueuedWriteBytes: 64 * 1024 * 1024,
  /** Writes in one transaction: its inserts hold the event loop for under 10 ms. */
  maxGroupWrites: 500,
  /** How long a write waits for a program outside (a backup) that holds the embedded database. */
  storeBusyTimeoutMs: 2_000,
  /** A server waits so long at its start for a Mongo that does not answer; they are often started together. */
  storeStartMs: 20_000,
  /** A store that failed is asked again so often whether it serves, though nobody writes. */
  storeProbeMs: 5_000,
  /** What a failing store makes everybody meet is logged once in this time, with how often it was met. */
  sameWarningMs: 60_000,
  /** A refusal that is only for now (503) asks not to be tried again before: Retry-After, in seconds. */
  retryAfterSeconds: 5,
  /** A server says so often in a shared database that it is there; silent for `deadServerMs`, it is dead. */
  serverBeatMs: 10_000,
  deadServerMs: 30_000,
  /** Processes in which the doctor examines documents, at most, and the memory of each in MB. */
  maxToolWorkers: 8,
  toolWorkerMb: 512,
  /** Documents in one page of the home list. */
  pageSize: 50,
  /** An uploaded image. */
  maxImageBytes: 10 * 1024 * 1024,
  /** Width × height of an image: more would exhaust a phone's memory when it is decoded. */
  maxImagePixels: 50_000_000,
  /** One side of an image, in pixels: as much as the width and height of core/formats.ts take. */
  maxImageSide: 20_000,
  /** Presence payload as JSON. */
  maxPresenceBytes: 1024,
  /** Presence ids one connection may hold: one a document, with room for a reconnect. */
  maxPresencePerConnection: 5,
  /** Documents one connection may subscribe to. */
  maxSubscriptions: 50,
  /** Versions a presence may lag behind before it is ignored: receivers transform it by as many ops. */
  maxPresenceLag: 200,
  /** Ops waiting in memory before a snapshot is folded: keeps a fold under 10 ms at 1 MB. */
  maxPendingOps: 128,
  /** Ops after which a snapshot is written … */
  snapshotInterval: 200,
  /** … and up to so many in a long document, one for each KB of it: writing it is O(document). */
  maxSnapshotInterval: 2_000,
  /** Versions of which the snapshot stays: so many ops are composed in some 20 ms; … */
  milestoneInterval: 1_000,
  /** … fewer in a document of more than 1 MB, so that they take no more than a KB for each op. */
  maxMilestoneInterval: 4_000,
  /** Of one document, waiting to be written: one left out costs only a longer replay. */
  maxWaitingMilestones: 4,
  /** Old versions made at a time, and requests that wait for that; each may cost the loop 100 ms. */
  maxVersionReads: 2,
  maxWaitingVersionReads: 64,
  /** Bytes waiting in one socket, beside the largest message, before it is cut off: it does not read. */
  maxSocketBacklogBytes: 8 * 1024 * 1024,
  /** Commits are shared when so many people write within 16 ms; nobody waits longer for it than … */
  commitCrowd: 4,
  commitWindowMs: 8,
  /** Log entries deleted at once when a document is deleted for good: under 20 ms of the loop. */
  removeAtOnce: 2_000,
  /** Log entries in one commit: bounds what one failed write takes along. */
  maxAppendGroup: 500,
  /** Log entries of one document waiting for a commit; beyond, the store is not keeping up. */
  maxWaitingAppends: 5_000,
  /** Documents of which the end of the log is remembered; a forgotten one is looked up. */
  maxKnownTails: 10_000,
  /** Retries of one op against newer versions before it is held back. */
  maxSubmitRetries: 50,
  /** Documents kept open in memory; beyond, the longest unused are let go. */
  maxLiveDocuments: 2_000,
  /** Their estimated size together, in bytes. */
  maxLiveBytes: 256 * 1024 * 1024,
  /** A document that nobody has open is let go after this long; asked every so often. */
  documentIdleMs: 60_000,
  documentSweepMs: 10_000,
  /** Snapshots written at once for documents that are let go, and the pause before more: behind people's ops. */
  evictionWrites: 4,
  evictionPauseMs: 50,
  /** The end of a log that stays in memory: a client that was away this many ops needs no read of the store. */
  maxRecentOps: 512,
  maxRecentOpBytes: 1024 * 1024,
  /** Log entries read at once when a document is opened. */
  openReadOps: 1_000,
  /** Where several processes have one store: each looks for what others committed to its open documents, and
   * for what changed about them and their people, this often; all is known within 5 s without any message. */
  followMs: 4_000,
  /** Sockets whose rights are asked again at once. */
  maxLookedAt: 50,
  /** Documents looked at in one question to the store, and read at once when they have grown. */
  maxFollowed: 1_000,
  maxFollowReads: 8,
  /** Processes on one port. */
  maxWorkers: 64,
  /** How long one process waits for what the others on its port answer. */
  gatherMs: 500,
  /** A process that lived for so long started well; after so many in a row that did not, all ends … */
  workerSettledMs: 10_000,
  maxWorkerFailures: 8,
  /** … and until then each is replaced after a while that grows up to this. */
  workerRetryMaxMs: 4_000,
  /** One message between processes: an op at its limit fits; what is larger is read from the store. */
  maxBusMessageBytes: 640 * 1024,
  /** Bytes waiting to go to another process; more is not sent, and read from the store. */
  maxBusBacklogBytes: 16 * 1024 * 1024,
  /** A process says so often that it is there; one silent for so long has ended, and its people with it. */
  processBeatMs: 4_000,
  silentProcessMs: 16_000,
  /** A presence at another process that is not said again: with the sweep, gone within the promised 30 s. */
  elsewhereTtlMs: 25_000,
  /** Presences of one document, and documents of one process, that are remembered of others. */
  maxElsewhere: 5_000,
  /** People of one document, or presences, in one message between processes. */
  maxPeopleTold: 200,
  /** Whoever opens a document waits this long, at most, until it is heard from other processes. */
  busSubscribeMs: 1_000,
  /** The question who is in a document is answered at most this often. */
  whoAnswerMs: 1_000,
  /** Redis: no answer within … is none; a dead line is found within … + …; tries to come back grow up to … */
  redisAnswerMs: 2_000,
  redisPingMs: 5_000,
  redisRetryMaxMs: 3_000,
  /** People named on one document: its record is read whole for every decision. */
  maxNamedPeople: 200,
  /** Share links of one document, expired ones among them. */
  maxShareLinks: 30,
  /** What a share link is called by its maker, in UTF-16 units. */
  maxLinkLabelChars: 60,
  /** How far ahead a share link may end. */
  maxLinkDays: 3650,
  /** A share link's password: it is guessed against a rate, not offline. */
  minLinkPasswordChars: 4,
  /** The note of somebody who asks for access, in UTF-16 units. */
  maxRequestNoteChars: 280,
  /** Requests for access to one document that wait for its owners. */
  maxAccessRequests: 50,
  /** Who was told no may ask again after this. */
  declinedMs: 7 * 24 * 3600_000,
  /** Rights of open documents are asked again this often: what ended by itself, or on another server,
   * reaches a socket within this and the two seconds a record is remembered. */
  rightsCheckMs: 2_000,
  /** How long an answer to "which role has this person here" is used without asking again. */
  roleCacheMs: 2_000,
  /** Ops of one connection that are on their way; with more, its socket is not read for a moment. */
  maxOpsInFlight: 8,
  /**
   * How long the ops that wait for one document are worked off before every other document and socket has
   * its turn: what is in memory already never lets the event loop go round by itself.
   */
  turnsMs: 5,
  /** Presence updates of one connection; of what comes faster, the newest is told later. */
  presencePerSecond: 10,
  /** Connections of one person (tabs, devices) and of one address (an office behind one). */
  maxConnectionsPerUser: 40,
  maxConnectionsPerAddress: 500,
  /** From the request to the 101. */
  handshakeMs: 10_000,
  /** After a close frame, the other side has this long to answer before the line is cut. */
  closeGraceMs: 2_000,
  /** Messages of one connection, each 16 KB counting as one more; faster, its socket is read slower. */
  messagesPerSecond: 100,
  messageBurst: 500,
  /** Several messages to our client share a frame up to this size. */
  batchFrameBytes: 256 * 1024,
  /** So many writes to sockets go out at once in a window of this length; more wait for its end … */
  batchFreeWrites: 64,
  /** … which nobody notices: what others type is shown in frames of 16 ms anyway. */
  batchWindowMs: 10,
  /** Documents kept as ready JSON for whoever opens them next. */
  maxSnapshotTextBytes: 32 * 1024 * 1024,
  /** Server ping interval; a dead line is found within two. */
  pingIntervalMs: 15_000,
  /** Client: a `pp` is sent when nothing came for this long … */
  heartbeatIdleMs: 4_000,
  /** … and the line is dead when nothing came for this much longer: 4 + 4 s is under the promised 10 s. */
  heartbeatTimeoutMs: 4_000,
  /** Client: an op without acknowledgement for this long closes the socket, which re-queues it (sharedb#700). */
  ackTimeoutMs: 10_000,
  /** Client: asks for newer versions when nothing came for this long (a lost last publish). */
  versionCheckMs: 20_000,
  /** Client: failing this long shows Offline. */
  offlineAfterMs: 10_000,
  /** Client: a break shorter than this keeps the last text of the save state. */
  reconnectGraceMs: 3_000,
  /** Client: reconnect delays grow from … to …, each with full jitter. */
  reconnectMinMs: 250,
  reconnectMaxMs: 8_000,
  /** Client: carets are sent at most this often. */
  presenceThrottleMs: 120,
  /** Client: re-sent this often, so that a receiver may drop what it has not heard of … */
  presenceRefreshMs: 12_000,
  /** … for this long (a server that died says no goodbye). */
  presenceTtlMs: 28_000,
  /** Client: a caret that has not moved for this long is hidden; the person stays in the list. */
  caretIdleMs: 60_000,
  /** Client: ops kept to carry late carets forward. */
  presenceOpHistory: 200,
  /** Client: what is loading shows still bars only after this long; most loads never get there. */
  loadingAfterMs: 300,
  /** Carets drawn at once: more is noise, and each costs layout. */
  maxCarets: 30,
  /** Documents of one person that the home list looks at, most recently opened first: bounds a listing. */
  maxListed: 2_000,
  /** Text of one document that search reads, in UTF-16 units: bounds how long indexing holds the loop. */
  maxIndexedChars: 1_000_000,
  /** Title, first words and search follow an edit within this. */
  indexDelayMs: 1_500,
  /** How much text of one document search takes in a second: it is written anew as a whole, so one of
   * 1 MB that is being written follows within 50 s, and costs the loop 30 ms each time. */
  searchCharsPerSecond: 20_000,
  /** Replies longer than this are compressed: below it, the headers cost as much. */
  compressMinBytes: 4 * 1024,
  /** What a page shows of its document before its script runs: a few screens. */
  previewLines: 200,
  previewChars: 64 * 1024,
  /** HTTP: a request's head must be here after …, its body after … (10 MB at 1 Mbit/s take 80 s). */
  requestHeadMs: 15_000,
  requestBodyMs: 120_000,
  /** A connection without a request is kept this long: longer than proxies keep theirs (60 s). */
  keepAliveMs: 65_000,
  /** /readyz: a store that does not answer within this does not answer. */
  readyTimeoutMs: 2_000,
  /** At a stop, requests under way get this long; sockets and stores have the rest of `drainMs`. */
  requestDrainMs: 3_000,
  /** How long a guest's cookie lasts without a visit. */
  sessionDays: 365,
  /** A session (somebody signed in) ends when it was not used for so long … */
  sessionIdleDays: 60,
  /** … and in any case after so long: then the password is asked again. */
  sessionMaxDays: 365,
  /** That a session or token was used is written at most this often. */
  touchMs: 5 * 60_000,
  /** Sessions of one person; the one not used for longest makes room. */
  maxSessions: 50,
  /** API tokens of one account, and personal links of one guest. */
  maxTokens: 50,
  maxPersonalLinks: 10,
  /** A token's name, in UTF-16 units. */
  maxTokenNameChars: 60,
  /** A password, in characters after NFKC. Long enough for any phrase; beyond it hashing is work for nothing. */
  minPasswordChars: 8,
  maxPasswordChars: 256,
  /** An e-mail address (RFC 5321), and what is typed to sign in. */
  maxLoginChars: 254,
  /** Password hashes at once (32 MB and a thread of four each), and how many may wait. */
  maxPasswordHashes: 2,
  maxWaitingHashes: 50,
  /** Attempts to sign in to one account from one address before each must wait: 1 s, 2 s, 4 s … */
  freeSignIns: 5,
  maxSignInDelayMs: 15 * 60_000,
  /** The same from all addresses together: a stranger who guesses must not lock the owner out for long. */
  freeSignInsOfAll: 30,
  maxSignInDelayOfAllMs: 60_000,
  /** After this without an attempt, they are forgotten. */
  signInMemoryMs: 24 * 3600_000,
  /** A link that sets a new password. */
  resetLinkMs: 3600_000,
  /** Open sockets are asked this often whether who is behind them still is somebody: 5 s are promised. */
  identityCheckMs: 3_000,
  /** A sign-in that takes two requests: from the first to the second, with a person between. */
  signInStepMs: 5 * 60_000,
  /** The same with a provider between, which may ask for more than one proof. */
  providerStepMs: 15 * 60_000,
  /** A provider's answer, and how long what it says of itself is kept. */
  providerAnswerMs: 5_000,
  providerKeptMs: 3_600_000,
  /** Of one account. */
  maxPasskeys: 20,
  /** One part of what a browser says of a passkey, in base64url. */
  maxWebauthnChars: 32_768,
  /** From `iat` to `exp` of a host application's token: it travels through pages, so it is short. */
  maxEmbedTokenMs: 3_600_000,
  /** By how much a host's clock may differ from ours, in seconds. */
  embedClockSkewSeconds: 30,
  maxEmbedTokenChars: 8_192,
  /** Documents and collections that one token may name, and that one session holds. */
  maxEmbedPlaces: 50,
  /** The host's keys (JWKS) are asked for with this deadline, and kept so long. */
  embedKeysMs: 5_000,
  embedKeysKeptMs: 10 * 60_000,
  /** Documents that a guest brings into an account, at most. */
  maxAdopted: 10_000,
  /** Guests that one account remembers to have taken in. */
  maxFormerIds: 50,
  /** Draining at shutdown; the end is promised within 10 s. */
  drainMs: 8_000,
  /** When even that hangs, the process ends all the same. */
  endMs: 9_500,
} as const;

/**
 * HTTP requests of one person: `burst` at once, then `perSecond`. An address may do ten times as much,
 * for an office behind one; pages and scripts that read cost little, what stores much costs more.
 */
export const httpRates = {
  read: { perSecond: 20, burst: 300 },
  write: { perSecond: 5, burst: 100 },
  heavy: { perSecond: 1, burst: 40 },
  /** Passwords, each of which costs a hash. */
  sign: { perSecond: 0.1, burst: 15 },
} as const;

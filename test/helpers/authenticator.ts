// A passkey in software: answers as a browser and its authenticator would, and as neither would where a
// test says so.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

type Cbor = number | string | Buffer | ReadonlyMap<number | string, Cbor>;

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
}

/** As much of CBOR as an authenticator writes. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') {
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  }
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const entries = [...value].flatMap(([key, each]) => [cbor(key), cbor(each)]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();
const url64 = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64url');

/** What a test may have wrong. */
export interface Twist {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  /** Sets the counter instead of counting on. */
  counter?: number;
  /** Nobody touched it. */
  absent?: boolean;
  userHandle?: string;
  spoilSignature?: boolean;
}

interface Options {
  challenge: string;
  rp?: { id?: string };
  rpId?: string;
  user?: { id: string };
}

export class Authenticator {
  readonly id = url64(randomBytes(32));
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #origin: string;
  #userHandle = '';
  counter = 0;

  constructor(origin: string) {
    this.#origin = origin;
  }

  #clientData(type: string, options: Options, twist: Twist): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: twist.type ?? type,
        challenge: twist.challenge ?? options.challenge,
        origin: twist.origin ?? this.#origin,
        crossOrigin: false,
      }),
    );
  }

  #data(rpId: string, twist: Twist, attested: Buffer = Buffer.alloc(0)): Buffer {
    const present = twist.absent ? 0 : 1;
    // Present, verified, and whether a key follows.
    const flags = Buffer.from([present | 4 | (attested.length > 0 ? 64 : 0)]);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(twist.counter ?? ++this.counter);
    return Buffer.concat([sha256(twist.rpId ?? rpId), flags, count, attested]);
  }

  /** Answers `navigator.credentials.create`. */
  create(options: Options, twist: Twist = {}) {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const key = cbor(
      new Map<number, Cbor>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    );
    const id = Buffer.from(this.id, 'base64url');
    const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, key]);
    this.#userHandle = options.user?.id ?? '';
    const attestation = new Map<string, Cbor>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', this.#data(options.rp?.id ?? '', twist, attested)],
    ]);
    return {
      ...this.#credential(),
      response: {
        clientDataJSON: url64(this.#clientData('webauthn.create', options, twist)),
        attestationObject: url64(cbor(attestation)),
        transports: ['internal'],
      },
    };
  }

  /** Answers `navigator.credentials.get`. */
  get(options: Options, twist: Twist = {}) {
    const clientData = this.#clientData('webauthn.get', options, twist);
    const data = this.#data(options.rpId ?? '', twist);
    const signature = sign(
      'sha256',
      Buffer.concat([data, sha256(clientData)]),
      this.#keys.privateKey,
    );
    if (twist.spoilSignature) signature[signature.length - 1]! ^= 1;
    return {
      ...this.#credential(),
      response: {
        clientDataJSON: url64(clientData),
        authenticatorData: url64(data),
        signature: url64(signature),
        userHandle: twist.userHandle ?? this.#userHandle,
      },
    };
  }

  #credential() {
    return { id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {} };
  }
}

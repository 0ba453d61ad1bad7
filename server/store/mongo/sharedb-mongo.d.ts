// What we use of sharedb-mongo 6, which ships no types.

declare module 'sharedb-mongo' {
  import type { Collection, Document, MongoClient } from 'mongodb';

  type Callback<T> = (error: Error | null, value: T) => void;

  export default class ShareDbMongo {
    constructor(
      mongo: (callback: Callback<MongoClient>) => void,
      options?: { disableIndexCreation?: boolean | { src_seq_v?: boolean } },
    );
    getCollection(name: string, callback: Callback<Collection<Document>>): void;
    getOpCollection(name: string, callback: Callback<Collection<Document>>): void;
    getOplogCollectionName(name: string): string;
    validateCollectionName(name: string): Error | undefined;
  }
}

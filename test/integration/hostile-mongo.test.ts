// The hostile corpus on Mongo.

import { after } from 'node:test';
import { hostileTests } from '../helpers/hostile/attack.ts';
import { startMongo } from '../helpers/mongo.ts';

const mongo = await startMongo();
if (mongo) after(() => mongo.close());
const skip = 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven';

hostileTests('Mongo', mongo ? { MONGO_URL: mongo.url } : {}, mongo ? false : skip);

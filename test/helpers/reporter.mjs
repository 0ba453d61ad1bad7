// A node:test reporter for test/run.mjs: one JSON line for each event the runner counts.
// Errors are put in words here, where they still are objects.

import { inspect } from 'node:util';

export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type === 'test:dequeue') {
      yield line({ type: 'start', name: data.name, nesting: data.nesting });
    } else if (type === 'test:diagnostic' && /^(Error|Warning):/.test(data.message)) {
      // Such as an error after the last test had ended: it makes the exit code 1, and nothing else.
      yield line({ type: 'note', text: data.message });
    } else if (type === 'test:pass' || type === 'test:fail') {
      const { name, nesting, skip, todo, details } = data;
      // A suite that passes is only its tests; one that fails by itself had a hook that failed.
      const isSuite = details.type === 'suite' && type === 'test:pass';
      const error = details.error;
      // A parent fails with its children; they are the ones to count and to show.
      const inherited = error?.failureType === 'subtestsFailed';
      yield line({
        type: type === 'test:pass' ? 'pass' : 'fail',
        name,
        nesting,
        counts: !isSuite && !inherited,
        show: !inherited,
        skip: skip === undefined || skip === false ? null : skip === true ? '' : String(skip),
        todo: todo !== undefined && todo !== false,
        error: error ? inspect(error.cause ?? error, { depth: 6 }) : null,
      });
    }
  }
}

function line(event) {
  return `${JSON.stringify(event)}\n`;
}

// Somebody whose browser keeps every cookie it is given, not the one of who they are alone.

import { Person } from './app.ts';

export class Browser extends Person {
  readonly jar = new Map<string, string>();

  override async ask(...[method, to, options = {}]: Parameters<Person['ask']>) {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie ? { cookie } : {}), ...options.headers };
    const answer = await super.ask(method, to, { ...options, headers });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') this.jar.delete(name);
      else this.jar.set(name, value);
    }
    return answer;
  }
}

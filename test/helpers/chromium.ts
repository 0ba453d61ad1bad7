// Stories in real Chromium: one browser and one server for a test file, a context of their own for each
// person. A story fails on any error in a console, any exception in a page and any answer of 500 or
// more that it did not say it expects. Without Chromium it is skipped, and says how to get it.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Dialog,
  type Page,
} from 'playwright-core';
import { BuiltApp } from './built-app.ts';
import { root } from './sources.ts';

const candidates = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = candidates.find((path) => path !== '' && existsSync(path));

/** Why stories cannot run here, or false. */
export const noChromium: string | false = executablePath
  ? false
  : 'there is no Chromium: install it (apt-get install chromium) or name one in CHROMIUM_PATH';

export function launchChromium(): Promise<Browser> {
  if (!executablePath) throw new Error(String(noChromium));
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-dev-shm-usage'],
    // The runner ends a file that hangs; a browser that closes politely first would outlive it.
    handleSIGTERM: false,
    timeout: 60_000,
  });
}

/** What a browser writes into the console by itself while a line is down. */
export const brokenLine =
  /net::ERR_|WebSocket connection to .* failed|status of 50[234]|Failed to fetch|NetworkError/;

export interface PersonOptions {
  readonly locale?: string;
  readonly viewport?: { width: number; height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce' | 'no-preference';
  readonly forcedColors?: 'active' | 'none';
  readonly isPhone?: boolean;
  /** Another address than the server's own, such as that of a TcpLine. */
  readonly at?: string;
}

/** Somebody with a browser. */
export class Person {
  readonly name: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Where they reach the server. */
  readonly at: string;
  readonly problems: string[] = [];
  readonly #expected: RegExp[] = [];
  #awaitsDialog = false;

  constructor(name: string, context: BrowserContext, page: Page, at: string) {
    this.name = name;
    this.context = context;
    this.page = page;
    this.at = at;
    this.watch(page);
  }

  /** Another tab of the same browser. */
  async tab(): Promise<Page> {
    const page = await this.context.newPage();
    this.watch(page);
    return page;
  }

  /** From now on such a line is no failure. */
  expects(problem: RegExp): void {
    this.#expected.push(problem);
  }

  /** The browser's next question, which the caller answers. */
  async nextDialog(): Promise<Dialog> {
    this.#awaitsDialog = true;
    try {
      return await this.page.waitForEvent('dialog');
    } finally {
      this.#awaitsDialog = false;
    }
  }

  unexpected(): string[] {
    return this.problems.filter((line) => !this.#expected.some((pattern) => pattern.test(line)));
  }

  private watch(page: Page): void {
    const note = (line: string) => this.problems.push(`${this.name}: ${line}`);
    page.on('console', (message) => {
      if (message.type() === 'error') note(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => note(`exception: ${error.stack ?? error.message}`));
    page.on('crash', () => note('the page crashed'));
    page.on('dialog', (dialog) => {
      // Somebody waits for this one, and answers it.
      if (this.#awaitsDialog) return;
      note(`dialog: ${dialog.type()} ${dialog.message()}`);
      void dialog.accept();
    });
  }
}

/** Many times what closing takes. */
const CLOSE_MS = 5_000;

export interface Stage {
  readonly app: BuiltApp;
  readonly browser: Browser;
  /** A guest who has chosen that name. */
  person(name: string, options?: PersonOptions): Promise<Person>;
  /** Closed with the story. */
  afterwards(close: () => Promise<void> | void): void;
}

export interface StoryOptions {
  readonly timeoutMs?: number;
  readonly skip?: string | false;
}
export type Story = (
  title: string,
  run: (stage: Stage) => Promise<void>,
  options?: StoryOptions,
) => void;

/** Call once at the top of a file; gives `story`, to be used like `test`. */
export function stories(env: Readonly<Record<string, string>> = {}): Story {
  let browser: Browser | undefined;
  let app: BuiltApp | undefined;
  before(async () => {
    if (noChromium) return;
    // The server first: when it does not start, no browser is left behind.
    app = await BuiltApp.start(env);
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await app?.close();
  });
  return (title, run, { timeoutMs = 120_000, skip = false } = {}) => {
    // A little longer than the story's own limit, which shows what everybody saw.
    test(title, { skip: skip || noChromium, timeout: timeoutMs + 20_000 }, async () => {
      assert.ok(browser && app);
      const cast: Person[] = [];
      const closers: (() => Promise<void> | void)[] = [];
      const stage: Stage = {
        app,
        browser,
        person: async (name, options = {}) => {
          const person = await enter(browser as Browser, name, options, (app as BuiltApp).url);
          cast.push(person);
          return person;
        },
        afterwards: (close) => closers.push(close),
      };
      try {
        await within(timeoutMs, run(stage));
        const problems = cast.flatMap((person) => person.unexpected());
        assert.deepEqual(problems, [], 'errors in the console');
      } catch (error) {
        await describeScene(title, cast, app);
        throw error;
      } finally {
        for (const { context } of cast) await leave(context);
        for (const close of closers.reverse()) await close();
      }
    });
  };
}

async function within(ms: number, story: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the story did not end within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([story, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A context whose page has just begun to load another one sometimes never says that it is closed, and
 * Playwright waits for that without a limit. The browser's end takes it along.
 */
async function leave(context: BrowserContext): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS);
  });
  await Promise.race([context.close(), late]);
  clearTimeout(timer);
}

async function enter(
  browser: Browser,
  name: string,
  options: PersonOptions,
  home: string,
): Promise<Person> {
  const at = options.at ?? home;
  const phone = options.isPhone ?? false;
  const context = await browser.newContext({
    baseURL: at,
    locale: options.locale ?? 'en-GB',
    viewport:
      options.viewport ?? (phone ? { width: 390, height: 844 } : { width: 1280, height: 800 }),
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: options.reducedMotion ?? 'no-preference',
    forcedColors: options.forcedColors ?? 'none',
    ...(phone ? { hasTouch: true, isMobile: true, deviceScaleFactor: 2 } : {}),
  });
  context.setDefaultTimeout(20_000);
  const reply = await context.request.post('/api/v1/session', { data: { name } });
  assert.equal(reply.ok(), true, `a guest named ${name}: ${reply.status()}`);
  return new Person(name, context, await context.newPage(), at);
}

/** What everybody saw when it failed: as text for the log, as pictures in shots/. */
async function describeScene(title: string, cast: readonly Person[], app: BuiltApp): Promise<void> {
  const folder = join(root, 'shots', 'failed');
  mkdirSync(folder, { recursive: true });
  const stem = title.replaceAll(/\W+/g, '-').slice(0, 60);
  for (const { name, page, problems } of cast) {
    console.log(`--- ${title}: ${name} at ${page.url()}`);
    for (const line of problems) console.log(`  ${line}`);
    try {
      const tree = await page.ariaSnapshot({ timeout: 2000 });
      console.log(tree.length > 1600 ? `${tree.slice(0, 1600)}…` : tree);
      await page.screenshot({ path: join(folder, `${stem}-${name}.png`), timeout: 3000 });
    } catch (error) {
      console.log(`  (no picture: ${String(error).split('\n')[0]})`);
    }
  }
  console.log(`--- the server printed:\n${app.output.slice(-2000)}`);
}

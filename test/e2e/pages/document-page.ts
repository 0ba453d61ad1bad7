// The document page as a person uses it. Finds everything by role and name; what has no role of its own
// (where others' carets stand) is asked here and nowhere else.

import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Person } from '../../helpers/chromium.ts';
import { becomes, eventually, type Within } from '../../helpers/eventually.ts';

interface Op {
  insert?: unknown;
  attributes?: Record<string, unknown>;
}

export class DocumentPage {
  readonly person: Person;
  readonly page: Page;
  readonly body: Locator;
  readonly title: Locator;
  readonly toolbar: Locator;

  constructor(person: Person, page: Page = person.page) {
    this.person = person;
    this.page = page;
    this.body = page.getByRole('textbox', { name: 'Document body' });
    this.title = page.getByRole('textbox', { name: 'Document title' });
    this.toolbar = page.getByRole('toolbar', { name: 'Formatting' });
  }

  /** Creates a document over HTTP as this person, who owns it, and opens it. */
  static async create(
    person: Person,
    content: { title?: string; text?: string; delta?: unknown; id?: string } = {},
  ): Promise<DocumentPage> {
    const reply = await person.context.request.post('/api/v1/documents', {
      data: { collection: 'docs', ...content },
    });
    assert.equal(reply.status(), 201, await reply.text());
    const { url } = (await reply.json()) as { url: string };
    return DocumentPage.open(person, new URL(url, person.at).pathname);
  }

  /** Opens an address and waits until it can be written in. */
  static async open(person: Person, path: string): Promise<DocumentPage> {
    const page = new DocumentPage(person);
    await person.page.goto(path);
    await page.ready();
    return page;
  }

  async ready(): Promise<void> {
    await eventually(
      'the body can be written in',
      () => this.body.getAttribute('contenteditable'),
      (value) => value === 'true' || value === 'plaintext-only',
      { withinMs: 20_000 },
    );
  }

  /** The path, to be given to somebody else. */
  get path(): string {
    return new URL(this.page.url()).pathname;
  }

  /** The words on the screen, a line for each block; Quill's own caret marks are left out. */
  async text(): Promise<string> {
    const lines = await this.body.evaluate((body) =>
      [...body.querySelectorAll('p,h1,h2,h3,h4,h5,h6,li,blockquote,.ql-code-block')].map(
        (block) => block.textContent ?? '',
      ),
    );
    return lines.join('\n').replaceAll(/[\u200b\ufeff]/g, '');
  }

  async shows(text: string, within?: Within): Promise<void> {
    await becomes(`${this.person.name} sees`, () => this.text(), text, within);
  }

  async showsPart(part: string, within?: Within): Promise<void> {
    await eventually(
      `${this.person.name} sees “${part}”`,
      () => this.text(),
      (text) => text.includes(part),
      within,
    );
  }

  /** What the server has, as REST tells it. */
  async stored(): Promise<string> {
    const reply = await this.person.context.request.get(`${this.#api}?format=text`);
    assert.equal(reply.status(), 200);
    return reply.text();
  }

  async storedOps(): Promise<Op[]> {
    const reply = await this.person.context.request.get(this.#api);
    assert.equal(reply.status(), 200);
    return ((await reply.json()) as { delta: Op[] }).delta;
  }

  async isStored(text: string, within?: Within): Promise<void> {
    await becomes('the server has', () => this.stored(), text, within);
  }

  get #api(): string {
    return this.path.replace(/^\/d\//, '/api/v1/documents/');
  }

  get saveState(): Locator {
    return this.page
      .getByRole('status')
      .filter({ hasText: /Sav|Reconnecting|Offline|attention|View only|New version/ });
  }

  async saveText(): Promise<string> {
    return ((await this.saveState.first().textContent({ timeout: 1000 })) ?? '').trim();
  }

  async says(state: string, within?: Within): Promise<void> {
    await becomes(`${this.person.name}'s save state`, () => this.saveText(), state, within);
  }

  /** Everything is acknowledged. Saving… may take 200 ms to show: what lasts longer than that is meant. */
  async saved(within?: Within): Promise<void> {
    let since = 0;
    await eventually(
      `${this.person.name}'s save state is Saved and stays so`,
      () => this.saveText(),
      (text) => {
        if (text !== 'Saved') since = 0;
        else if (since === 0) since = Date.now();
        return since > 0 && Date.now() - since > 250;
      },
      within,
    );
  }

  /** Puts the caret at the very end and types. */
  async typeAtEnd(text: string, options?: { delay?: number }): Promise<void> {
    await this.caretToEnd();
    await this.page.keyboard.type(text, options);
  }

  async typeAtStart(text: string, options?: { delay?: number }): Promise<void> {
    await this.body.focus();
    await this.page.keyboard.press('Control+Home');
    await this.page.keyboard.type(text, options);
  }

  async caretToEnd(): Promise<void> {
    await this.body.focus();
    await this.page.keyboard.press('Control+End');
  }

  async selectAll(): Promise<void> {
    await this.body.focus();
    await this.page.keyboard.press('Control+A');
  }

  tool(name: string | RegExp): Locator {
    return this.toolbar.getByRole('button', { name, exact: typeof name === 'string' });
  }

  /** Chooses from a menu that a tool opens. */
  async choose(tool: string | RegExp, item: string | RegExp): Promise<void> {
    await this.tool(tool).click();
    await this.menuItem(item).click();
  }

  menuItem(name: string | RegExp): Locator {
    return this.page
      .getByRole('menuitem', { name })
      .or(this.page.getByRole('menuitemradio', { name }))
      .or(this.page.getByRole('menuitemcheckbox', { name }));
  }

  async documentMenu(item: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Document menu' }).click();
    await this.menuItem(item).click();
  }

  get peopleHere(): Locator {
    return this.page.getByRole('list', { name: 'People here' });
  }

  /** Names in "People here", sorted. */
  async people(): Promise<string[]> {
    const names = await this.peopleHere
      .getByRole('listitem')
      .evaluateAll((items) => items.map((item) => item.getAttribute('aria-label')));
    return names.map((name) => name ?? '').sort();
  }

  async isWith(names: readonly string[], within?: Within): Promise<void> {
    await becomes(`${this.person.name} sees here`, () => this.people(), [...names].sort(), within);
  }

  /**
   * Others' carets by name, each with how many pixels it is from the left of the text. They are drawn
   * for the eye alone; a screen reader has the list of people.
   */
  async carets(): Promise<Record<string, number>> {
    return this.body.evaluate((body) => {
      const found: Record<string, number> = {};
      const scope = body.closest('main') ?? document.body;
      for (const cursor of scope.querySelectorAll('.ql-cursor:not(.hidden)')) {
        const name = cursor.querySelector('.ql-cursor-name')?.textContent ?? '';
        const caret = cursor.querySelector('.ql-cursor-caret');
        if (name && caret) {
          found[name] = Math.round(
            caret.getBoundingClientRect().left - body.getBoundingClientRect().left,
          );
        }
      }
      return found;
    });
  }

  async seesCaretOf(name: string, within?: Within): Promise<number> {
    const carets = await eventually(
      `${this.person.name} sees the caret of ${name}`,
      () => this.carets(),
      (all) => name in all,
      within,
    );
    return carets[name] ?? 0;
  }
}

/** Everybody shows the same, and the server has it. */
export async function allShow(
  pages: readonly DocumentPage[],
  text: string,
  within?: Within,
): Promise<void> {
  await Promise.all(pages.map((page) => page.shows(text, within)));
  await Promise.all(pages.map((page) => page.saved(within)));
  await pages[0]?.isStored(`${text}\n`, within);
}

// The home page as a person uses it.

import type { Locator, Page } from 'playwright-core';
import type { Person } from '../../helpers/chromium.ts';
import { DocumentPage } from './document-page.ts';

export class HomePage {
  readonly person: Person;
  readonly page: Page;
  readonly search: Locator;
  readonly newDocument: Locator;

  constructor(person: Person) {
    this.person = person;
    this.page = person.page;
    this.search = this.page.getByRole('searchbox', { name: 'Search documents' });
    this.newDocument = this.page.getByRole('button', { name: 'New document' });
  }

  static async open(person: Person): Promise<HomePage> {
    const home = new HomePage(person);
    await person.page.goto('/');
    await home.newDocument.first().waitFor();
    return home;
  }

  /** Presses New document and waits until it can be written in. */
  async create(): Promise<DocumentPage> {
    await this.newDocument.first().click();
    await this.page.waitForURL(/\/d\//);
    const document = new DocumentPage(this.person);
    await document.ready();
    return document;
  }

  document(title: string | RegExp): Locator {
    return this.page.getByRole('link', { name: title });
  }
}

// English: the catalogue's source. Keys are grouped by where they show. `{name}` is a parameter;
// a value that is an object is chosen by Intl.PluralRules on `count`.

export const en = {
  'app.name': 'Deltapad',
  'title.untitled': 'Untitled document',
  'title.label': 'Document title',
  'body.label': 'Document body',
  'body.placeholder': 'Start writing, or paste something in.',
  'save.saving': 'Saving…',
  'save.saved': 'Saved',
  'save.reconnecting': 'Reconnecting…',
  'save.offline': 'Offline',
  'save.offlineKept': 'Offline – changes kept',
  'save.attention': 'Needs attention',
  'save.viewOnly': 'View only',
  'save.newVersion': 'New version – reload',
  'home.title': 'Documents',
  'home.new': 'New document',
  'home.search': 'Search documents',
} as const satisfies Record<string, string | Record<string, string>>;

// How many changes were refused, in words: Chinese has no plural forms but says "one" in its own way.

import type { Translate } from '../../core/i18n/i18n.ts';

export const refusedTitle = (t: Translate, count: number): string =>
  t(count <= 1 ? 'refused.titleOne' : 'refused.titleMany', { count });

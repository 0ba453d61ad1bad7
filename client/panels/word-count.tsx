// The dialogue "Word count": the document, and beside it the selection when there is one.

import { useApp } from '../ui/app.ts';
import { Dialog } from '../ui/dialog.tsx';
import { formatCount } from '../ui/time.ts';
import { useDesk } from './desk.ts';

const rows = ['words', 'characters', 'charactersWithoutSpaces', 'paragraphs'] as const;

export function WordCountDialog({ onClose }: { onClose: () => void }) {
  const { t, locale } = useApp();
  const { editor } = useDesk();
  // Counted once: the dialogue covers the text.
  const { document, selection } = editor.counts();
  return (
    <Dialog label={t('menu.wordCount')} onClose={onClose}>
      <table class="counts">
        <thead>
          <tr>
            <td />
            {selection ? <th scope="col">{t('count.selection')}</th> : null}
            <th scope="col">{t('count.document')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <th scope="row">{t(`count.${row}`)}</th>
              {selection ? <td>{formatCount(selection[row], locale)}</td> : null}
              <td>{formatCount(document[row], locale)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}

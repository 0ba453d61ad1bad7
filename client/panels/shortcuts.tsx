// The dialogue "Shortcuts", made from the same data as the keys themselves.

import { Fragment } from 'preact';
import { useApp } from '../ui/app.ts';
import { Dialog } from '../ui/dialog.tsx';
import { keyLabel } from '../ui/keys.ts';
import { useDesk } from './desk.ts';

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t, isMac } = useApp();
  const { shortcuts } = useDesk();
  return (
    <Dialog label={t('menu.shortcuts')} class="keys" onClose={onClose}>
      <div class="keys-groups">
        {shortcuts.map((group) => (
          <section key={group.label}>
            <h3>{t(group.label)}</h3>
            <dl>
              {group.shortcuts.map(({ id, label, keys }) => (
                <div key={id}>
                  <dt>{t(label)}</dt>
                  <dd>
                    {keys.map((chord, index) => (
                      <Fragment key={chord}>
                        {index > 0 ? ` ${t('keys.or')} ` : null}
                        <kbd>{keyLabel(chord, isMac)}</kbd>
                      </Fragment>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

// What every page mounts once: menus, toasts, tooltips, the name form, and the live region.

import { useApp } from '../ui/app.ts';
import { MenuHost } from '../ui/menu.tsx';
import { ToastHost } from '../ui/toast.tsx';
import { TooltipHost } from '../ui/tooltip.tsx';
import { NamePopover } from './account.tsx';

export function Hosts() {
  const app = useApp();
  const modal = app.modal.value;
  return (
    <>
      {/* Not role="status": that is the save state's alone. */}
      <div class="vh" aria-live="polite" aria-atomic="true">
        {app.announcer.text.value}
      </div>
      <NamePopover />
      {modal ? (
        <modal.View
          onClose={() => {
            app.modal.value = null;
          }}
        />
      ) : null}
      <MenuHost menus={app.menus} />
      <ToastHost toasts={app.toasts} />
      <TooltipHost />
    </>
  );
}

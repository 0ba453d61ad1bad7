// A role to be picked: the native control, which every keyboard and every phone knows.

import type { ComponentChildren } from 'preact';
import { useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';

export interface PickProps {
  readonly label: string;
  readonly value: string;
  readonly onPick: (value: string) => void;
  readonly children: ComponentChildren;
}

export function Pick({ label, value, onPick, children }: PickProps) {
  return (
    <span class="row-pick">
      <select
        aria-label={label}
        value={value}
        onChange={(event) => {
          const { currentTarget } = event;
          onPick(currentTarget.value);
          // What was refused is not what is so: the control follows the value it is given.
          currentTarget.value = value;
        }}
      >
        {children}
      </select>
      <Icon name="down" small />
    </span>
  );
}

export interface RolePickProps<R extends string> {
  readonly label: string;
  readonly roles: readonly R[];
  readonly value: R;
  readonly onPick: (role: R) => void;
}

export function RolePick<R extends 'viewer' | 'commenter' | 'editor' | 'owner'>(
  props: RolePickProps<R>,
) {
  const { t } = useApp();
  const { label, roles, value, onPick } = props;
  return (
    <Pick label={label} value={value} onPick={(role) => onPick(role as R)}>
      {roles.map((role) => (
        <option key={role} value={role}>
          {t(`role.${role}`)}
        </option>
      ))}
    </Pick>
  );
}

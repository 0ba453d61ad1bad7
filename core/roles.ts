// Roles on a document and what each may do. Permission is asked by capability, never by role name.

export const roles = ['viewer', 'commenter', 'editor', 'owner'] as const;
export type Role = (typeof roles)[number];

/** What the link alone gives; `none` means restricted. */
export const linkRoles = ['none', 'viewer', 'commenter', 'editor'] as const;
export type LinkRole = (typeof linkRoles)[number];

export type Capability = 'read' | 'comment' | 'edit' | 'share' | 'trash';

const capabilities: Record<Role, readonly Capability[]> = {
  viewer: ['read'],
  commenter: ['read', 'comment'],
  editor: ['read', 'comment', 'edit'],
  owner: ['read', 'comment', 'edit', 'share', 'trash'],
};

export const can = (role: Role, capability: Capability): boolean =>
  capabilities[role].includes(capability);

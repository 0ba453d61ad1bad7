// Roles on a document and what each may do. Permission is asked by capability, never by role name.

/** From the least to the most. A suggester will stand between commenter and editor. */
export const roles = ['viewer', 'commenter', 'editor', 'owner'] as const;
export type Role = (typeof roles)[number];

/** What somebody gets who is not named: by the address alone, or for being signed in. */
export const linkRoles = ['none', 'viewer', 'commenter', 'editor'] as const;
export type LinkRole = (typeof linkRoles)[number];

/** What can be given to somebody without making them an owner. */
export const givenRoles = ['viewer', 'commenter', 'editor'] as const;
export type GivenRole = (typeof givenRoles)[number];

/** `trash`: into the trash and out of it; `destroy`: out of it for good. */
export const capabilities = ['read', 'comment', 'edit', 'share', 'trash', 'destroy'] as const;
export type Capability = (typeof capabilities)[number];

const allows: Record<Role, readonly Capability[]> = {
  viewer: ['read'],
  commenter: ['read', 'comment'],
  editor: ['read', 'comment', 'edit'],
  owner: ['read', 'comment', 'edit', 'share', 'trash', 'destroy'],
};

export const can = (role: Role, capability: Capability): boolean =>
  allows[role].includes(capability);

/** The one that may do more; null is less than every role. */
export function moreOf(a: Role | null, b: Role | null): Role | null {
  if (a === null || b === null) return a ?? b;
  return roles.indexOf(a) >= roles.indexOf(b) ? a : b;
}

/** Who is meant by general access: nobody beyond those named, accounts, or whoever has the address. */
export const audiences = ['restricted', 'signed-in', 'link'] as const;
export type Audience = (typeof audiences)[number];

export interface GeneralAccess {
  readonly link: LinkRole;
  readonly signedIn: LinkRole;
}

export function audienceOf({ link, signedIn }: GeneralAccess): Audience {
  if (link !== 'none') return 'link';
  return signedIn === 'none' ? 'restricted' : 'signed-in';
}

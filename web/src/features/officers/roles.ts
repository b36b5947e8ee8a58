// Accounts: what is needed to name one, and which roles a link may have. Pure.
export const ROLES = ['observer', 'officer', 'supervisor'] as const;
export type Role = (typeof ROLES)[number];
export const PASSWORD_MIN = 12;

/** As the node takes them: 1 to 32 of a-z 0-9 . _ -, beginning with a letter or digit. */
export const goodName = (name: string): boolean => /^[a-z0-9][a-z0-9._-]{0,31}$/.test(name);
export const goodPassword = (password: string): boolean => [...password].length >= PASSWORD_MIN;
/** A link to one's own account allows at most what one has; to another's, to see. */
export const linkRoles = (own: Role, toAnother: boolean): Role[] =>
  toAnother ? ['observer'] : ROLES.slice(0, ROLES.indexOf(own) + 1);
/** Where a browser opens it; the secret is in the fragment, which is sent to nobody. */
export const linkText = (origin: string, secret: string): string => `${origin}/#/link/${secret}`;

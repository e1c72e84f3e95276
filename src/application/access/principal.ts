/** Access rights. `admin` may all that `operator` may, who may all that `viewer` may; `runner` stands apart. */
export const ROLES = ['admin', 'operator', 'viewer', 'runner'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks, proven by a token. */
export interface Principal {
  readonly tokenId: string;
  /** Name of the token: what events and lists show. */
  readonly name: string;
  readonly role: Role;
}

const GRANTS: Readonly<Record<Role, readonly Role[]>> = {
  admin: ['admin', 'operator', 'viewer'],
  operator: ['operator', 'viewer'],
  viewer: ['viewer'],
  runner: ['runner'],
};

/** Whether a holder of `role` reaches something that any of `wanted` may do. */
export const reaches = (role: Role, wanted: readonly Role[]): boolean =>
  wanted.some((each) => GRANTS[role].includes(each));

/** The actor as events name it. */
export const actorOf = ({ name, role }: Principal): string =>
  `${role === 'runner' ? 'runner' : 'user'}:${name}`;

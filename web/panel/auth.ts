import type { Global, PromptOptions } from "../client/types";

/** What the panel asks of an `auth` object. Page authors may bring their own. */
export interface PanelAuth {
  lng?: string | null;
  apiRoot?(): string;
  get(): Promise<Global>;
  fetch(): Promise<Global>;
  logout(): Promise<unknown>;
  login(credentials: { username: string; password: string }): Promise<unknown>;
  signup(fields: SignUpFields): Promise<unknown>;
  resend(email: string): Promise<unknown>;
  recover(emailOrUsername: string): Promise<unknown>;
  selectUser(id: string): Promise<unknown>;
  social(options: { name: string; inviteToken?: string }): Promise<Global>;
  on(event: string, listener: (global: Global) => void): void;
  off(event: string, listener: (global: Global) => void): void;
}

export interface SignUpFields {
  email: string;
  displayname?: string;
  password: string;
  invite?: string;
}

export type OpenOptions = PromptOptions;

/** Nobody is logged in as long as the account has no key. */
export const known = (global: Global | undefined): boolean => global !== undefined && "key" in global.user;

/** Somebody is logged in, and it is clear which of the account's users. */
export const chosen = (global: Global): boolean =>
  known(global) && (global.user.user_id != null || (global.user.users ?? []).length < 2);

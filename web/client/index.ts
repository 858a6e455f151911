export { Auth, Auth as default } from "./auth";
export type * from "./types";

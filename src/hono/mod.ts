/**
 * The Hono door: middleware that puts an app into the context, and routes to mount.
 *
 * @module
 */
export { umbel, type UmbelVariables } from "./middleware.ts";
export { type RouteAction, type RouteOptions, umbelRoutes } from "./routes.ts";
